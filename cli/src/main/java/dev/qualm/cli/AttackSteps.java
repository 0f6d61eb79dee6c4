package dev.qualm.cli;

import dev.qualm.manipulation.Constraint;
import dev.qualm.manipulation.Descent;
import dev.qualm.manipulation.Optimizer;
import dev.qualm.manipulation.RandomStarts;
import dev.qualm.manipulation.Schedule;
import java.util.EnumSet;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How an attack goes downhill. */
final class AttackSteps {
    /** Ways downhill. */
    enum Descender {
        ADAM,
        PGD
    }

    @Option(names = "--steps", paramLabel = "N", description = "Steps of the attack at most. Default: 500.")
    private @Nullable Integer steps;

    @Option(
            names = "--lr",
            paramLabel = "RATE",
            description = "Learning rate, in units of the model's input. Default: 0.001.")
    private @Nullable Double rate;

    @Option(
            names = "--schedule",
            paramLabel = "HOW",
            converter = ScheduleConverter.class,
            defaultValue = "constant",
            description = "Learning rate over the steps: constant, or cosine towards 0. Default: ${DEFAULT-VALUE}.")
    @SuppressWarnings("NullAway.Init") // picocli sets it before run()
    private Schedule schedule;

    @Option(
            names = "--optimizer",
            paramLabel = "NAME",
            converter = DescenderConverter.class,
            defaultValue = "adam",
            description = "adam, or pgd with steps of length --lr. Default: ${DEFAULT-VALUE}.")
    @SuppressWarnings("NullAway.Init") // picocli sets it before run()
    private Descender optimizer;

    @Option(names = "--seed", paramLabel = "N", description = "Seed of all random choices. Default: ${DEFAULT-VALUE}.")
    private long seed;

    @Option(
            names = "--restarts",
            paramLabel = "N",
            description = "Further attempts from random places; the best counts. Default: ${DEFAULT-VALUE}.")
    private int restarts;

    /** Why these options make no sense, or null. */
    @Nullable
    String problem() {
        if ((steps != null && steps < 1) || restarts < 0) {
            return "--steps is at least 1 and --restarts at least 0";
        }
        return rate != null && !(rate > 0 && Double.isFinite(rate)) ? "--lr is above 0" : null;
    }

    /** Whether it differs from the paper's program, whatever the number and length of steps. */
    boolean departs() {
        return optimizer != Descender.ADAM || restarts > 0;
    }

    int most(int otherwise) {
        return steps == null ? otherwise : steps;
    }

    double rate(double otherwise) {
        return rate == null ? otherwise : rate;
    }

    long seed() {
        return seed;
    }

    /** @param norm of a step of pgd */
    Descent descent(Optimizer.Norm norm, Constraint constraint) {
        double step = rate(1e-3);
        Optimizer descent = optimizer == Descender.ADAM ? Optimizer.adam(step) : Optimizer.pgd(step, norm);
        return new Descent(descent, schedule, most(500), constraint);
    }

    RandomStarts starts() {
        return new RandomStarts(restarts, seed);
    }

    static final class DescenderConverter extends Choice<Descender> {
        DescenderConverter() {
            super(EnumSet.allOf(Descender.class));
        }
    }

    static final class ScheduleConverter extends Choice<Schedule> {
        ScheduleConverter() {
            super(EnumSet.allOf(Schedule.class));
        }
    }
}
