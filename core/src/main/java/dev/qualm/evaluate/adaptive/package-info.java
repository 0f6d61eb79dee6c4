/**
 * The ladder of adaptive attacks on a classifier and its detector together, which every claim about detecting attacks
 * has to show.
 */
@NullMarked
package dev.qualm.evaluate.adaptive;

import org.jspecify.annotations.NullMarked;
