package dev.qualm.evaluate.adaptive;

import static org.assertj.core.api.Assertions.assertThat;

import dev.qualm.array.Array;
import dev.qualm.attack.Ball;
import dev.qualm.attack.Box;
import dev.qualm.attack.Budget;
import dev.qualm.data.Dataset;
import dev.qualm.data.Datasets;
import dev.qualm.data.ModelDescription;
import dev.qualm.detect.CosineMapScore;
import dev.qualm.detect.LcrScore;
import dev.qualm.detect.Score;
import dev.qualm.detect.Scorer;
import dev.qualm.detect.Scores;
import dev.qualm.detect.fitted.Detector;
import dev.qualm.detect.fitted.DetectorFit;
import dev.qualm.detect.fitted.Detectors;
import dev.qualm.detect.verdict.ConformalCalibration;
import dev.qualm.mutation.MutantSearch;
import dev.qualm.mutation.Mutations;
import dev.qualm.network.Network;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The ladder on the model that comes with Qualm, against every detector there is. */
class ShippedModelLadderTest {
    private static final Path DATA = Path.of("..", "data");
    private static final Path MODEL = DATA.resolve("models/fashion-mnist-8.onnx");
    private static final Network NETWORK = Network.load(MODEL);
    private static final Dataset TRAINING = Datasets.open(
                    DATA.resolve("fashion-mnist/train-images-6000-idx3-ubyte.gz"))
            .renumberClasses(0, 1, 2, 3, 4, 6, 7, 9)
            .with(ModelDescription.beside(MODEL).preprocessing());
    private static final Dataset IMAGES = Datasets.open(
                    DATA.resolve("fashion-mnist/test-images-2000-idx3-ubyte.gz"))
            .renumberClasses(0, 1, 2, 3, 4, 6, 7, 9)
            .with(ModelDescription.beside(MODEL).preprocessing());
    private static final Dataset CALIBRATION = IMAGES.slice(0, 40);
    private static final Dataset ATTACKED = IMAGES.slice(60, 64);
    private static final Box BOX = Box.ofPixels(new double[] {0.2958}, new double[] {0.3571});

    static Stream<Score> detectors() {
        List<Detector> all = Detectors.names().stream().map(Detectors::parse).toList();
        return DetectorFit.fit(NETWORK, TRAINING.take(200), true, all, 1, done -> {}).scores().stream()
                .map(Score.class::cast);
    }

    @AfterAll
    static void close() {
        NETWORK.close();
    }

    private static LadderSettings small() {
        return LadderSettings.of(1).withSteps(4).withSearch(1, 2).withQueries(20, 5).withDraws(2, 2);
    }

    private static LadderResult climb(Score score, LadderSettings settings) {
        double[] calibration = new Scorer(NETWORK, List.of(score), 1).score(CALIBRATION).values()[0];
        Defence defence = Defence.of(NETWORK, score, ConformalCalibration.of(calibration), 0.1);
        return new Ladder(defence, new Budget(Ball.LINF, 0.05), BOX, settings)
                .run(ATTACKED.all(), ATTACKED.labels(), CALIBRATION.take(20).all());
    }

    @ParameterizedTest
    @MethodSource("detectors")
    void run_everyDetector_everyRungAppliesOrSaysWhy(Score score) {
        long t = System.nanoTime();
        LadderResult result = climb(score, small());
        System.out.println(result + " " + (System.nanoTime() - t) / 1e6);
        assertThat(result.rungs()).hasSize(9);
        for (LadderRung rung : result.rungs()) {
            assertThat(rung.note()).isNotBlank();
            assertThat(rung.outside()).as(rung.name()).isZero();
            assertThat(rung.items()).isEqualTo(rung.applies() ? result.items() : 0);
        }
    }
}
