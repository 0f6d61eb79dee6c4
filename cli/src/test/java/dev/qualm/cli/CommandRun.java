package dev.qualm.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Arrays;
import java.util.List;
import picocli.CommandLine;

/** What a command line printed and returned. */
record CommandRun(int code, String out, String err) {
    private static final ObjectMapper JSON = new ObjectMapper();

    static CommandRun of(Object... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        CommandLine line = Qualm.commandLine();
        line.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
        int code = line.execute(Arrays.stream(arguments).map(String::valueOf).toArray(String[]::new));
        return new CommandRun(code, out.toString(), err.toString());
    }

    JsonNode json() {
        return parse(out);
    }

    List<JsonNode> jsonLines() {
        return parseLines(out);
    }

    static List<JsonNode> parseLines(String text) {
        return text.lines().map(CommandRun::parse).toList();
    }

    private static JsonNode parse(String text) {
        try {
            return JSON.readTree(text);
        } catch (JsonProcessingException e) {
            throw new AssertionError("Not JSON: " + text, e);
        }
    }
}
