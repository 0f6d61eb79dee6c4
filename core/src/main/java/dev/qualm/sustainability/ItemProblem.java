package dev.qualm.sustainability;

import dev.qualm.Status;

/**
 * An item that has no value somewhere.
 *
 * @param row its place in the data, from 0
 * @param id its name in the data
 * @param perturbation name, or empty for an item that could not be read
 * @param status the first reason found, which names the tap
 */
public record ItemProblem(int row, String id, String perturbation, Status status) {
    @Override
    public String toString() {
        return id + (perturbation.isEmpty() ? "" : ", " + perturbation) + ": " + status;
    }
}
