package dev.qualm.detect.fitted;

import dev.qualm.array.Array;
import dev.qualm.data.Dataset;
import dev.qualm.data.Layout;
import dev.qualm.detect.Evidence;
import dev.qualm.detect.Score;
import dev.qualm.detect.Softmax;
import dev.qualm.detect.Work;
import dev.qualm.mutation.AcceptanceRule;
import dev.qualm.mutation.LabelChangeRate;
import dev.qualm.mutation.LcrCurtailment;
import dev.qualm.mutation.MutableUnits;
import dev.qualm.mutation.Mutant;
import dev.qualm.mutation.MutantPool;
import dev.qualm.mutation.MutantSearch;
import dev.qualm.mutation.Mutation;
import dev.qualm.mutation.MutationException;
import dev.qualm.mutation.Mutations;
import dev.qualm.mutation.Mutator;
import dev.qualm.mutation.Unit;
import dev.qualm.network.Network;
import dev.qualm.network.engine.Precision;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Label change rate (Wang, Dong, Sun, Wang, Zhang 2019; Wu, Michel, Briot 2019): the share of slightly changed networks that predict another
 * class. Published as distrust.
 *
 * <p>The changed networks are drawn from the seed, and kept if they are right on more than {@code ratio} of the trusted items on which the
 * original is (predictions stand for unknown classes). What is learnt is which draws were kept: scoring draws them again, bit for bit. With a
 * threshold, an item is asked no more of them than it takes to know whether its rate is above; its score is the rate among those asked.
 *
 * @param operator name of a mutation
 * @param mutants how many
 * @param rate share of filters (of neurons where the network has none) or scalars that are changed; 0 for the operator's own
 * @param seed of the draws
 * @param ratio of the original's accuracy
 * @param threshold 0 to ask all
 * @param places trusted items that decide about them; of more, a sample
 */
record Lcr(String operator, int mutants, double rate, int seed, double ratio, double threshold, int places)
        implements Detector {
    static final About ABOUT = new About(
            "lcr",
            "Do small changes of the model change the answer?",
            "Wang, Dong, Sun, Wang, Zhang 2019",
            Published.DISTRUST,
            true,
            Set.of(Reads.LOGITS, Reads.MUTANTS, Reads.LABELS));
    static final Settings DEFAULTS = Settings.of("operator", "neuron-activation-inverse")
            .and("mutants", 50)
            .and("rate", 0.0)
            .and("seed", 0)
            .and("ratio", 0.9)
            .and("threshold", 0.0)
            .and("bank", 500);
    /** Candidates tried per mutant. */
    private static final long TRIES = 100;

    private static final int MOST = 100_000;

    static Lcr of(Settings s) {
        String name = ABOUT.name();
        String operator = s.text("operator");
        DetectorException.require(
                Mutations.names().contains(operator),
                name,
                "one of " + Mutations.names() + " as 'operator'",
                "'" + operator + "'",
                "choose one of them");
        int mutants = s.integer(name, "mutants", 1);
        DetectorException.require(mutants <= MOST, name, "at most " + MOST + " mutants", mutants, "give fewer");
        return new Lcr(
                operator,
                mutants,
                s.number(name, "rate", 0, 1),
                s.integer(name, "seed", 0),
                s.number(name, "ratio", 1e-9, 1),
                s.number(name, "threshold", 0, Math.nextDown(1.0)),
                s.integer(name, "bank", 1));
    }

    @Override
    public About about() {
        return ABOUT;
    }

    @Override
    public Settings settings() {
        return Settings.of("operator", operator)
                .and("mutants", mutants)
                .and("rate", rate)
                .and("seed", seed)
                .and("ratio", ratio)
                .and("threshold", threshold)
                .and("bank", places);
    }

    private Bank.OfQuantity bank() {
        return Bank.places(places, new Inputs());
    }

    @Override
    public List<Statistic.Need<?>> needs() {
        return List.of(bank());
    }

    /** Fitting keeps inputs; scoring has no need to read them. */
    @Override
    public List<Quantity> learntFrom() {
        return List.of(new Inputs());
    }

    @Override
    public List<Work> work(int classes) {
        return List.of(Work.forwards(Detectors.text(this), Score.Source.MUTANTS, mutants));
    }

    @Override
    public @Nullable String refusal(Network network) {
        String input = new Inputs().refusal(network);
        if (input != null) {
            return input;
        }
        try {
            mutator(network);
            return null;
        } catch (MutationException e) {
            return e.getMessage();
        }
    }

    private Mutation mutation(Network network) {
        Mutation mutation = Mutations.of(operator);
        boolean noFilters = mutation.selection().unit() == Unit.FILTER
                && MutableUnits.of(network, Unit.FILTER).layers().isEmpty();
        var selection = noFilters ? mutation.selection().withUnit(Unit.NEURON) : mutation.selection();
        return mutation.with(rate > 0 ? selection.withRate(rate) : selection);
    }

    private Mutator mutator(Network network) {
        return mutation(network).on(network);
    }

    @Override
    public Learnt fit(Site site, Statistics found, @Nullable Network network) {
        Bank bank = found.get(bank());
        List<Bank.Item> items = bank.items();
        if (network == null || items.isEmpty()) {
            throw new DetectorException("Detector " + Detectors.text(this) + ": expected a network to change, and items"
                    + " to accept mutants by, but found " + network + " and " + items.size() + " items");
        }
        try {
            MutantPool pool = MutantSearch.of(mutation(network), mutants)
                    .withRule(AcceptanceRule.strict().withRatio(ratio))
                    .withSeed(seed)
                    .withCap(TRIES * mutants)
                    .run(network, data(items, bank.layout(), network.precision()));
            double[] kept = pool.mutants().stream().mapToDouble(Mutant::index).toArray();
            return Learnt.nothing().with("mutants", kept);
        } catch (MutationException e) {
            throw new DetectorException("Detector " + Detectors.text(this) + ": expected " + mutants
                    + " mutants that are still accurate, but found too few: " + e.getMessage());
        }
    }

    private static Dataset data(List<Bank.Item> items, int[] shape, Precision precision) {
        int[] all = new int[shape.length + 1];
        all[0] = items.size();
        System.arraycopy(shape, 0, all, 1, shape.length);
        double[] flat = items.stream()
                .flatMapToDouble(i -> Arrays.stream(i.features().values()))
                .toArray();
        Array x = Array.of(flat, all);
        int[] labels = items.stream()
                .mapToInt(i -> i.label() == Readings.UNKNOWN
                        ? Softmax.argmax(i.logits().values())
                        : i.label())
                .toArray();
        return Dataset.of(precision == Precision.FLOAT64 ? x : x.asFloat32(), Layout.NCHW, labels);
    }

    @Override
    public Judge judge(Site site, Learnt learnt) {
        double[] kept = kept(learnt);
        Object key = new Object();
        return (Judge.OfInput) evidence -> rates(evidence, kept, key);
    }

    private double[] kept(Learnt learnt) {
        double[] kept = learnt.vector("mutants", mutants);
        for (int i = 0; i < kept.length; i++) {
            double least = i == 0 ? 0 : kept[i - 1] + 1;
            if (!(kept[i] >= least && kept[i] < TRIES * mutants && kept[i] == Math.rint(kept[i]))) {
                throw Learnt.failure("mutants", "whole numbers in ascending order", kept[i]);
            }
        }
        return kept;
    }

    FittedMutants mutants(Network network, Learnt learnt) {
        return mutants(network, kept(learnt));
    }

    private FittedMutants mutants(Network network, double[] kept) {
        Mutator mutator = mutator(network);
        return new FittedMutants(
                mutator,
                Arrays.stream(kept).mapToObj(i -> mutator.draw(seed, (long) i)).toList());
    }

    private double[] rates(Evidence evidence, double[] kept, Object key) {
        LabelChangeRate of = evidence.shared().get(key, LabelChangeRate.class, () -> {
            LabelChangeRate all =
                    LabelChangeRate.of(mutants(evidence.network(), kept).mutants());
            return threshold > 0 ? all.until(new LcrCurtailment(mutants, threshold)) : all;
        });
        return evidence.labelChanges(of).rates();
    }

    @Override
    public String cost() {
        return (threshold > 0 ? "at most " : "") + (1 + mutants);
    }
}
