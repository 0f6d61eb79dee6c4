/** Training: a graph and labelled items in, the same graph with learnt weights out; the same bits for the same seed. */
@NullMarked
package dev.qualm.training;

import org.jspecify.annotations.NullMarked;
