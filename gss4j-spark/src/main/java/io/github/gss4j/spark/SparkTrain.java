package io.github.gss4j.spark;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The application for {@code spark-submit}. */
@Command(
    name = "gss4j-spark.jar",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Trains on a Spark cluster: spark-submit … gss4j-spark.jar --ranks 4 train --out DIR …",
      "The same command resumes a run that was stopped."
    })
public final class SparkTrain implements Callable<Integer> {
  private static final int FAILED = 1;
  private static final int USAGE = 2;

  @Spec private CommandSpec spec;

  @Option(
      names = "--ranks",
      required = true,
      paramLabel = "N",
      description = "ranks, each a task: as many as slots are free at once")
  private int ranks;

  @Option(
      names = "--gss-home",
      paramLabel = "DIR",
      defaultValue = "${env:GSS_HOME}",
      description =
          "where gss4j is on every worker: a distribution, or a clone that is built (default:"
              + " GSS_HOME)")
  private String gssHome;

  @Option(
      names = "--directory",
      paramLabel = "DIR",
      description = "where ranks run, on every worker (default: where the driver runs)")
  private Path directory = Path.of("");

  @Parameters(arity = "1..*", paramLabel = "COMMAND", description = "what each rank runs: train …")
  private List<String> command = List.of();

  private SparkTrain() {}

  /** Trains; exit code 0, 1 where that failed, 2 where what was asked for makes no sense. */
  public static void main(String[] args) {
    CommandLine line = new CommandLine(new SparkTrain()).setStopAtPositional(true);
    line.setParameterExceptionHandler((e, unused) -> refuse(e, line.getErr(), USAGE));
    line.setExecutionExceptionHandler(
        (e, command, unused) ->
            refuse(e, line.getErr(), e instanceof IllegalArgumentException ? USAGE : FAILED));
    int code = line.execute(args);
    if (code != 0) {
      System.exit(code);
    }
  }

  private static int refuse(Exception e, PrintWriter err, int code) {
    String message = e.getMessage() == null ? e.toString() : e.getMessage();
    err.println("gss: " + message.lines().findFirst().orElse(e.toString()));
    return code;
  }

  @Override
  public Integer call() {
    if (gssHome == null || gssHome.isEmpty()) {
      throw new IllegalArgumentException(
          "--gss-home is not given and GSS_HOME not set, expected where gss4j lies on every"
              + " worker");
    }
    RankCommand rank = new RankCommand(gssHome, directory.toAbsolutePath().toString(), command);
    PrintWriter err = spec.commandLine().getErr();
    PrintWriter out = spec.commandLine().getOut();
    try (JavaSparkContext spark =
        new JavaSparkContext(new SparkConf().setIfMissing("spark.app.name", "gss4j"))) {
      SparkTraining training = new SparkTraining(spark, rank, ranks);
      List<String> results =
          training.run(new ProgressPrinter(err), reason -> say(err, "gss: " + reason));
      results.forEach(out::println);
      out.flush();
      return 0;
    }
  }

  private static void say(PrintWriter to, String line) {
    to.println(line);
    to.flush();
  }
}
