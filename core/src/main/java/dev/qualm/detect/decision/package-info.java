/**
 * Fitted detectors with their calibration: verdicts on data in one call, alone, together or in tiers, and a watch
 * over streams.
 */
@NullMarked
package dev.qualm.detect.decision;

import org.jspecify.annotations.NullMarked;
