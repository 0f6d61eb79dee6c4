package dev.qualm.report.sheet;

import java.util.ArrayList;
import java.util.List;

/**
 * Size and weight of text.
 *
 * @param size in pixels
 */
public record Lettering(double size, boolean bold) {
    public static final Lettering TITLE = new Lettering(14, true);
    public static final Lettering BODY = new Lettering(11.5, false);
    public static final Lettering STRONG = new Lettering(11.5, true);
    public static final Lettering LABEL = new Lettering(10.5, false);
    public static final Lettering SMALL = new Lettering(9, false);

    private static final String NARROW = "iljtfrI.,:;'|!()[]/- ";
    private static final String WIDE = "mwMW@%—";

    public Lettering withBold(boolean newBold) {
        return new Lettering(size, newBold);
    }

    /**
     * About the width of a text, rather too much than too little. Layouts must not depend on the fonts of the machine that
     * draws, nor need any for an SVG.
     */
    public double width(String text) {
        double em = text.codePoints()
                .mapToDouble(c -> NARROW.indexOf(c) >= 0
                        ? 0.36
                        : WIDE.indexOf(c) >= 0 ? 0.95 : Character.isUpperCase(c) ? 0.7 : c >= 0x2E80 ? 1 : 0.6)
                .sum();
        return em * size * (bold ? 1.09 : 1);
    }

    /** The text, its middle left out where it is wider than {@code width}: names differ at their ends. */
    public String fit(String text, double width) {
        if (width(text) <= width) {
            return text;
        }
        int[] c = text.codePoints().toArray();
        // No letter is narrower than this, so longer texts need not be tried, however long the name is.
        int most = (int) Math.max(2, width / (0.36 * size));
        for (int kept = Math.min(c.length - 1, most); kept > 1; kept--) {
            int head = (kept + 1) / 2;
            String shorter = new String(c, 0, head) + "…" + new String(c, c.length - (kept - head), kept - head);
            if (width(shorter) <= width) {
                return shorter;
            }
        }
        return "…";
    }

    /** The text in lines no wider than {@code width}, broken at blanks; single words may be cut. */
    public List<String> wrap(String text, double width) {
        List<String> lines = new ArrayList<>();
        String line = "";
        for (String word : text.split(" ", -1)) {
            String longer = line.isEmpty() ? word : line + " " + word;
            if (!line.isEmpty() && width(longer) > width) {
                lines.add(fit(line, width));
                line = word;
            } else {
                line = longer;
            }
        }
        lines.add(fit(line, width));
        return lines;
    }
}
