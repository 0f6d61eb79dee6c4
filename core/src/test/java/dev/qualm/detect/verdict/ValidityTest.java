package dev.qualm.detect.verdict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Over 1,000 recalibrations the share of false alarms keeps to the promised rate, up to Monte-Carlo error. */
class ValidityTest {
    private static final int RUNS = 1000;
    private static final int ITEMS = 100;

    /** Distributions of trustworthy items' scores. */
    private enum Source {
        CONTINUOUS,
        /** Ten mutants, each changing the label with probability 0.1: eleven values. */
        LABEL_CHANGE_RATE,
        /** Most scores equal, some infinite. */
        MOSTLY_ONE_VALUE;

        double draw(Random random) {
            return switch (this) {
                case CONTINUOUS -> Math.exp(random.nextGaussian());
                case LABEL_CHANGE_RATE ->
                    IntStream.range(0, 10)
                                    .filter(i -> random.nextDouble() < 0.1)
                                    .count()
                            / 10.0;
                case MOSTLY_ONE_VALUE -> {
                    double x = random.nextDouble();
                    yield x < 0.9 ? 0 : x < 0.97 ? 1 : Double.POSITIVE_INFINITY;
                }
            };
        }

        double[] draw(Random random, int n) {
            return IntStream.range(0, n).mapToDouble(i -> draw(random)).toArray();
        }
    }

    /** Shares of one thing in many runs: their mean, and how uncertain it is. */
    private static final class Shares {
        private double sum;
        private double squares;
        private int runs;

        void add(double share) {
            sum += share;
            squares += share * share;
            runs++;
        }

        double mean() {
            return sum / runs;
        }

        /** Four standard errors. */
        double error() {
            return 4 * Math.sqrt(Math.max(0, squares / runs - mean() * mean()) / runs);
        }
    }

    private interface Run {
        /** Share of false alarms after one calibration. */
        double share(Random random);
    }

    private static Shares repeat(long seed, Run run) {
        Random random = new Random(seed);
        Shares shares = new Shares();
        for (int i = 0; i < RUNS; i++) {
            shares.add(run.share(random));
        }
        return shares;
    }

    private static double share(int n, java.util.function.IntPredicate alarm) {
        return IntStream.range(0, n).filter(alarm).count() / (double) n;
    }

    @ParameterizedTest
    @EnumSource
    void pooledRule_recalibrated_keepsTheRate(Source source) {
        for (double alpha : new double[] {0.05, 0.1}) {
            Shares shares = repeat(11, random -> {
                PooledRule rule = PooledRule.of(ConformalCalibration.of(source.draw(random, 100)), new Marginal(alpha));
                return share(ITEMS, i -> rule.verdict(source.draw(random)).isAlarm());
            });
            assertThat(shares.mean()).isLessThan(alpha + shares.error());
            if (source == Source.CONTINUOUS) {
                assertThat(shares.mean()).isCloseTo(new Marginal(alpha).expectedRate(100), within(shares.error()));
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void smoothedRule_recalibrated_hasTheRateExactly(Source source) {
        Shares shares = repeat(12, random -> {
            PooledRule rule = PooledRule.of(ConformalCalibration.of(source.draw(random, 50)), new Marginal(0.1))
                    .smoothed(new ItemUniform(random.nextLong()));
            return share(
                    ITEMS,
                    i -> rule.verdict(source.draw(random), 0, "item " + i).isAlarm());
        });
        assertThat(shares.mean()).isCloseTo(0.1, within(shares.error()));
        assertThat(shares.error()).isLessThan(0.01);
    }

    /** The form that these tests must be able to tell from a valid one. */
    @Test
    void strictCountOverN_tiedScores_breaksTheRate() {
        Shares shares = repeat(13, random -> {
            double[] calibration = Source.LABEL_CHANGE_RATE.draw(random, 1000);
            return share(100, i -> {
                double s = Source.LABEL_CHANGE_RATE.draw(random);
                return (1.0
                                        + java.util.Arrays.stream(calibration)
                                                .filter(c -> c > s)
                                                .count())
                                / 1000
                        <= 0.1;
            });
        });
        assertThat(shares.mean()).isGreaterThan(0.2);
    }

    /** Six classes from frequent to rare, whose scores differ much. */
    private static int drawClass(Random random) {
        double x = random.nextDouble();
        return x < 0.4 ? 0 : x < 0.7 ? 1 : x < 0.8 ? 2 : x < 0.89 ? 3 : x < 0.96 ? 4 : 5;
    }

    @ParameterizedTest
    @EnumSource
    void classConditionalRule_recalibrated_keepsTheRateInEveryClass(Source source) {
        Shares[] own = new Shares[6];
        Shares merged = new Shares();
        for (int c = 0; c < 6; c++) {
            own[c] = new Shares();
        }
        Random random = new Random(14);
        for (int run = 0; run < RUNS * 10; run++) {
            double[] scores = new double[90];
            int[] classes = new int[90];
            for (int i = 0; i < 90; i++) {
                classes[i] = drawClass(random);
                scores[i] = 3 * classes[i] + source.draw(random);
            }
            ClassConditionalRule rule =
                    ClassConditionalRule.of(scores, classes, new Marginal(0.1), ClassConditionalRule.Fallback.MERGED);
            // One item each: whether a class is small and the item of it are not independent over the items of one run.
            int predicted = drawClass(random);
            double score = 3 * predicted + source.draw(random);
            Verdict verdict = rule.verdict(score, predicted);
            if (verdict.kind() == Verdict.Kind.UNDEFINED) {
                continue;
            }
            double alarm = verdict.isAlarm() ? 1 : 0;
            if (rule.counts().getOrDefault(predicted, 0) >= 9) {
                own[predicted].add(alarm);
            } else {
                merged.add(alarm);
            }
        }
        for (int c = 0; c < 5; c++) { // the last class hardly ever has nine
            assertThat(own[c].runs).isGreaterThan(100);
            assertThat(own[c].mean()).as("class " + c).isLessThan(0.1 + own[c].error());
        }
        assertThat(merged.runs).isGreaterThan(1000);
        assertThat(merged.mean()).isLessThan(0.1 + merged.error());
    }

    /** One calibration for all classes, as a contrast: classes with larger scores have most of the alarms. */
    @Test
    void pooledRule_classesThatDiffer_promisesNothingForOne() {
        Shares shares = repeat(15, random -> {
            double[] scores = IntStream.range(0, 100)
                    .mapToDouble(i -> 3 * drawClass(random) + Source.CONTINUOUS.draw(random))
                    .toArray();
            PooledRule rule = PooledRule.of(ConformalCalibration.of(scores), new Marginal(0.1));
            return share(
                    ITEMS,
                    i -> rule.verdict(15 + Source.CONTINUOUS.draw(random)).isAlarm());
        });
        assertThat(shares.mean()).isGreaterThan(0.3);
    }

    @ParameterizedTest
    @EnumSource
    void cascade_recalibrated_keepsTheRateAsAWholeInEveryMode(Source source) {
        Random tuning = new Random(16);
        Cascade cascade = Cascade.of(Tier.of("cheap", 1), Tier.of("middle", 3), Tier.of("costly", 20))
                .tuned(scores(source, tuning, 300), 0.6, 0.02);
        for (java.util.List<String> mode : java.util.List.of(
                java.util.List.of("cheap", "middle", "costly"),
                java.util.List.of("cheap", "middle"),
                java.util.List.of("cheap", "costly"),
                java.util.List.of("cheap"))) {
            Shares shares = repeat(17, random -> {
                CalibratedCascade calibrated =
                        CalibratedCascade.of(cascade, scores(source, random, 100), new Marginal(0.1));
                double[][] items = scores(source, random, ITEMS);
                return share(
                        ITEMS,
                        i -> calibrated
                                .mode(mode)
                                .judge(t -> items[t][i])
                                .verdict()
                                .isAlarm());
            });
            assertThat(shares.mean()).as(mode.toString()).isLessThan(0.1 + shares.error());
            if (source == Source.CONTINUOUS) {
                assertThat(shares.mean()).isCloseTo(new Marginal(0.1).expectedRate(100), within(shares.error()));
            }
        }
    }

    /** Three scores per item that have something in common. */
    private static double[][] scores(Source source, Random random, int n) {
        double[][] out = new double[3][n];
        for (int i = 0; i < n; i++) {
            double common = source.draw(random);
            for (int t = 0; t < 3; t++) {
                out[t][i] = Math.max(common, source.draw(random));
            }
        }
        return out;
    }
}
