package dev.qualm.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.qualm.QualmException;
import dev.qualm.UnreadableFileException;
import dev.qualm.array.Array;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CsvDatasetTest {
    @TempDir
    Path folder;

    private Dataset open(String text, CsvOptions options, String... classes) {
        Path file = folder.resolve("t.csv");
        try {
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return CsvDataset.open(file, options, List.of(classes));
    }

    private static List<List<String>> records(String text) throws IOException {
        CsvReader reader = new CsvReader(new StringReader(text), ',', "t.csv");
        List<List<String>> out = new ArrayList<>();
        for (List<String> r = reader.next(); r != null; r = reader.next()) {
            out.add(r);
        }
        return out;
    }

    @Test
    void records_quotesAndLineEnds_rfc4180() throws IOException {
        assertThat(records("a,\"b,\"\"c\"\"\r\nd\",\r\n\r\n1,,3\r4\n\"\""))
                .containsExactly(List.of("a", "b,\"c\"\r\nd", ""), List.of("1", "", "3"), List.of("4"), List.of(""));
        assertThat(records("")).isEmpty();
        assertThat(records("\n\n")).isEmpty();
        assertThat(records("a,b")).containsExactly(List.of("a", "b"));
        assertThat(records(",")).containsExactly(List.of("", ""));
    }

    @Test
    void records_random_roundTrip() throws IOException {
        Random random = new Random(2);
        String alphabet = "ab,\"\n\r1 é";
        for (int trial = 0; trial < 500; trial++) {
            List<List<String>> table = new ArrayList<>();
            StringBuilder text = new StringBuilder();
            for (int r = random.nextInt(5); r >= 0; r--) {
                List<String> record = new ArrayList<>();
                for (int c = 0; c < 3; c++) {
                    StringBuilder field = new StringBuilder();
                    for (int k = random.nextInt(6); k > 0; k--) {
                        field.append(alphabet.charAt(random.nextInt(alphabet.length())));
                    }
                    record.add(field.toString());
                    text.append(c == 0 ? "" : ",")
                            .append('"')
                            .append(field.toString().replace("\"", "\"\""))
                            .append('"');
                }
                text.append(random.nextBoolean() ? "\r\n" : "\n");
                table.add(record);
            }
            assertThat(records(text.toString())).isEqualTo(table);
        }
    }

    @Test
    void open_headerAndNamedLabel_read() {
        Dataset data = open(
                "id,len,kind,w\n7,1.5,b,-2\n8,2e1,a,.5\n9,3,b,4\n",
                CsvOptions.DEFAULT.withLabel("kind").withIgnored(List.of("id")));
        assertThat(data.all()).isEqualTo(Array.of(new float[] {1.5f, -2, 20, 0.5f, 3, 4}, 3, 2));
        assertThat(data.labels()).containsExactly(1, 0, 1);
        assertThat(data.classes()).containsExactly("a", "b");
        assertThat(data.ids()).containsExactly("0", "1", "2");
        assertThat(data.columns()).containsExactly("len", "w");
        assertThat(data.with(Preprocessing.NONE).take(1).columns()).hasSize(2);
        assertThat(data.reshape(1, 2).columns()).as("something else").isEmpty();
    }

    @Test
    void open_noHeaderAndLabelByNumber_read() {
        Dataset data = open("1,2,0\n3,4,2\n", CsvOptions.DEFAULT.withLabel("-1"));
        assertThat(data.all()).isEqualTo(Array.of(new float[] {1, 2, 3, 4}, 2, 2));
        assertThat(data.labels()).containsExactly(0, 2);
        assertThat(data.classCount()).isEqualTo(3);
        assertThat(open("1,2,0\n3,4,2\n", CsvOptions.DEFAULT).all().shape()).containsExactly(2, 3);
    }

    @Test
    void open_givenClasses_numberThem() {
        String text = "1,dog\n2,cat\n";
        assertThat(open(text, CsvOptions.DEFAULT.withLabel("1"), "cat", "cow", "dog")
                        .labels())
                .containsExactly(2, 0);
        assertThat(open("1,4\n2,2\n", CsvOptions.DEFAULT.withLabel("1"), "2", "4")
                        .labels())
                .containsExactly(1, 0);
        assertThatThrownBy(() -> open(text, CsvOptions.DEFAULT.withLabel("1"), "cat", "cow"))
                .isInstanceOf(UnreadableFileException.class)
                .hasMessageContaining("[cat, cow]")
                .hasMessageContaining("'dog'");
    }

    @Test
    void open_byteOrderMarkSemicolonsAndSpaces_read() {
        Dataset data = open(
                "\ufeffa;b\r\n 1 ; 2 \r\n",
                CsvOptions.DEFAULT.withDelimiter(';').withLabel("a"));
        assertThat(data.labels()).containsExactly(1);
        assertThat(data.all().floats()).containsExactly(2);
    }

    @Test
    void open_headerForced_obeyed() {
        String numbers = "1,2\n3,4\n";
        assertThat(open(numbers, CsvOptions.DEFAULT.withHeader(CsvOptions.Header.YES))
                        .size())
                .isEqualTo(1);
        assertThat(open(numbers, CsvOptions.DEFAULT.withHeader(CsvOptions.Header.NO))
                        .size())
                .isEqualTo(2);
        assertThatThrownBy(() -> open("a,b\n3,4\n", CsvOptions.DEFAULT.withHeader(CsvOptions.Header.NO)))
                .hasMessageContaining("line 1, column 1");
    }

    private void refused(String text, CsvOptions options, String... parts) {
        var message = assertThatThrownBy(() -> open(text, options))
                .isInstanceOf(QualmException.class)
                .message();
        message.contains("t.csv").contains(parts);
    }

    @Test
    void open_mistakes_nameLineAndColumn() {
        CsvOptions o = CsvOptions.DEFAULT;
        refused("a,b\n1,2\n3,x\n", o, "line 3, column 2 (b)", "'x'");
        refused("1,2\n3,\n", o, "line 2, column 2", "nothing");
        refused("1,2\n3,NaN\n", o, "'NaN'");
        refused("1,2\n3,1e99\n", o, "'1e99'");
        refused("1,2\n3,0x1p3\n", o, "'0x1p3'");
        refused("1,2\n3,4f\n", o, "'4f'");
        refused("1,2\n\n3,4,5\n", o, "line 3", "expected 2 columns", "found 3");
        refused("1,\"2\n3,4\n", o, "line 1, column 2", "never closed");
        refused("1,\"2\"x\n", o, "line 1, column 2", "after a closing quote");
        refused("1,2\"\n", o, "a quote inside");
        refused("", o, "no line");
        refused("a,b\n", o.withHeader(CsvOptions.Header.YES), "no", "rows below the header");
        refused("a,b\n1,2\n", o.withLabel("c"), "'c'", "none", "[a, b]");
        refused("a,a\n1,2\n", o.withLabel("a"), "several");
        refused("1,2\n", o.withLabel("2"), "'2'", "0 to 1");
        refused("1,2\n", o.withLabel("-3"), "'-3'");
        refused("1\n2\n", o.withLabel("0"), "no input column");
        refused("a,k\n1,x\n2,\n", o.withLabel("k"), "line 3, column 2 (k)", "empty label");
        refused("1,\"" + "x".repeat((1 << 20) + 1) + "\"\n", o, "is a quote missing");
    }

    @Test
    void open_bytesThatAreNoText_refused() throws IOException {
        Path file = folder.resolve("b.csv");
        Files.write(file, new byte[] {'1', ',', (byte) 0xff, (byte) 0xfe, '\n'});
        assertThatThrownBy(() -> CsvDataset.open(file, CsvOptions.DEFAULT, List.of()))
                .isInstanceOf(UnreadableFileException.class)
                .hasMessageContaining("UTF-8");
        assertThatThrownBy(() -> CsvDataset.open(folder.resolve("none.csv"), CsvOptions.DEFAULT, List.of()))
                .isInstanceOf(UnreadableFileException.class)
                .hasMessageContaining("none.csv");
    }

    @Test
    void open_damagedOrInflatedGzip_refused() throws IOException {
        byte[] good = gzip("1,2\n".repeat(1000).getBytes(StandardCharsets.UTF_8));
        Path file = folder.resolve("z.csv.gz");
        Files.write(file, good);
        assertThat(CsvDataset.open(file, CsvOptions.DEFAULT, List.of()).size()).isEqualTo(1000);
        Files.write(file, Arrays.copyOf(good, good.length / 2));
        assertThatThrownBy(() -> CsvDataset.open(file, CsvOptions.DEFAULT, List.of()))
                .isInstanceOf(UnreadableFileException.class);
        Files.write(file, gzip(new byte[70 << 20]));
        assertThatThrownBy(() -> CsvDataset.open(file, CsvOptions.DEFAULT, List.of()))
                .isInstanceOf(UnreadableFileException.class);
        byte[] lines = new byte[70 << 20];
        Arrays.fill(lines, (byte) '\n');
        Files.write(file, gzip(lines));
        assertThatThrownBy(() -> CsvDataset.open(file, CsvOptions.DEFAULT, List.of()))
                .isInstanceOf(UnreadableFileException.class)
                .hasMessageContaining("250 times its size");
    }

    private static byte[] gzip(byte[] content) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream zip = new GZIPOutputStream(out)) {
            zip.write(content);
        }
        return out.toByteArray();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void open_flippedBytes_tableOrOneKindOfError(int seed) throws IOException {
        Random random = new Random(seed);
        byte[] good = "a,\"b\",c\n1,2,x\n3,\"4\",y\n5,6,x\n".getBytes(StandardCharsets.UTF_8);
        Path file = folder.resolve("f.csv");
        for (int trial = 0; trial < 500; trial++) {
            byte[] bad = good.clone();
            for (int k = 1 + random.nextInt(4); k > 0; k--) {
                bad[random.nextInt(bad.length)] = (byte) random.nextInt(256);
            }
            Files.write(file, bad);
            try {
                assertThat(CsvDataset.open(file, CsvOptions.DEFAULT.withLabel("-1"), List.of())
                                .size())
                        .isPositive();
            } catch (QualmException e) {
                assertThat(e.getMessage()).contains("f.csv");
            }
        }
    }

    @Test
    void options_quoteAsDelimiter_refused() {
        assertThatThrownBy(() -> CsvOptions.DEFAULT.withDelimiter('"')).isInstanceOf(QualmException.class);
    }
}
