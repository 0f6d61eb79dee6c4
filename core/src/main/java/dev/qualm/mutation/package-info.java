/**
 * Mutants of a network: seeded changes of a few weights that keep its accuracy, stored as sparse differences. How often they
 * change a prediction tells how firmly the network stands by it.
 */
@NullMarked
package dev.qualm.mutation;

import org.jspecify.annotations.NullMarked;
