package io.github.gss4j.cli.train;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.gss4j.cli.terminal.ExitCode;
import io.github.gss4j.run.files.RunDirectory;
import io.github.gss4j.run.listener.RunOutcome;
import java.io.PrintWriter;
import java.nio.file.Path;

/** A run's outcome for programs to read. */
final class Outcomes {
  private Outcomes() {}

  /** The exit code of a run. */
  static int exitCode(RunOutcome outcome, PrintWriter err) {
    return outcome.finished() ? ExitCode.ofLoss(outcome.heldOut().loss(), err) : ExitCode.OK;
  }

  static ObjectNode json(RunOutcome outcome, Path directory) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("steps", outcome.steps());
    json.put("finished", outcome.finished());
    json.put("skipped", outcome.skipped());
    if (outcome.finished()) {
      json.put("loss", outcome.heldOut().loss());
      json.put("bits_per_byte", outcome.heldOut().bitsPerByte());
      json.put("perplexity", outcome.heldOut().perplexity());
      json.put("sample", outcome.sample());
    }
    json.put("tokens_per_second", outcome.tokensPerSecond());
    String model = outcome.finished() ? RunDirectory.BEST : RunDirectory.LAST;
    json.put("model", directory.resolve(model).toString());
    json.put("report", directory.resolve("report.html").toString());
    return json;
  }
}
