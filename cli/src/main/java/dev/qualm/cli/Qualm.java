package dev.qualm.cli;

import dev.qualm.QualmException;
import dev.qualm.cli.benchmark.BenchmarkCommand;
import dev.qualm.cli.demo.DemoCommand;
import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * The {@code qualm} command. Results go to standard output, progress and errors to standard error.
 *
 * <p>Exit codes: 0 done; 1 the work failed ({@link QualmException}: the message says what to do); 2 the command line
 * was not understood; 3 a defect in Qualm, shown with its stack trace.
 */
@Command(
        name = "qualm",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        subcommands = {
            DemoCommand.class,
            Inspect.class,
            Score.class,
            MapCommand.class,
            ExplainCommand.class,
            PatternsCommand.class,
            MutantsCommand.class,
            FitCommand.class,
            ProfileCommand.class,
            LayersCommand.class,
            AttackCommand.class,
            RobustnessCommand.class,
            EvaluateCommand.class,
            BenchmarkCommand.class,
            HardenCommand.class,
            Manipulate.class,
            Audit.class,
            Train.class,
            HelpCommand.class
        },
        description = "Tells which predictions of a neural network to doubt, why, and what to do about it.")
public final class Qualm implements Runnable {
    static final int FAILED = 1;
    private static final int DEFECT = 3;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before run()
    private CommandSpec spec;

    /**
     * A bare {@code qualm} asks for nothing: say what can be asked, and fail like any other incomplete command line.
     */
    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Missing command");
    }

    /** The command line with its subcommands and its treatment of errors; tests call {@code execute} on it. */
    static CommandLine commandLine() {
        CommandLine line = new CommandLine(new Qualm());
        line.setExecutionExceptionHandler((error, command, parsed) -> {
            if (error instanceof QualmException) {
                command.getErr().println(Ansi.AUTO.string("@|bold,red qualm:|@ ") + error.getMessage());
                return FAILED;
            }
            error.printStackTrace(command.getErr());
            return DEFECT;
        });
        line.setParameterExceptionHandler((error, given) -> misunderstood(error));
        return line;
    }

    /** The error first and last what to do: a page of options after it would hide it. */
    private static int misunderstood(ParameterException error) {
        CommandLine command = error.getCommandLine();
        PrintWriter err = command.getErr();
        err.println(Ansi.AUTO.string("@|bold,red qualm:|@ ") + error.getMessage());
        if (command.getParent() == null) {
            command.usage(err);
        } else {
            err.print(command.getHelp().synopsisHeading() + command.getHelp().synopsis(0));
            err.println("Try '" + command.getCommandSpec().qualifiedName() + " --help' for all options.");
        }
        err.flush();
        return command.getCommandSpec().exitCodeOnInvalidInput();
    }

    public static void main(String[] arguments) {
        // Pictures are drawn without a screen, also where one is named that is not there.
        if (System.getProperty("java.awt.headless") == null) {
            System.setProperty("java.awt.headless", "true");
        }
        System.exit(commandLine().execute(arguments));
    }
}
