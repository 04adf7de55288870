package io.github.gss4j.cli.launch;

import io.github.gss4j.distributed.RankProcess;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;

/**
 * A rank of this machine. What it says goes into its log and, marked with its number, to standard
 * error; the first rank's results go to standard output.
 *
 * @param process this very program once more
 * @param log where all it says stands
 * @param file the same, open
 */
record LocalRank(RankProcess process, Path log, PrintWriter file) {
  static LocalRank start(
      int rank,
      List<String> commandLine,
      List<String> arguments,
      Map<String, String> variables,
      Path log,
      PrintWriter out,
      PrintWriter err)
      throws IOException {
    ProcessBuilder builder = new ProcessBuilder(commandLine);
    builder.environment().putAll(variables);
    PrintWriter file =
        new PrintWriter(
            Files.newBufferedWriter(log, StandardOpenOption.CREATE, StandardOpenOption.APPEND),
            true);
    file.println(
        Instant.now().truncatedTo(ChronoUnit.SECONDS) + " gss " + String.join(" ", arguments));
    String mark = "[rank " + rank + "] ";
    RankProcess process =
        RankProcess.start(
            builder,
            rank,
            line -> say(line, file, rank == 0 ? out : err, rank == 0 ? "" : mark),
            line -> say(line, file, err, mark));
    return new LocalRank(process, log, file);
  }

  private static void say(String line, PrintWriter file, PrintWriter to, String mark) {
    file.println(line);
    to.println(mark + line);
    to.flush();
  }

  /** Waits until it has ended and all it said is copied. */
  void awaitOutput() {
    process.awaitOutput();
    file.close();
  }

  /** One line: how it ended, what it said last, and where the rest stands. */
  String whyItEnded() {
    return process.whyItEnded() + " (log: " + log + ")";
  }
}
