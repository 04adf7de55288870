package io.github.gss4j.cli.inspect;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.gss4j.checkpoint.StoredModel;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;

/**
 * What is in a model: tensors, sizes, and how long its state spaces remember.
 *
 * @param stateSpaces none where it has none
 */
public record ModelFacts(StoredModel model, List<StateSpaceFacts> stateSpaces) {
  static ModelFacts of(StoredModel model) {
    return new ModelFacts(model, StateSpaceFacts.of(model));
  }

  /** How many numbers the model has learned. */
  public static long parameters(StoredModel model) {
    return model.tensors().shapes().values().stream().mapToLong(ModelFacts::numbers).sum();
  }

  static long numbers(List<Long> shape) {
    return shape.stream().reduce(1L, Math::multiplyExact);
  }

  long bytes() {
    return model.tensors().shapes().entrySet().stream()
        .mapToLong(t -> numbers(t.getValue()) * model.tensors().dtype(t.getKey()).bytes())
        .sum();
  }

  /** After how many tokens a text's state has its full size. */
  long longest() {
    return model.config().stateGrowsUpTo();
  }

  long stateNumbers() {
    return model.config().stateNumbers(longest());
  }

  long multiplications() {
    return model.config().multiplications(longest());
  }

  /** For people to read. */
  void print(PrintWriter out) {
    model
        .tensors()
        .shapes()
        .forEach(
            (name, shape) ->
                out.printf(
                    "%-36s %-5s %s%n",
                    name, model.tensors().dtype(name), shape.toString().replace(" ", "")));
    out.printf(Locale.ROOT, "%nparameters  %,d%n", parameters(model));
    out.printf(Locale.ROOT, "bytes       %,d%n", bytes());
    String state = longest() == 0 ? "" : String.format(Locale.ROOT, " after %,d tokens", longest());
    out.printf(Locale.ROOT, "state       %,d numbers a text%s%n", stateNumbers(), state);
    out.printf(Locale.ROOT, "products    %,d a token%s%n", multiplications(), state);
    out.printf("config      %s%n", model.config().toJson());
    stateSpaces.forEach(layer -> out.println(layer.text()));
  }

  /** For programs to read. */
  ObjectNode json() {
    ObjectNode facts = new ObjectMapper().createObjectNode();
    facts.put("file", model.file().toString());
    facts.set("config", model.config().toJson());
    facts.put("parameters", parameters(model)).put("bytes", bytes());
    facts.put("state_numbers", stateNumbers()).put("multiplications_a_token", multiplications());
    ArrayNode tensors = facts.putArray("tensors");
    model
        .tensors()
        .shapes()
        .forEach(
            (name, shape) -> {
              ObjectNode tensor = tensors.addObject();
              tensor.put("name", name).put("dtype", model.tensors().dtype(name).name());
              shape.forEach(tensor.withArrayProperty("shape")::add);
            });
    ArrayNode layers = facts.putArray("state_spaces");
    stateSpaces.forEach(layer -> layers.add(layer.json()));
    return facts;
  }
}
