package dev.qualm.detect.fitted;

import dev.qualm.detect.Gen;

/** Generalised entropy (Liu, Lochman, Zach 2023, equation 4): sum over the M largest p of {@code p^g (1 - p)^g}. Published as trust. */
record GenDetector(double gamma, int top) implements Detector {
    static final About ABOUT = OfLogits.about(
            "gen", "Do small probabilities of other classes add up?", "Liu, Lochman, Zach 2023", Published.TRUST, true);
    static final Settings DEFAULTS = Settings.of("gamma", Gen.GAMMA).and("top", Gen.TOP);

    static GenDetector of(Settings s) {
        return new GenDetector(s.number(ABOUT.name(), "gamma", 1e-6, 1 - 1e-6), s.integer(ABOUT.name(), "top", 1));
    }

    @Override
    public About about() {
        return ABOUT;
    }

    @Override
    public Settings settings() {
        return Settings.of("gamma", gamma).and("top", top);
    }

    @Override
    public Judge judge(Site site, Learnt learnt) {
        return Judge.ofLogits(f -> Gen.of(f, gamma, top));
    }
}
