package dev.qualm.cli;

import java.util.List;

/**
 * Items of one kind, which stand in one row of a montage.
 *
 * @param title what they have in common
 * @param items those to map
 * @param total how many there are
 */
record MapRow(String title, List<MapItem> items, int total) {
    MapRow {
        items = List.copyOf(items);
    }
}
