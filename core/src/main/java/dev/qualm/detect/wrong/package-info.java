/**
 * The detector of wrong predictions (Wu, Michel, Briot 2019, arXiv 1910.00387): small models that tell from the conductance of the last
 * layer, the label change rate and the confidence of a prediction whether it is wrong.
 */
@NullMarked
package dev.qualm.detect.wrong;

import org.jspecify.annotations.NullMarked;
