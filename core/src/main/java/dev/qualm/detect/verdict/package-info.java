/** Turns scores into decisions with a stated false-alarm rate: conformal calibration, multiplicity, staleness, cascades. */
@NullMarked
package dev.qualm.detect.verdict;

import org.jspecify.annotations.NullMarked;
