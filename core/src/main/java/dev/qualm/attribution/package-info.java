/** Attribution: which parts of an input, or which units of a layer, carry a prediction. */
@NullMarked
package dev.qualm.attribution;

import org.jspecify.annotations.NullMarked;
