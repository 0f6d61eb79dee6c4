package dev.qualm.attribution.evaluation;

/**
 * What an evaluation has spent.
 *
 * @param passes images sent forward through a network for its outputs; a batch of 8 is 8
 * @param maps maps asked for; each costs what the attribution method costs
 */
public record Cost(long passes, long maps) {
    Cost plus(Cost other) {
        return new Cost(passes + other.passes, maps + other.maps);
    }
}
