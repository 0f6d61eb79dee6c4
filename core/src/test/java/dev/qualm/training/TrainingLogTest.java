package dev.qualm.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.qualm.QualmException;
import dev.qualm.array.Array;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainingLogTest {
    @TempDir
    private Path folder;

    @Test
    void log_oftwoTrainings_holdsEveryStepAndEpochOfBoth() throws IOException {
        Path file = folder.resolve("log.jsonl");
        Array items = Array.of(new float[] {0, 1, 1, 0, 2, 1, 1, 3}, 4, 2);
        int[] labels = {0, 1, 0, 1};
        TrainingOptions options =
                TrainingOptions.DEFAULT.withEpochs(2).withBatchSize(2).withEarlyStopping(new EarlyStopping(0.5, 5));
        List<Epoch> heard = new ArrayList<>();
        Progress listener = new Progress() {
            @Override
            public void step(int epoch, int epochs, int step, int steps, double loss) {}

            @Override
            public void epoch(Epoch epoch, int epochs) {
                heard.add(epoch);
            }
        };
        for (int run = 0; run < 2; run++) {
            try (TrainingLog log = TrainingLog.open(file)) {
                Trainer.train(Architectures.mlp(2, 3, 2, 1), items, labels, options, log.and(listener));
            }
        }
        List<JsonNode> lines = new ArrayList<>();
        for (String line : Files.readAllLines(file)) {
            lines.add(new ObjectMapper().readTree(line));
        }
        List<JsonNode> epochs = lines.stream().filter(l -> l.has("accuracy")).toList();
        assertThat(lines).hasSize(8);
        assertThat(epochs).hasSize(4);
        for (int e = 0; e < 4; e++) {
            assertThat(epochs.get(e).path("loss").asDouble())
                    .isEqualTo(heard.get(e).loss());
            assertThat(epochs.get(e).path("terms").path("cross-entropy").asDouble())
                    .isEqualTo(heard.get(e).terms().get("cross-entropy"));
            assertThat(epochs.get(e).path("heldOut").path("accuracy").asDouble())
                    .isEqualTo(heard.get(e).heldOut().accuracy());
        }
    }

    @Test
    void open_folderThatIsNotThere_isRefused() {
        assertThatThrownBy(() -> TrainingLog.open(folder.resolve("nowhere/log.jsonl")))
                .isInstanceOf(QualmException.class)
                .hasMessageContaining("existing folder");
    }
}
