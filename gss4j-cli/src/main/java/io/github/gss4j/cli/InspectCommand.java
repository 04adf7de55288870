package io.github.gss4j.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.gss4j.checkpoint.StoredModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code gss inspect}. */
@Command(
    name = "inspect",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description =
        "Shows what is in a model: its tensors, its sizes, and how long each state space layer"
            + " remembers.")
final class InspectCommand implements Callable<Integer> {
  private static final ObjectMapper JSON = new ObjectMapper();

  @Spec private CommandSpec spec;

  @Parameters(
      paramLabel = "MODEL",
      description = "a model's file or directory, a run's directory, or hf:OWNER/NAME")
  private String model;

  @Option(names = "--json", description = "print the facts as one JSON object")
  private boolean json;

  @Option(
      names = "--html",
      paramLabel = "FILE",
      description = "also draw the layers' kernels into a web page")
  private Path html;

  @Override
  public Integer call() throws IOException {
    StoredModel stored = Models.open(model, spec.commandLine().getErr());
    List<StateSpaceFacts> layers = StateSpaceFacts.of(stored);
    if (html != null) {
      Files.writeString(html, KernelPage.of(stored.file().toString(), layers));
    }
    ObjectNode facts = facts(stored, layers);
    var stdout = spec.commandLine().getOut();
    if (json) {
      stdout.println(JSON.writeValueAsString(facts));
    } else {
      facts.get("tensors").forEach(t -> stdout.printf("%-36s %-5s %-16s%n", texts(t)));
      stdout.printf(Locale.ROOT, "%nparameters  %,d%n", facts.get("parameters").asLong());
      stdout.printf(Locale.ROOT, "bytes       %,d%n", facts.get("bytes").asLong());
      stdout.printf("config      %s%n", stored.config().toJson());
      layers.forEach(layer -> stdout.println(layer.text()));
    }
    stdout.flush();
    return Gss.OK;
  }

  private static Object[] texts(com.fasterxml.jackson.databind.JsonNode tensor) {
    return new Object[] {
      tensor.get("name").asText(), tensor.get("dtype").asText(), tensor.get("shape").toString()
    };
  }

  private static ObjectNode facts(StoredModel stored, List<StateSpaceFacts> layers) {
    ObjectNode facts = JSON.createObjectNode();
    facts.put("file", stored.file().toString());
    facts.set("config", stored.config().toJson());
    ArrayNode tensors = JSON.createArrayNode();
    long parameters = 0;
    long bytes = 0;
    for (var tensor : stored.shapes().entrySet()) {
      long numbers = tensor.getValue().stream().reduce(1L, Math::multiplyExact);
      parameters += numbers;
      bytes += numbers * stored.dtype(tensor.getKey()).bytes();
      ObjectNode node = tensors.addObject();
      node.put("name", tensor.getKey()).put("dtype", stored.dtype(tensor.getKey()).name());
      node.set("shape", JSON.valueToTree(tensor.getValue()));
    }
    facts.put("parameters", parameters).put("bytes", bytes);
    facts.set("tensors", tensors);
    ArrayNode all = facts.putArray("state_spaces");
    layers.forEach(layer -> all.add(layer.json()));
    return facts;
  }
}
