package dev.qualm.cli;

import dev.qualm.array.Array;
import dev.qualm.attack.Box;
import dev.qualm.data.Colour;
import dev.qualm.report.Picture;
import dev.qualm.report.explanation.Difference;
import dev.qualm.report.robustness.AdversarialSheet;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The first attacked images, before and after. */
record AttackPictures(AttackedItems items, ModelClasses classes) {
    /** Whether there is anything to draw. */
    boolean possible() {
        return items.pixels();
    }

    /** A sheet of at most {@code most} images that were attacked. */
    AdversarialSheet of(AttackSpec attack, AttackedData data, int most) {
        Array changed = data.inputs();
        List<AdversarialSheet.Row> rows = new ArrayList<>();
        for (int i : data.places()) {
            if (rows.size() == most) {
                break;
            }
            Array original = items.data().read(data.rows[i]).inputs();
            rows.add(row(data, i, pixels(original), pixels(changed.slice(i, i + 1)), original.shape()));
        }
        return new AdversarialSheet(attack.text(), attack.noise() == null ? "adversarial" : "with noise", rows);
    }

    private AdversarialSheet.Row row(AttackedData data, int i, double[] before, double[] after, int[] shape) {
        return new AdversarialSheet.Row(
                Picture.of(Array.of(before, shape[1], shape[2], shape[3])),
                Picture.of(Array.of(after, shape[1], shape[2], shape[3])),
                Difference.between(before, after, shape[1], shape[2], shape[3]),
                classes.name(data.labels[i]),
                classes.name(data.before[i]),
                classes.name(data.predicted[i]),
                data.success[i],
                String.format(Locale.ROOT, "linf %.3g, l2 %.3g", data.norms[i].linf(), data.norms[i].l2()),
                data.doubtful[i] ? "no gradient" : null);
    }

    /** Black is 0 and white is 1, red first. */
    private double[] pixels(Array one) {
        Box box = items.bounds().box();
        boolean bgr = items.fit().steps().colour() == Colour.BGR;
        int channels = one.dim(1);
        int area = one.dim(2) * one.dim(3);
        double[] out = new double[one.size()];
        for (int j = 0; j < out.length; j++) {
            int c = j / area;
            int k = box.low().length == 1 ? 0 : c;
            int to = bgr ? j + (channels - 1 - 2 * c) * area : j;
            out[to] = (one.get(j) - box.low()[k]) / box.unit()[k];
        }
        return out;
    }
}
