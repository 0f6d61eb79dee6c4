package dev.qualm.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.qualm.array.Array;
import dev.qualm.array.Npz;
import dev.qualm.attack.Attacks;
import dev.qualm.attack.Noises;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LayersCommandTest {
    @TempDir
    private Path folder;

    private Path model;
    private Path data;

    @BeforeEach
    void write() {
        model = TestModels.write(TestModels.cnn(1, 8, 3), folder.resolve("model.onnx"));
        data = folder.resolve("data.npz");
        int[] labels = new int[40];
        Array x = TestModels.stripes(40, 8, 3, labels);
        Npz.write(data, Map.of("x", x, "y", Array.of(labels, 40)));
    }

    private CommandRun run(Object... more) {
        Object[] all = new Object[5 + more.length];
        System.arraycopy(new Object[] {"layers", model, data, "--inputs=x", "--label=y"}, 0, all, 0, 5);
        System.arraycopy(more, 0, all, 5, more.length);
        return CommandRun.of(all);
    }

    @Test
    void layers_ofData_writesTablePicturePageAndJson() throws IOException {
        Path out = folder.resolve("out");
        CommandRun run = run(
                "--perturb",
                "fgsm:0.1,pgd:8/255,gaussian:0.1,salt:0.05",
                "--measure=relative-error,cosine-distance",
                "--eta=-1",
                "-o",
                out);
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.out())
                .contains("relative-error of 40 items")
                .contains("fgsm:0.1")
                .contains("gaussian:0.1")
                .contains("] *")
                .contains("* most vulnerable to salt:0.05, eta -1.0: ");
        assertThat(run.err()).contains("strengths are in pixels of 0 to 1");
        JsonNode json = new ObjectMapper().readTree(Files.readString(out.resolve("layers.json")));
        assertThat(json.path("format").asText()).isEqualTo("qualm-layers-1");
        assertThat(json.path("items").asInt()).isEqualTo(40);
        int layers = json.path("mostVulnerable").path(0).path("layers").size();
        assertThat(layers).isPositive();
        assertThat(json.path("layers").path(0).path("value").asDouble()).isPositive();
        assertThat(json.path("perturbations").path(0).path("linf").asDouble()).isBetween(0.05, 0.1001);
        assertThat(ImageIO.read(out.resolve("layers.png").toFile()).getWidth()).isGreaterThan(500);
        assertThat(Files.readString(out.resolve("layers.svg")))
                .contains("fgsm:0.1")
                .contains("most vulnerable");
        assertThat(Files.readString(out.resolve("layers.html")))
                .contains("How far each layer moves")
                .contains("All values: cosine-distance")
                .doesNotContain("<script src");
    }

    @Test
    void layers_equalNorm_movesInputsEquallyFar() {
        CommandRun run = run("--perturb=fgsm:0.1,gaussian:0.02", "--equal-norm", "--json", "--limit=20");
        assertThat(run.code()).as(run.err()).isZero();
        JsonNode sizes = run.json().path("perturbations");
        assertThat(sizes.path(0).path("l2").asDouble())
                .isPositive()
                .isCloseTo(sizes.path(1).path("l2").asDouble(), within(1e-4));
        assertThat(run.json().path("items").asInt()).isEqualTo(20);
    }

    @Test
    void layers_sameSeed_sameNumbersOnAnyThreads() {
        CommandRun one = run("--perturb=gaussian:0.1", "--json", "--threads=1");
        CommandRun three = run("--perturb=gaussian:0.1", "--json", "--threads=3");
        CommandRun other = run("--perturb=gaussian:0.1", "--json", "--seed=2");
        assertThat(one.code()).as(one.err()).isZero();
        assertThat(three.out()).isEqualTo(one.out());
        assertThat(other.out()).isNotEqualTo(one.out());
    }

    @Test
    void layers_ofTable_takesUnitsOfTheInput() throws IOException {
        Path mlp = TestModels.write(TestModels.mlp(3, 2), folder.resolve("mlp.onnx"));
        Path table = folder.resolve("table.csv");
        Files.writeString(table, "a,b,c,class\n1,2,3,0\n2,1,0,1\n0.5,2,1,0\n");
        CommandRun run = CommandRun.of(
                "layers", mlp, table, "--label=class", "--perturb=fgsm:0.5,uniform:0.5", "--taps=layers", "--json");
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.err()).contains("unit of the model's input");
        assertThat(run.json().path("perturbations").path(0).path("linf").asDouble())
                .isCloseTo(0.5, within(1e-5));
        CommandRun salt = CommandRun.of("layers", mlp, table, "--label=class", "--perturb=salt:0.5");
        assertThat(salt.code()).isEqualTo(1);
        assertThat(salt.err()).contains("finite bounds");
    }

    @Test
    void layers_everyAttackAndNoise_runsByName() {
        Path four = TestModels.write(TestModels.cnn(1, 8, 4), folder.resolve("four.onnx"));
        List<String> all = new ArrayList<>();
        Attacks.names().forEach(n -> all.add(n + ":0.05"));
        Noises.names().forEach(n -> all.add(n + ":0.5"));
        CommandRun run = CommandRun.of(
                "layers",
                four,
                data,
                "--inputs=x",
                "--label=y",
                "--json",
                "--limit=4",
                "--perturb",
                String.join(",", all));
        assertThat(run.code()).as(run.err()).isZero();
        List<String> found = new ArrayList<>();
        run.json().path("perturbations").forEach(p -> found.add(p.path("name").asText()));
        assertThat(found).isEqualTo(all);
        run.json()
                .path("layers")
                .forEach(l -> assertThat(l.path("value").asDouble(-1)).isNotNegative());
        assertThat(run.err())
                .contains("forward passes of an item: 1, fgsm:0.05 4, ", "square:0.05 ", "at most ", " in all");
        assertThat(run.json().path("provenance").path("model").asText()).matches("sha256:[0-9a-f]{64}");
        String help = CommandRun.of("layers", "--help").out().replaceAll("\\s+", " ");
        Attacks.names().forEach(n -> assertThat(help).contains(n));
        Noises.names().forEach(n -> assertThat(help).contains(n));
        String refusal = run("--perturb=fog:0.1").err();
        Attacks.names().forEach(n -> assertThat(refusal).contains(n));
        Noises.names().forEach(n -> assertThat(refusal).contains(n));
    }

    @Test
    void layers_normAndFraction_areReadAndNamedAsTyped() {
        CommandRun run = run("--perturb=pgd:0.5:l2,gaussian:8/255", "--json", "--limit=6");
        assertThat(run.code()).as(run.err()).isZero();
        JsonNode sizes = run.json().path("perturbations");
        assertThat(sizes.path(0).path("name").asText()).isEqualTo("pgd:0.5:l2");
        assertThat(sizes.path(0).path("l2").asDouble()).isPositive().isLessThan(0.5001);
        assertThat(sizes.path(1).path("name").asText()).isEqualTo("gaussian:8/255");
        assertThat(sizes.path(1).path("l2").asDouble()).isBetween(0.1, 0.4);
    }

    @Test
    void layers_misuse_isRefused() throws IOException {
        assertThat(run("--perturb=fog:0.1").code()).isEqualTo(2);
        assertThat(run("--perturb=fog:0.1").err()).contains("'fog:0.1'").contains("salt-and-pepper");
        assertThat(run("--perturb=gaussian").err()).contains("name:strength");
        assertThat(run("--perturb=pgd:x").err()).contains("pgd:x: ", "such as 0.1 or 8/255");
        assertThat(run("--perturb=fgsm:-1").code()).isEqualTo(2);
        assertThat(run("--perturb=salt:2").code()).isEqualTo(2);
        assertThat(run().code()).isEqualTo(2);
        CommandRun names = run("--perturb=fgsm:0.1", "--taps=nowhere");
        assertThat(names.code()).isEqualTo(1);
        assertThat(names.err()).contains("[nowhere]").contains("(Relu)");
        assertThat(run("--perturb=fgsm:0.1,fgsm:0.1").err()).contains("twice");
        Path file = Files.writeString(folder.resolve("file"), "");
        assertThat(run("--perturb=fgsm:0.1", "-o", file).err()).contains("expected a folder");
    }
}
