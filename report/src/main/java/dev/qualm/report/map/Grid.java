package dev.qualm.report.map;

/**
 * How the cells of a square map become pixels.
 *
 * @param k rows of the map
 * @param cell pixels of one cell, or of one block where cells are drawn in blocks
 * @param block rows and columns whose mean is one block, 1 where each cell is drawn
 */
record Grid(int k, int cell, int block) {
    /** Smallest cell drawn singly, with a tooltip and a hatch where it is undefined. */
    static final int SINGLE = 6;

    /** Smallest cell with a name beside it. */
    static final int NAMED = 10;

    /** A grid about {@code side} pixels wide, with cells no larger than {@code largest}. */
    static Grid of(int k, int side, int largest) {
        return k <= side
                ? new Grid(k, Math.max(1, Math.min(largest, side / k)), 1)
                : new Grid(k, 1, (k + side - 1) / side);
    }

    int blocks() {
        return (k + block - 1) / block;
    }

    /** Width and height of the map in pixels. */
    int side() {
        return blocks() * cell;
    }

    /** Where row (or column) {@code i} begins. */
    double start(int i) {
        return (double) (i / block) * cell;
    }

    double middle(int i) {
        return start(i) + cell / 2.0;
    }

    boolean single() {
        return cell >= SINGLE;
    }
}
