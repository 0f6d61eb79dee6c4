/** How well label change rates and conductance tell wrong predictions, and what they cost. */
@org.jspecify.annotations.NullMarked
package dev.qualm.benchmarks.stability;
