package dev.qualm.detect.fitted;

/**
 * Activation shaping and scaling: the energy of features of which the k largest decide. With s1 the sum of all and s2 that of the k
 * largest: ASH-P keeps those and drops the rest; ASH-B replaces each of them by {@code s1 / k}; ASH-S multiplies them by {@code exp(s1 /
 * s2)} (Djurisic, Bozanic, Ashok, Liu 2023); SCALE multiplies all features so and drops none (Xu, Chen, Franchi, Yao 2024). Published as
 * trust (its negative).
 *
 * <p>k is d less the percentile's share of d, rounded half to even; of equal features the first are kept. Made for features that are not
 * negative.
 *
 * @param percentile share of the features that are not among the largest, in percent
 */
record Ash(Form form, double percentile) implements Detector {
    /** What is done to the features. */
    enum Form {
        ASH_S,
        ASH_B,
        ASH_P,
        SCALE
    }

    static About about(Form form) {
        return About.of(
                Settings.lower(form),
                form == Form.SCALE
                        ? "Is the evidence small where few features are large?"
                        : "Is the evidence from the largest features small?",
                form == Form.SCALE ? "Xu, Chen, Franchi, Yao 2024" : "Djurisic, Bozanic, Ashok, Liu 2023",
                Published.TRUST,
                Reads.FEATURES,
                Reads.HEAD_WEIGHTS);
    }

    static Settings defaults(Form form) {
        return Settings.of("percentile", form == Form.SCALE ? 85.0 : form == Form.ASH_P ? 60.0 : 65.0);
    }

    static Ash of(Form form, Settings s) {
        return new Ash(form, s.number(Settings.lower(form), "percentile", 0, 100));
    }

    @Override
    public About about() {
        return about(form);
    }

    @Override
    public Settings settings() {
        return Settings.of("percentile", percentile);
    }

    @Override
    public Judge judge(Site site, Learnt learnt) {
        int d = site.features();
        int k = d - (int) Math.rint(d * percentile / 100);
        return (Judge.OfRow) (batch, i) -> k < 1 ? Double.NaN : site.energy(shaped(batch.features(i), k));
    }

    private double[] shaped(double[] h, int k) {
        boolean[] keep = largest(h, k);
        double s1 = Vectors.sum(h);
        double s2 = 0;
        for (int j = 0; j < h.length; j++) {
            s2 += keep[j] ? h[j] : 0;
        }
        // Without any activation there is nothing to scale.
        double factor = s1 == 0 && s2 == 0 ? 1 : Math.exp(s1 / s2);
        double[] out = new double[h.length];
        for (int j = 0; j < h.length; j++) {
            out[j] = switch (form) {
                case SCALE -> h[j] * factor;
                case ASH_S -> keep[j] ? h[j] * factor : 0;
                case ASH_B -> keep[j] ? s1 / k : 0;
                case ASH_P -> keep[j] ? h[j] : 0;
            };
        }
        return out;
    }

    private static boolean[] largest(double[] h, int k) {
        double last = Vectors.largest(h, k);
        int left = k;
        for (double v : h) {
            left -= v > last ? 1 : 0;
        }
        boolean[] keep = new boolean[h.length];
        for (int j = 0; j < h.length; j++) {
            keep[j] = h[j] > last || (h[j] == last && left-- > 0);
        }
        return keep;
    }
}
