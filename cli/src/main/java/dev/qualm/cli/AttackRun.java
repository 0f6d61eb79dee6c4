package dev.qualm.cli;

import dev.qualm.Provenance;
import dev.qualm.array.Array;
import dev.qualm.array.AtomicFile;
import dev.qualm.attack.AttackDiagnostics;
import dev.qualm.attack.AttackSettings;
import dev.qualm.attack.Ball;
import dev.qualm.attack.Box;
import dev.qualm.attack.Budget;
import dev.qualm.data.Dataset;
import dev.qualm.data.Layout;
import dev.qualm.data.ModelDescription;
import dev.qualm.network.Network;
import dev.qualm.network.Workers;
import dev.qualm.network.onnx.ModelHash;
import dev.qualm.report.robustness.AdversarialSheet;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** All attacks on one set of items. */
final class AttackRun {
    /** Parts are the same with any number of threads, so that results are. */
    private static final int ROWS = 64;

    /**
     * What the command line says.
     *
     * @param out folder to write to, or null
     * @param err where progress is shown
     * @param say takes remarks
     */
    record Asked(
            @Nullable Path out,
            int images,
            int diagnosed,
            int threads,
            AttackSettings settings,
            PreprocessOptions preprocessing,
            PrintWriter err,
            Consumer<String> say) {}

    private final Network network;
    private final ModelDescription description;
    private final AttackedItems items;
    private final ModelClasses classes;
    private final @Nullable ClassChoice target;
    private final Asked asked;
    final List<String> warnings = new ArrayList<>();
    int unreadable;
    int outside;

    AttackRun(
            Network network,
            ModelDescription description,
            AttackedItems items,
            ModelClasses classes,
            @Nullable ClassChoice target,
            Asked asked) {
        this.network = network;
        this.description = description;
        this.items = items;
        this.classes = classes;
        this.target = target;
        this.asked = asked;
    }

    AttackText attack(AttackSpec one) {
        List<AttackedPart> parts = new ArrayList<>();
        int n = items.data().size();
        int count = (n + ROWS - 1) / ROWS;
        try (Workers workers = Workers.of(asked.threads());
                ProgressBar bar = new ProgressBar(asked.err(), one.text(), n)) {
            for (int from = 0; from < count; from += workers.threads()) {
                int begin = from;
                parts.addAll(workers.map(Math.min(workers.threads(), count - from), i -> {
                    int at = (begin + i) * ROWS;
                    return AttackedPart.run(network, one, target, items.data(), at, Math.min(n, at + ROWS));
                }));
                bar.update(Math.min(n, (from + workers.threads()) * ROWS));
            }
        }
        AttackedData data = new AttackedData(parts, asked.out() != null);
        unreadable = data.unreadable;
        outside = parts.stream()
                .mapToInt(p -> p.inputs() == null ? 0 : bounds().outside(p.inputs()))
                .sum();
        parts.clear();
        Path folder = asked.out();
        if (folder != null) {
            write(folder, one, data);
        }
        AttackText text = AttackText.of(one.text(), data);
        if (text.doubtful() > 0) {
            warnings.add(one.text() + " meets a zero or non-finite gradient, or answer, on " + text.doubtful() + " of "
                    + text.attacked() + " items: where it fails, that is no sign of robustness.");
        }
        return text;
    }

    private Box bounds() {
        return items.bounds().box();
    }

    private void write(Path folder, AttackSpec one, AttackedData data) {
        StoredForm form = StoredForm.of(data.inputs(), network, description, asked.preprocessing(), items);
        data.write(folder.resolve(one.fileName() + ".npz"), form.inputs());
        if (form.note() != null) {
            asked.say().accept(one.fileName() + ".npz: " + form.note());
        } else {
            int changed = changed(data, form.inputs());
            if (changed > 0) {
                asked.say()
                        .accept(
                                changed + " of " + data.n() + " items of " + one.fileName()
                                        + ".npz are so near to a boundary that the model answers otherwise once they are stored");
            }
        }
        AttackPictures pictures = new AttackPictures(items, classes);
        if (asked.images() > 0 && !pictures.possible()) {
            asked.say().accept("the inputs are no images of 1 or 3 channels, so there is nothing to draw");
        } else if (asked.images() > 0 && data.places().length > 0) {
            AdversarialSheet sheet = pictures.of(one, data, asked.images());
            AtomicFile.write(folder.resolve(one.fileName() + ".png"), stream -> stream.write(sheet.png()));
        }
    }

    /** Rounding on the way to a file and back moves inputs by a few units in the last place. */
    private int changed(AttackedData data, Array stored) {
        Dataset back = InputFit.of(network, description, asked.preprocessing(), Dataset.of(stored, Layout.NCHW, null))
                .data();
        int changed = 0;
        for (int from = 0; from < data.n(); from += ROWS) {
            int to = Math.min(data.n(), from + ROWS);
            double[] logits = network.logits(back.batch(from, to)).toDoubles();
            int k = logits.length / (to - from);
            for (int i = from; i < to; i++) {
                double[] row = Arrays.copyOfRange(logits, (i - from) * k, (i - from + 1) * k);
                changed += AttackedPart.predicted(row) == data.predicted[i] ? 0 : 1;
            }
        }
        return changed;
    }

    void warn(List<AttackSpec> specs) {
        if (unreadable > 0) {
            warnings.add(unreadable + " items could not be read and are left out.");
        }
        if (outside > 0) {
            warnings.add(
                    outside + " items have values outside the valid ones; attacks move these in first, whatever the"
                            + " budget. Give the range of all inputs with --box.");
        }
        boolean climbs = specs.stream().anyMatch(s -> s.attack() != null && !s.isOneStep());
        if (!climbs && specs.stream().anyMatch(AttackSpec::isOneStep)) {
            warnings.add("One-step attack only: FGSM overstates robustness, always; put pgd or apgd-ce beside it.");
        }
        diagnose(specs);
    }

    private void diagnose(List<AttackSpec> specs) {
        boolean bounded = Arrays.stream(bounds().low()).allMatch(Double::isFinite)
                && Arrays.stream(bounds().high()).allMatch(Double::isFinite);
        if (asked.diagnosed() == 0 || !bounded) {
            return;
        }
        Dataset few = items.data().take(asked.diagnosed()).withoutDamaged();
        if (few.size() == 0) {
            return;
        }
        Array x = few.all();
        int[] labels = few.labelled() ? few.labels() : answers(x);
        Set<Budget> seen = new HashSet<>();
        for (AttackSpec one : specs) {
            Budget budget = one.budget();
            if (budget == null || budget.ball() == Ball.L1 || !seen.add(budget)) {
                continue;
            }
            AttackDiagnostics signs = AttackDiagnostics.of(
                    network, x, labels, budget, bounds(), asked.settings().seed());
            signs.warnings()
                    .forEach(w -> warnings.add(
                            "Diagnostics on " + signs.inputs() + " items within " + budget + ": " + w + "."));
        }
    }

    private int[] answers(Array x) {
        double[] logits = network.logits(x).toDoubles();
        int k = logits.length / x.dim(0);
        return IntStream.range(0, x.dim(0))
                .map(i -> Math.max(0, AttackedPart.predicted(Arrays.copyOfRange(logits, i * k, (i + 1) * k))))
                .toArray();
    }

    Provenance provenance(List<AttackSpec> specs) {
        Provenance p = Provenance.of("qualm attack")
                .with("model", "sha256:" + ModelHash.of(network.graph()))
                .with("precision", network.precision())
                .with("data", items.data())
                .with("valid inputs", items.bounds().unit())
                .with("labels", items.data().labelled() ? "given" : "predicted");
        for (AttackSpec one : specs) {
            Object made = one.attack() == null
                    ? one.noise() + ", seed " + asked.settings().seed()
                    : one.attack().provenance();
            p = p.with(one.text(), String.valueOf(made));
        }
        return p;
    }
}
