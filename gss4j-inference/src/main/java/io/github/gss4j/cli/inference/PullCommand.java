package io.github.gss4j.cli.inference;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.gss4j.cli.options.Models;
import io.github.gss4j.cli.terminal.DownloadProgress;
import io.github.gss4j.cli.terminal.ExitCode;
import io.github.gss4j.cli.terminal.JsonOutput;
import io.github.gss4j.hub.HubAddress;
import io.github.gss4j.hub.HubSnapshot;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code gss pull}. */
@Command(
    name = "pull",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description =
        "Fetches a model from the Hugging Face hub into its cache and prints its path. An"
            + " interrupted download is resumed.")
public final class PullCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(
      paramLabel = "OWNER/NAME[@revision][:FILE]",
      description = "the repository, such as naxalpha/gated-state-space")
  private String address;

  @Option(names = "--json", description = "print the result as one JSON object")
  private boolean json;

  @Override
  public Integer call() throws IOException {
    HubAddress parsed = HubAddress.parse(address);
    HubSnapshot snapshot;
    try (DownloadProgress progress = new DownloadProgress(spec.commandLine().getErr())) {
      snapshot = Models.hub().pull(parsed, progress);
    }
    var stdout = spec.commandLine().getOut();
    if (json) {
      ObjectNode object = new ObjectMapper().createObjectNode();
      object.put("model", snapshot.weights().get(0).toString());
      object.put("directory", snapshot.directory().toString()).put("commit", snapshot.commit());
      JsonOutput.print(stdout, object);
    } else {
      stdout.println(snapshot.weights().get(0));
    }
    stdout.flush();
    return ExitCode.OK;
  }
}
