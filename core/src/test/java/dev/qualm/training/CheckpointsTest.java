package dev.qualm.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.qualm.QualmException;
import dev.qualm.UnreadableFileException;
import dev.qualm.array.Array;
import dev.qualm.attack.Ball;
import dev.qualm.attack.Box;
import dev.qualm.attack.Budget;
import dev.qualm.network.NetworkBuilder;
import dev.qualm.network.graph.Graph;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CheckpointsTest {
    private static final Graph GRAPH = NetworkBuilder.input("input", 1, 6, 6)
            .seed(2)
            .conv("conv", 4, 3, 1, 1)
            .batchNorm("bn")
            .relu("relu")
            .dropout("drop", 0.3)
            .flatten("flat")
            .linear("logits", 3)
            .build();
    private static final int[] LABELS = new int[30];
    private static final Array IMAGES = images();

    @TempDir
    Path folder;

    private static Array images() {
        Random random = new Random(5);
        float[] x = new float[30 * 36];
        for (int j = 0; j < x.length; j++) {
            LABELS[j / 36] = j / 36 % 3;
            x[j] = random.nextFloat() + 0.3f * LABELS[j / 36];
        }
        return Array.of(x, 30, 1, 6, 6);
    }

    private static TrainingOptions options(Optimizer optimizer) {
        Method pgd = Methods.of("pgd", new Budget(Ball.LINF, 0.1), 2, 0, Box.of(0, 2), 1);
        return TrainingOptions.DEFAULT
                .withOptimizer(optimizer)
                .withEpochs(5)
                .withBatchSize(8)
                .withSeed(6)
                .withAugmentation(new Augmentation(1, true))
                .withObjective(Objective.of(pgd).withLayers(LayerPenalty.of(0.4, List.of("relu"))))
                .withEarlyStopping(new EarlyStopping(0.2, 4));
    }

    @ParameterizedTest
    @ValueSource(strings = {"adam", "sgd"})
    void train_interruptedAndResumed_givesTheSameBits(String name) {
        TrainingOptions options = options(name.equals("adam") ? Optimizer.adam(0.01, 0.1) : Optimizer.sgd(0.05, 0.01));
        Training whole = Trainer.train(GRAPH, IMAGES, LABELS, options);
        Checkpoints checkpoints = new Checkpoints(folder.resolve("state.qualm"), 1, true);
        for (int stop = 1; stop < 4; stop++) {
            int end = stop;
            assertThatThrownBy(() -> Trainer.train(GRAPH, IMAGES, LABELS, options, new Interruption(end), checkpoints))
                    .hasMessage("pulled the plug");
        }
        Training resumed = Trainer.train(GRAPH, IMAGES, LABELS, options, Progress.NONE, checkpoints);
        assertThat(resumed.graph().initializers()).isEqualTo(whole.graph().initializers());
        assertThat(resumed.epoch()).isEqualTo(whole.epoch());
        assertThat(resumed.history())
                .usingRecursiveFieldByFieldElementComparatorIgnoringFields("seconds")
                .isEqualTo(whole.history());
        // The last state says that nothing is left to do.
        Training again = Trainer.train(GRAPH, IMAGES, LABELS, options, new Interruption(1), checkpoints);
        assertThat(again.graph().initializers()).isEqualTo(whole.graph().initializers());
    }

    /** Ends training in the middle of the epoch after the given one. */
    private record Interruption(int after) implements Progress {
        @Override
        public void step(int epoch, int epochs, int step, int steps, double loss) {
            if (epoch > after && step == 2) {
                throw new IllegalStateException("pulled the plug");
            }
        }
    }

    @Test
    void resume_otherOptionsItemsOrStart_isRefused() {
        TrainingOptions options = options(Optimizer.adam(0.01, 0.1)).withEpochs(1);
        Checkpoints checkpoints = new Checkpoints(folder.resolve("state.qualm"), 1, true);
        Trainer.train(GRAPH, IMAGES, LABELS, options, Progress.NONE, checkpoints);
        assertThatThrownBy(() ->
                        Trainer.train(GRAPH, IMAGES, LABELS, options.withBatchSize(9), Progress.NONE, checkpoints))
                .isInstanceOf(TrainingException.class)
                .hasMessageContaining("batchSize = 9")
                .hasMessageContaining("found 8");
        int[] others = LABELS.clone();
        others[3] = 2;
        assertThatThrownBy(() -> Trainer.train(GRAPH, IMAGES, others, options, Progress.NONE, checkpoints))
                .hasMessageContaining("data");
        Graph other = Trainer.train(GRAPH, IMAGES, LABELS, options).graph();
        assertThatThrownBy(() -> Trainer.train(other, IMAGES, LABELS, options, Progress.NONE, checkpoints))
                .isInstanceOf(QualmException.class)
                .hasMessageContaining("another model");
        Checkpoints anew = new Checkpoints(checkpoints.file(), 1, false);
        assertThat(Trainer.train(other, IMAGES, LABELS, options, Progress.NONE, anew)
                        .history())
                .hasSize(1);
    }

    @Test
    void resume_damagedFile_isRefused() throws IOException {
        TrainingOptions options = options(Optimizer.adam(0.01, 0.1)).withEpochs(1);
        Path file = folder.resolve("state.qualm");
        Trainer.train(GRAPH, IMAGES, LABELS, options, Progress.NONE, new Checkpoints(file, 1, true));
        byte[] whole = Files.readAllBytes(file);
        Random random = new Random(3);
        for (int i = 0; i < 60; i++) {
            byte[] bytes = i % 2 == 0 ? java.util.Arrays.copyOf(whole, random.nextInt(whole.length)) : whole.clone();
            if (bytes.length > 0) {
                bytes[random.nextInt(bytes.length)] ^= (byte) (1 + random.nextInt(255));
            }
            Files.write(file, bytes);
            try {
                Training found =
                        Trainer.train(GRAPH, IMAGES, LABELS, options, Progress.NONE, new Checkpoints(file, 1, true));
                assertThat(found.history()).hasSize(1);
            } catch (QualmException e) {
                assertThat(e)
                        .isInstanceOfAny(UnreadableFileException.class, TrainingException.class, QualmException.class);
            }
        }
    }

    @Test
    void train_earlyStopping_endsAndTakesTheBestEpoch() {
        // Learning at random: what is kept aside cannot get better for long.
        int[] noise = new Random(8).ints(30, 0, 3).toArray();
        TrainingOptions options =
                options(Optimizer.adam(0.02, 0)).withEpochs(40).withEarlyStopping(new EarlyStopping(0.3, 3));
        Training training = Trainer.train(GRAPH, IMAGES, noise, options);
        List<Epoch> history = training.history();
        assertThat(history.size()).isLessThan(40).isEqualTo(training.epoch() + 3);
        Epoch.HeldOut best = history.get(training.epoch() - 1).heldOut();
        assertThat(history)
                .allSatisfy(e -> assertThat(e.heldOut().betterThan(best)).isFalse());
        // The same epochs without an end are the same network as far as the best one.
        TrainingOptions shorter = options.withEarlyStopping(new EarlyStopping(0.3, 40));
        assertThat(Trainer.train(GRAPH, IMAGES, noise, shorter)
                        .history()
                        .get(training.epoch() - 1)
                        .heldOut())
                .isEqualTo(best);
    }
}
