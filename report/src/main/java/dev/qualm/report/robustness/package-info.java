/** Accuracy under attack and adversarial inputs, as pictures, pages and JSON. */
@NullMarked
package dev.qualm.report.robustness;

import org.jspecify.annotations.NullMarked;
