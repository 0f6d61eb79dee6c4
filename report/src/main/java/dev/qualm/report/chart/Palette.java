package dev.qualm.report.chart;

import java.util.List;
import java.util.Locale;

/**
 * The colours of every report, for light and dark screens.
 *
 * <p>Charts name colours as CSS variables with the light value as fallback ({@code var(--s0,#1844c4)}): in a page
 * that holds {@link #css()} they follow the reader's light or dark preference; alone, they are still right on white.
 * Paper is always light.
 */
/*
 * The series colours were found by hill climbing from Okabe-Ito-like hues: the smallest OKLab distance between any
 * two, seen with normal vision and under simulated protanopia, deuteranopia and tritanopia (Machado et al. 2009), was
 * made as large as possible while each keeps a contrast of 3 to its surface. PaletteTest recomputes both bounds.
 * Dashes repeat the distinction.
 */
public final class Palette {
    /** Steps of the diverging scale, an odd number so that zero has a step of its own. */
    public static final int DIVERGING_STEPS = 41;

    /** Opacity of the strongest heat colour behind text. */
    public static final double MAX_HEAT = 0.42;

    /** In pictures: where there is no value. */
    public static final Rgb UNDEFINED = new Rgb(0xb9, 0xbf, 0xc7);

    static final List<String> SERIES_LIGHT =
            List.of("#1844c4", "#b94319", "#218981", "#871f7a", "#1898fc", "#c28b0d", "#211d49", "#640600");
    static final List<String> SERIES_DARK =
            List.of("#4b64da", "#ff6b15", "#10b794", "#b389ff", "#8ed4ff", "#dad627", "#fffadd", "#8c6565");

    private static final List<String> DASHES = List.of("", "7 3", "2 2.5", "9 3 2 3");
    private static final List<String> DIVERGING_LIGHT = List.of("#123a8c", "#6a9ad8", "#f3f2ee", "#e9975a", "#9c3a05");
    private static final List<String> DIVERGING_DARK = List.of("#8fc2ff", "#3f78c4", "#262b33", "#bd6427", "#ffb27a");

    /** Roles of the page: surface, text and the two heat colours. */
    public enum Role {
        PAGE("#f6f7f9", "#0f1216"),
        SURFACE("#ffffff", "#171b21"),
        SUNKEN("#eff1f4", "#20262e"),
        INK("#1b2129", "#e7eaef"),
        MUTED("#59636f", "#9fa9b6"),
        LINE("#dde1e7", "#2e353f"),
        ACCENT("#1a56c4", "#84b1ff"),
        GOOD("#2a78d6", "#3d7fd6"),
        BAD("#d9722b", "#c96a28"),
        REFERENCE("#8b95a3", "#6f7a88");

        private final String light;
        private final String dark;

        Role(String light, String dark) {
            this.light = light;
            this.dark = dark;
        }

        public Rgb light() {
            return Rgb.of(light);
        }

        public Rgb dark() {
            return Rgb.of(dark);
        }

        /** A CSS value that follows the colour scheme. */
        public String css() {
            return "var(--" + variable() + "," + light + ")";
        }

        private String variable() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private Palette() {}

    /** CSS value of the colour of series {@code i}; repeats after eight. */
    public static String series(int i) {
        int k = Math.floorMod(i, SERIES_LIGHT.size());
        return "var(--s" + k + "," + SERIES_LIGHT.get(k) + ")";
    }

    /** The light colour of series {@code i} itself, for images. */
    public static Rgb seriesLight(int i) {
        return Rgb.of(SERIES_LIGHT.get(Math.floorMod(i, SERIES_LIGHT.size())));
    }

    /**
     * SVG dash pattern of series {@code i}, empty for a solid line; neighbours differ, so lines differ without
     * colour.
     */
    public static String dash(int i) {
        return DASHES.get(Math.floorMod(i + i / SERIES_LIGHT.size(), DASHES.size()));
    }

    /** CSS value on the diverging scale: -1 blue, 0 neutral, 1 orange; values beyond are clamped. */
    public static String diverging(double v) {
        int step = step(v);
        return "var(--d" + step + "," + divergingStep(DIVERGING_LIGHT, step).hex() + ")";
    }

    /** The light diverging colour itself, for images. */
    public static Rgb divergingLight(double v) {
        return divergingStep(DIVERGING_LIGHT, step(v));
    }

    /** The dark diverging colour. */
    public static Rgb divergingDark(double v) {
        return divergingStep(DIVERGING_DARK, step(v));
    }

    private static int step(double v) {
        if (Double.isNaN(v)) {
            throw new IllegalArgumentException("NaN has no place on a colour scale; draw it as missing");
        }
        double unit = (Math.min(1, Math.max(-1, v)) + 1) / 2;
        return (int) Math.round(unit * (DIVERGING_STEPS - 1));
    }

    private static Rgb divergingStep(List<String> stops, int step) {
        double at = step * (stops.size() - 1.0) / (DIVERGING_STEPS - 1);
        int i = Math.min(stops.size() - 2, (int) at);
        return Rgb.of(stops.get(i)).mix(Rgb.of(stops.get(i + 1)), at - i);
    }

    /** Style rules that define every colour variable, light by default and dark where a screen asks for it. */
    public static String css() {
        return ":root{color-scheme:light dark;--heat:" + MAX_HEAT + ";" + variables(false) + "}\n"
                + "@media screen and (prefers-color-scheme:dark){:root{" + variables(true) + "}}\n";
    }

    private static String variables(boolean dark) {
        StringBuilder out = new StringBuilder();
        for (Role role : Role.values()) {
            Rgb c = dark ? role.dark() : role.light();
            out.append("--").append(role.variable()).append(':').append(c.hex()).append(';');
            out.append("--").append(role.variable()).append("-rgb:");
            out.append(c.r())
                    .append(' ')
                    .append(c.g())
                    .append(' ')
                    .append(c.b())
                    .append(';');
        }
        List<String> series = dark ? SERIES_DARK : SERIES_LIGHT;
        for (int i = 0; i < series.size(); i++) {
            out.append("--s").append(i).append(':').append(series.get(i)).append(';');
        }
        for (int i = 0; i < DIVERGING_STEPS; i++) {
            Rgb c = divergingStep(dark ? DIVERGING_DARK : DIVERGING_LIGHT, i);
            out.append("--d").append(i).append(':').append(c.hex()).append(';');
        }
        return out.toString();
    }
}
