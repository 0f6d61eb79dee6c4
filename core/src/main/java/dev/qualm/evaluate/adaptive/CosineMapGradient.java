package dev.qualm.evaluate.adaptive;

import dev.qualm.array.Array;
import dev.qualm.data.OutputKind;
import dev.qualm.detect.CosineMapScore;
import dev.qualm.gradient.MapFeatures;
import dev.qualm.network.Network;
import dev.qualm.network.Recording;
import dev.qualm.network.Tape;
import dev.qualm.network.Views;
import dev.qualm.network.engine.NativeScope;
import dev.qualm.network.engine.Precision;
import dev.qualm.network.engine.Tensors;
import java.util.List;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * For statistics of cosine similarity maps: those of the gradients themselves in the place of their signs, of a network
 * whose rectifiers are smooth, differentiated twice. Logits are rescaled to a largest magnitude of 10, as the maps do.
 *
 * @param network the classifier
 * @param score the statistic
 */
/*
 * Doubles, because the gradient toward the predicted class is what remains of 1 - p: at a gap of 20, the most that
 * rescaled logits have, that is nothing in floats. Rectifiers have no second derivative, so without smoothing only the
 * softmax would be seen to bend.
 */
record CosineMapGradient(Network network, CosineMapScore score) implements ScoreGradient {
    private static final double BETA = 10;
    private static final double STEP = 1e-6;
    private static final double TINY = 1e-300;

    @Override
    public String method() {
        return "no signs, softplus for rectifiers, second-order sweep";
    }

    /** A pass, a sweep per class, and those swept again. */
    @Override
    public double passes(int classes) {
        return 1 + 3.0 * classes;
    }

    @Override
    public double[] at(Array batch) {
        boolean smooth = Views.isSmoothable(network.graph());
        try (Network bent = smooth ? network.with(Views.softplus(BETA)) : network.to(network.precision());
                Network exact = bent.to(Precision.FLOAT64);
                Tape tape = Tape.record(exact, batch, Recording.ofInput(exact));
                NativeScope scope = NativeScope.recording()) {
            Tensor x = tape.value(exact.structure().differentiable());
            Tensor logits = tape.logits();
            if (!exact.structure().trueLogits() && exact.structure().kind() == OutputKind.PROBABILITIES) {
                logits = logits.log();
            }
            Tensor scaled = logits.div(logits.abs().amax(new long[] {1}, true)).mul(new Scalar(10.0));
            Tensor losses = torch.log_softmax(scaled, 1).neg();
            int classes = Math.toIntExact(logits.size(1));
            TensorVector units = new TensorVector();
            for (int c = 0; c < classes; c++) {
                Tensor loss = losses.select(1, c).sum();
                Tensor g = tape.gradients(loss, null, List.of(x), true).get(0).flatten(1, -1);
                Tensor square = g.mul(g).sum(new long[] {1}, true, new ScalarTypeOptional());
                units.push_back(g.div(square.add(new Scalar(TINY)).sqrt()));
            }
            Tensor rows = torch.stack(units, 1);
            Tensor maps = torch.bmm(rows, rows.transpose(1, 2));
            Array weights = weights(Tensors.toArray(maps), Tensors.toArray(logits));
            Tensor statistic = maps.mul(Tensors.of(weights, Precision.FLOAT64)).sum();
            return Tensors.toArray(
                            tape.gradients(statistic, null, List.of(x), false).get(0))
                    .toDoubles();
        }
    }

    /** Derivatives of the statistic by the cosines, in the upper triangles. */
    private Array weights(Array maps, Array logits) {
        int n = maps.dim(0);
        int k = maps.dim(1);
        int column = MapFeatures.names().indexOf(score.feature());
        double[] out = new double[maps.size()];
        for (int i = 0; i < n; i++) {
            double[][] map = Pass.rows(maps.slice(i, i + 1).reshape(k, k));
            int predicted = Pass.largest(Pass.rows(logits.slice(i, i + 1))[0], -1);
            for (int a = 0; a < k; a++) {
                for (int b = a + 1; b < k; b++) {
                    double own = map[a][b];
                    map[a][b] = own + STEP;
                    double up = MapFeatures.summary(map, predicted)[column];
                    map[a][b] = own - STEP;
                    double down = MapFeatures.summary(map, predicted)[column];
                    map[a][b] = own;
                    double slope = score.sign() * (up - down) / (2 * STEP);
                    out[(i * k + a) * k + b] = Double.isFinite(slope) ? slope : 0;
                }
            }
        }
        return Array.of(out, n, k, k);
    }
}
