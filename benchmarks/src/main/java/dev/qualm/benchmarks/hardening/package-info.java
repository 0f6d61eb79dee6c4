/** What adversarial training and its penalties do to robustness: the tables of the papers, measured again. */
@org.jspecify.annotations.NullMarked
package dev.qualm.benchmarks.hardening;
