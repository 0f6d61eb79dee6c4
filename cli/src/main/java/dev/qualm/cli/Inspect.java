package dev.qualm.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code qualm inspect}. */
@Command(
        name = "inspect",
        abbreviateSynopsis = true,
        sortOptions = false,
        description = {
            "Shows what Qualm sees in a model, and what keeps it from running.",
            "",
            "Inputs, outputs, the tensor with the logits, the last layer and its features, layers with weights,"
                    + " operators, how batches are taken, whether gradients reach the input. Exits with 1 if the model"
                    + " cannot run: every operator that is missing is listed with its nodes."
        })
final class Inspect implements Callable<Integer> {
    @Mixin
    @SuppressWarnings("NullAway.Init") // picocli sets it before call()
    private ModelOptions model;

    @Option(names = "--json", description = "Print everything as JSON.")
    private boolean json;

    @Option(names = "--all", description = "Print long lists in full.")
    private boolean all;

    @Mixin
    @SuppressWarnings({"NullAway.Init", "UnusedVariable"}) // picocli sets and reads it
    private HelpOption help;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before call()
    private CommandSpec spec;

    @Override
    public Integer call() throws JsonProcessingException {
        Inspection found = Inspector.inspect(model);
        if (json) {
            ObjectMapper mapper = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
            spec.commandLine().getOut().println(mapper.writeValueAsString(found));
        } else {
            new InspectionText(found, all).lines().forEach(spec.commandLine().getOut()::println);
        }
        if (found.runs()) {
            return 0;
        }
        spec.commandLine().getOut().flush();
        spec.commandLine()
                .getErr()
                .println(Ansi.AUTO.string("@|bold,red qualm:|@ ") + found.file() + " cannot run in Qualm; the"
                        + " reasons are"
                        + " listed above");
        return Qualm.FAILED;
    }
}
