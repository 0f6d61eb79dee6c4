package dev.qualm.detect.fitted;

import dev.qualm.detect.Energy;

/** Free energy (Liu, Wang, Owens, Li 2020, equation 4) at a temperature: {@code -T LSE(f / T)}. Published as distrust. */
record EnergyDetector(double temperature) implements Detector {
    static final About ABOUT = About.of(
            "energy",
            "Is the total evidence for all classes large?",
            "Liu, Wang, Owens, Li 2020",
            Published.DISTRUST,
            Reads.LOGITS);
    static final Settings DEFAULTS = Settings.of("T", 1.0);

    static EnergyDetector of(Settings s) {
        return new EnergyDetector(s.number(ABOUT.name(), "T", 1e-6, 1e9));
    }

    @Override
    public About about() {
        return ABOUT;
    }

    @Override
    public Settings settings() {
        return Settings.of("T", temperature);
    }

    @Override
    public Judge judge(Site site, Learnt learnt) {
        return Judge.ofLogits(f -> Energy.of(f, temperature));
    }
}
