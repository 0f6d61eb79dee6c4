package dev.qualm.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.qualm.QualmException;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Command;

class QualmTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void execute_version_namesQualmAndJava() {
        assertThat(run("--version")).isZero();
        assertThat(out.toString()).startsWith("qualm ").contains("Java " + Runtime.version());
    }

    @Test
    void execute_help_goesToStandardOutput() {
        assertThat(run("--help")).isZero();
        assertThat(out.toString()).contains("Usage: qualm");
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void execute_noCommand_failsWithUsageOnStandardError() {
        assertThat(run()).isEqualTo(2);
        assertThat(err.toString()).contains("Missing command").contains("Usage: qualm");
        assertThat(out.toString()).isEmpty();
    }

    @Test
    void execute_unknownOption_failsWithCode2() {
        assertThat(run("--frobnicate")).isEqualTo(2);
        assertThat(err.toString()).contains("--frobnicate");
    }

    @Test
    void execute_qualmException_printsItsMessageAndNoStackTrace() {
        assertThat(run("expected")).isEqualTo(1);
        assertThat(err.toString().strip()).endsWith("qualm: model.onnx is empty");
    }

    @Test
    void execute_defect_printsTheStackTrace() {
        assertThat(run("unexpected")).isEqualTo(3);
        assertThat(err.toString()).contains("IllegalStateException: oops").contains("at dev.qualm.cli.QualmTest");
    }

    private int run(String... arguments) {
        CommandLine line = Qualm.commandLine().addSubcommand(new Expected()).addSubcommand(new Unexpected());
        line.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
        return line.execute(arguments);
    }

    @Command(name = "expected")
    static final class Expected implements Runnable {
        @Override
        public void run() {
            throw new QualmException("model.onnx is empty");
        }
    }

    @Command(name = "unexpected")
    static final class Unexpected implements Runnable {
        @Override
        public void run() {
            throw new IllegalStateException("oops");
        }
    }
}
