package io.github.gss4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.gss4j.trainer.TrainConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/** Every flag of a run stands in its configuration and changes it. */
class RunOptionsTest {
  /** What texts can be set to, other than they are by default. */
  private static final Map<String, String> TEXTS =
      Map.of(
          "--data", "other.txt",
          "--glob", "*.md",
          "--accumulation", "sum",
          "--optimizer", "adam",
          "--weight-decay-on", "all",
          "--dtype", "float64",
          "--device", "cuda",
          "--prompt", "other");

  /** What a configuration says of the data's form, not of the run: set in a file alone. */
  private static final List<String> IN_FILES_ONLY = List.of("num_tokens", "tokenizer");

  private static Stream<OptionSpec> options(CommandLine line) {
    CommandLine train = line.getSubcommands().get("train");
    return train.getCommandSpec().mixins().get("run").options().stream();
  }

  private static CommandLine commandLine() {
    return Gss.commandLine(new Interrupt());
  }

  @Test
  void flagsAndKeysAreTheSame() {
    List<String> keys = new ArrayList<>();
    Presets.train().toJson().fieldNames().forEachRemaining(keys::add);
    keys.removeAll(IN_FILES_ONLY);
    assertThat(options(commandLine()).map(RunOptions::key))
        .containsExactlyInAnyOrderElementsOf(keys);
  }

  @TestFactory
  Stream<DynamicTest> aFlagChangesTheConfigurationAsItsKeyDoes() {
    return options(commandLine())
        .map(option -> DynamicTest.dynamicTest(option.longestName(), () -> check(option)));
  }

  private static void check(OptionSpec option) {
    TrainConfig byDefault = Presets.train();
    String key = RunOptions.key(option);
    String value = other(option, byDefault.toJson());
    CommandLine line = commandLine();
    line.parseArgs("train", option.longestName(), value);
    RunOptions run =
        (RunOptions)
            line.getSubcommands().get("train").getCommandSpec().mixins().get("run").userObject();
    ObjectNode flags = run.overlay(JsonNodeFactory.instance.objectNode());
    assertThat(flags.size()).isEqualTo(1);

    TrainConfig changed = RunOptions.parse(flags, "flags", byDefault);
    assertThat(changed).isNotEqualTo(byDefault);
    assertThat(changed.toJson().get(key).asText()).isEqualTo(value);
    ObjectNode rest = changed.toJson();
    rest.set(key, byDefault.toJson().get(key));
    assertThat(rest).as("all else").isEqualTo(byDefault.toJson());

    TrainConfig fromFile = RunOptions.parse(changed.toJson(), "file", byDefault);
    assertThat(fromFile).isEqualTo(changed);
  }

  private static String other(OptionSpec option, ObjectNode byDefault) {
    var present = byDefault.get(RunOptions.key(option));
    if (option.type() == Boolean.class) {
      return String.valueOf(!present.asBoolean());
    } else if (option.type() == Double.class) {
      return String.valueOf(present.asDouble() == 0 ? 0.25 : present.asDouble() / 2);
    } else if (option.type() == String.class) {
      return TEXTS.get(option.longestName());
    }
    return String.valueOf(present.asLong() + 1);
  }
}
