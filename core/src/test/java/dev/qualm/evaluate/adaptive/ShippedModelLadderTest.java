package dev.qualm.evaluate.adaptive;

import static org.assertj.core.api.Assertions.assertThat;

import dev.qualm.attack.Ball;
import dev.qualm.attack.Box;
import dev.qualm.attack.Budget;
import dev.qualm.data.Dataset;
import dev.qualm.data.Datasets;
import dev.qualm.data.ModelDescription;
import dev.qualm.detect.Score;
import dev.qualm.detect.Scorer;
import dev.qualm.detect.fitted.DetectorFit;
import dev.qualm.detect.fitted.Detectors;
import dev.qualm.detect.verdict.ConformalCalibration;
import dev.qualm.network.Network;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The ladder on the model that comes with Qualm. */
class ShippedModelLadderTest {
    private static final Path DATA = Path.of("..", "data");
    private static final Path MODEL = DATA.resolve("models/fashion-mnist-8.onnx");
    private static final Network NETWORK = Network.load(MODEL);
    private static final Dataset TRAINING = Datasets.open(DATA.resolve("fashion-mnist/train-images-6000-idx3-ubyte.gz"))
            .renumberClasses(0, 1, 2, 3, 4, 6, 7, 9)
            .with(ModelDescription.beside(MODEL).preprocessing());
    private static final Dataset IMAGES = Datasets.open(DATA.resolve("fashion-mnist/test-images-2000-idx3-ubyte.gz"))
            .renumberClasses(0, 1, 2, 3, 4, 6, 7, 9)
            .with(ModelDescription.beside(MODEL).preprocessing());
    private static final Dataset CALIBRATION = IMAGES.slice(0, 40);
    private static final Box BOX = Box.ofPixels(new double[] {0.2958}, new double[] {0.3571});

    @AfterAll
    static void close() {
        NETWORK.close();
    }

    private static LadderResult climb(Score score, Dataset attacked, LadderSettings settings) {
        double[] calibration =
                new Scorer(NETWORK, List.of(score), 1).score(CALIBRATION).values()[0];
        Defence defence = Defence.of(NETWORK, score, ConformalCalibration.of(calibration), 0.1);
        return new Ladder(defence, new Budget(Ball.LINF, 0.05), BOX, settings)
                .run(attacked.all(), attacked.labels(), CALIBRATION.take(10).all());
    }

    @ParameterizedTest
    @ValueSource(strings = {"energy", "fdbd"})
    void run_smoothDetector_whoKnowsItEvadesNoLess(String name) {
        Score score = DetectorFit.fit(NETWORK, TRAINING.take(200), true, List.of(Detectors.parse(name)), 1, done -> {})
                .scores()
                .get(0);
        LadderSettings settings =
                LadderSettings.of(1).withSteps(10).withSearch(2, 3).withQueries(10, 2);
        LadderResult result = climb(score, IMAGES.slice(60, 68), settings);
        double oblivious = result.rung("oblivious").evaded();
        assertThat(result.items()).isGreaterThanOrEqualTo(6);
        assertThat(result.rung("joint").evaded()).isGreaterThanOrEqualTo(oblivious);
        assertThat(result.rung("orthogonal").evaded()).isGreaterThanOrEqualTo(oblivious);
        assertThat(result.rung("joint").evaded())
                .isGreaterThan(result.rung("noise").evaded());
        assertThat(result.rung("orthogonal").zeroGradients()).isLessThanOrEqualTo(0.05);
    }
}
