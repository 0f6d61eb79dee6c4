package dev.qualm.manipulation;

import dev.qualm.Status;

/**
 * How the attack on one image went. Correlations are Pearson's, between heat maps of the network that the attack is aimed at,
 * and NaN where undefined or where there is no target.
 *
 * @param status ok, or why the image could not be attacked, or not to the end
 * @param reason why the attack ended
 * @param attempt which attempt is reported, 0 for the first
 * @param steps made in that attempt
 * @param explained the class that the maps explain
 * @param classKept whether the predicted class is the same as before
 * @param total total loss before each step
 * @param map loss of the heat map before each step, without its factor
 * @param output loss of the output before each step, without its factor
 * @param finalLoss total loss after the last step, at the network that the attack is aimed at; NaN if it failed
 * @param toOriginal correlation of the final map with the original one
 * @param toTarget correlation of the final map with the target
 * @param toTargetBefore correlation of the original map with the target
 * @param change of the image
 * @param evaluations maps computed, over all attempts
 * @param pullbacks derivatives of maps computed, over all attempts
 */
public record AttackOutcome(
        Status status,
        EarlyStop.Reason reason,
        int attempt,
        int steps,
        int explained,
        boolean classKept,
        double[] total,
        double[] map,
        double[] output,
        double finalLoss,
        double toOriginal,
        double toTarget,
        double toTargetBefore,
        ImageChange change,
        int evaluations,
        int pullbacks) {}
