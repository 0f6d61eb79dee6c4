package dev.qualm.cli;

import java.util.ArrayList;
import java.util.List;

/** Rows of text in columns just wide enough. */
final class Columns {
    /** Longest cell that is not shortened. */
    static final int WIDEST = 44;

    private final List<List<String>> rows = new ArrayList<>();
    private final boolean whole;
    private boolean lastRight;

    /** @param whole whether long cells are shown in full */
    Columns(boolean whole) {
        this.whole = whole;
    }

    /** Aligns the last column to the right, for numbers. */
    Columns withLastRight() {
        lastRight = true;
        return this;
    }

    Columns row(String... cells) {
        List<String> row = new ArrayList<>();
        for (String cell : cells) {
            row.add(whole ? cell : shorten(cell, WIDEST));
        }
        rows.add(row);
        return this;
    }

    /** The rows, each indented by two blanks. */
    List<String> lines() {
        List<Integer> widths = new ArrayList<>();
        for (List<String> row : rows) {
            for (int i = 0; i < row.size(); i++) {
                int width = row.get(i).length();
                if (i == widths.size()) {
                    widths.add(width);
                } else {
                    widths.set(i, Math.max(widths.get(i), width));
                }
            }
        }
        List<String> lines = new ArrayList<>();
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < row.size(); i++) {
                String cell = row.get(i);
                String blanks = " ".repeat(widths.get(i) - cell.length());
                boolean right = lastRight && i == widths.size() - 1;
                line.append("  ").append(right ? blanks + cell : cell + blanks);
            }
            lines.add(line.toString().stripTrailing());
        }
        return lines;
    }

    /**
     * Text of at most {@code limit} characters: the middle of a longer one is left out, since names differ at their
     * ends.
     */
    static String shorten(String text, int limit) {
        if (text.length() <= limit) {
            return text;
        }
        int head = (limit - 3) / 2;
        return text.substring(0, head) + "..." + text.substring(text.length() - (limit - 3 - head));
    }
}
