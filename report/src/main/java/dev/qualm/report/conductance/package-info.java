/** Pictures of conductance: which feature maps carried a prediction. */
@NullMarked
package dev.qualm.report.conductance;

import org.jspecify.annotations.NullMarked;
