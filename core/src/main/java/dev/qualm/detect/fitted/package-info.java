/**
 * Detectors that are fitted on trusted data in one streaming pass: what a method needs to learn is a list of mergeable statistics, which
 * methods share; what it learnt is a few arrays, from which it scores any item by itself.
 *
 * <p>{@link dev.qualm.detect.fitted.Detectors} lists the methods; {@link dev.qualm.detect.fitted.DetectorFit} fits any number of them on
 * one forward pass; a {@link dev.qualm.detect.fitted.DetectorScore} takes its place among other scores.
 */
@org.jspecify.annotations.NullMarked
package dev.qualm.detect.fitted;
