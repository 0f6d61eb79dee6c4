/**
 * How good a score is at telling the cases to be caught from the rest, and how sure one can be of it: ranking metrics
 * with intervals, calibration errors, and the statistics they stand on. Plain Java.
 *
 * <p>Common contract. A score grows with distrust. <em>Positives</em> are the cases to be caught (out-of-distribution,
 * misclassified, attacked), <em>negatives</em> the cases to be trusted; "flagged" means {@code score >= threshold}.
 * Scores are compared as the doubles they are, never squashed; infinities are ordinary extreme scores; NaN is refused.
 * Every ranking metric reads a {@link dev.qualm.metric.Ranking}, which sorts once for all of them.
 *
 * <p>{@link dev.qualm.metric.MapSimilarity} stands apart: it compares relevance maps, and has its own contract.
 */
@NullMarked
package dev.qualm.metric;

import org.jspecify.annotations.NullMarked;
