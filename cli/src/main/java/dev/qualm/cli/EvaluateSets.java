package dev.qualm.cli;

import dev.qualm.QualmException;
import dev.qualm.array.Array;
import dev.qualm.attack.AttackSettings;
import dev.qualm.attack.Attacks;
import dev.qualm.attack.Ball;
import dev.qualm.attack.Box;
import dev.qualm.attack.Budget;
import dev.qualm.attack.Noise;
import dev.qualm.attack.Noises;
import dev.qualm.data.Dataset;
import dev.qualm.data.ModelDescription;
import dev.qualm.evaluate.EvaluationSet;
import dev.qualm.network.Network;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The sets of an evaluation, as they are typed. */
final class EvaluateSets {
    private static final String SET = "[NAME=]PATH[#CLASS,...]";

    @Option(
            names = "--near",
            paramLabel = SET,
            description =
                    "Unfamiliar items that look like ordinary ones, such as unknown classes: PATH#Sandal,Bag takes"
                            + " items of these classes only. May be repeated.")
    private List<String> near = List.of();

    @Option(names = "--far", paramLabel = SET, description = "Unfamiliar items of another kind. May be repeated.")
    private List<String> far = List.of();

    @Option(
            names = "--shifted",
            paramLabel = "PATH|rotate=DEGREES|noise=KIND:STRENGTH",
            description =
                    "Items of known classes under other conditions: data, or the ordinary items rotated or with a noise that"
                            + " 'qualm attack --list' names. May be repeated.")
    private List<String> shifted = List.of();

    @Option(
            names = {"-a", "--attack"},
            paramLabel = "NAME[:EPSILON[:NORM]]",
            split = ",",
            description = "Attacks on ordinary items, as 'qualm attack --list' names them.")
    private List<String> attacks = List.of();

    @Option(
            names = {"-e", "--eps"},
            paramLabel = "EPSILON",
            description =
                    "How far attacks that search a ball may move inputs, where they do not say: in pixels (black is 0 and"
                            + " white is 1); for tables in units of the input. Default: that of each attack.")
    private @Nullable String epsilon;

    @Option(
            names = "--norm",
            paramLabel = "NORM",
            converter = RobustnessCommand.NormConverter.class,
            description = "Norm of --eps: linf, l2 or l1. Default: that of each attack.")
    private @Nullable Ball norm;

    @Mixin
    @SuppressWarnings("NullAway.Init") // picocli sets it before run()
    private AttackSettingsOptions settings;

    @Mixin
    @SuppressWarnings("NullAway.Init") // picocli sets it before run()
    private BoxOption box;

    /** How items of a model are read. */
    record Reading(
            Network network,
            ModelDescription description,
            PreprocessOptions preprocessing,
            DataOptions options,
            int limit,
            Consumer<String> say) {}

    /** Ordinary items with the sets beside them. */
    record Opened(Dataset id, List<EvaluationSet> sets, Box box, String unit) {}

    AttackSettings settings() {
        return settings.settings();
    }

    /** Whether it is said how far attacks may go. */
    boolean bounded() {
        return epsilon != null;
    }

    /**
     * How far attacks on detectors may go: --eps, in the norm of --norm, else of the first attack that names one, else
     * linf.
     */
    Budget budget() {
        Ball ball = norm;
        for (String text : attacks) {
            String[] parts = text.strip().split(":", -1);
            ball = ball == null && parts.length > 2 ? Ball.parse(parts[2]) : ball;
        }
        return RobustnessBudgets.parse(List.of(Objects.requireNonNull(epsilon)), ball == null ? Ball.LINF : ball)
                .get(0);
    }

    /** Opens everything for one model. */
    Opened open(Path idPath, Reading r) {
        AttackedItems id = AttackedItems.open(
                idPath, r.network, r.description, r.preprocessing, r.options, r.limit, box.text(), r.say);
        List<EvaluationSet> sets = new ArrayList<>();
        near.forEach(text -> {
            Named set = Named.of(text);
            sets.add(EvaluationSet.near(set.name, unfamiliar(set, r)));
        });
        far.forEach(text -> {
            Named set = Named.of(text);
            sets.add(EvaluationSet.far(set.name, unfamiliar(set, r)));
        });
        shifted.forEach(text -> sets.add(shifted(text, id, r)));
        Box bounds = id.bounds().box();
        attacks.forEach(text ->
                sets.add(EvaluationSet.adversarial(text.strip(), settings().parse(budgeted(text), bounds))));
        if (!attacks.isEmpty()) {
            r.say.accept("epsilons are in " + id.bounds().unit());
        }
        return new Opened(id.data(), sets, bounds, id.bounds().unit());
    }

    private String budgeted(String raw) {
        String text = raw.strip();
        if (epsilon == null || text.contains(":") || Attacks.entry(text).nearest()) {
            return text;
        }
        return text + ":" + epsilon.strip() + (norm == null ? "" : ":" + norm.text());
    }

    private static Dataset unfamiliar(Named set, Reading r) {
        Dataset stored = set.open(r.options);
        if (stored.labelled() && !r.description.classes().isEmpty()) {
            int[] labels = stored.labels();
            List<String> known = Arrays.stream(labels)
                    .mapToObj(
                            l -> l < stored.classes().size() ? stored.classes().get(l) : "")
                    .filter(r.description.classes()::contains)
                    .toList();
            int count = known.size();
            if (count > 0) {
                r.say.accept("warning: " + count + " of " + stored.size() + " items of '" + set.name
                        + "' belong to classes that the model knows, such as " + known.get(0)
                        + "; take others with PATH#CLASS,CLASS");
            }
        }
        return fitted(stored.withoutLabels(), r);
    }

    private static Dataset fitted(Dataset stored, Reading r) {
        InputFit fit = InputFit.of(r.network, r.description, r.preprocessing, stored.take(r.limit));
        return fit.data();
    }

    private EvaluationSet shifted(String text, AttackedItems id, Reading r) {
        String noise = text.startsWith("rotate=")
                ? "rotation:" + text.substring("rotate=".length())
                : text.startsWith("noise=") ? text.substring("noise=".length()) : null;
        if (noise != null) {
            Noise change = Noises.parse(noise, id.bounds().box(), settings().seed());
            Dataset changed = id.data().map(noise, (item, row) -> {
                int[] one = new int[item.rank() + 1];
                one[0] = 1;
                System.arraycopy(item.shape(), 0, one, 1, item.rank());
                Array out = change.apply(item.reshape(one));
                return out.reshape(item.shape());
            });
            return EvaluationSet.shiftedId(text, changed);
        }
        Named set = Named.of(text);
        List<String> remarks = new ArrayList<>();
        Dataset stored = LabelledItems.ofKnownClasses(set.path, r.description.classes(), r.options, remarks);
        remarks.forEach(r.say);
        return EvaluationSet.shifted(set.name, fitted(set.chosen(stored), r));
    }

    /**
     * A set as typed.
     *
     * @param name for tables
     * @param classes names or numbers of the classes to take; empty for all
     */
    record Named(String name, Path path, List<String> classes) {
        static Named of(String text) {
            int at = text.indexOf('=');
            boolean whole = at < 1 || Files.exists(Path.of(text));
            String rest = whole ? text : text.substring(at + 1);
            int hash = Files.exists(Path.of(rest)) ? -1 : rest.lastIndexOf('#');
            Path path = Path.of(hash < 0 ? rest : rest.substring(0, hash));
            List<String> classes = hash < 0
                    ? List.of()
                    : Arrays.asList(rest.substring(hash + 1).split(",", -1));
            if (!Files.exists(path)) {
                throw new QualmException(
                        "Expected a set as " + SET + ", but found '" + text + "', and there is no " + path);
            }
            return new Named(whole ? String.valueOf(path.getFileName()) : text.substring(0, at), path, classes);
        }

        Dataset open(DataOptions options) {
            return chosen(options.open(path, List.of()));
        }

        Dataset chosen(Dataset all) {
            return classes.isEmpty()
                    ? all
                    : all.filterClasses(classes.stream()
                            .mapToInt(c -> all.classNumber(c.strip()))
                            .toArray());
        }
    }
}
