package io.github.gss4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.gss4j.cli.run.RunOptions;
import io.github.gss4j.cli.terminal.Interrupt;
import io.github.gss4j.config.training.TrainConfig;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/** Every flag of a run stands in its configuration and changes it. */
class RunOptionsTest {
  /** What texts can be set to, other than they are by default. */
  private static final Map<String, String> VALUES =
      entries(
          "--data", "other.txt",
          "--tokenizer", "gpt2",
          "--validation", "other.jsonl",
          "--text-field", "body",
          "--zstd-long", "30",
          "--glob", "*.md",
          "--accumulation", "sum",
          "--optimizer", "adam",
          "--weight-decay-on", "all",
          "--state-passing", "8",
          "--dtype", "float64",
          "--device", "cuda",
          "--prompt", "other",
          "--attention-kind", "sliding",
          "--schedule", "linear",
          "--objective", "alternating",
          "--teacher", "hf:openai-community/gpt2",
          "--alternate", "step",
          "--teacher-dtype", "bfloat16",
          "--teacher-cache", "lessons",
          "--start-from", "hf:a/b",
          "--embeddings-from", "c.safetensors",
          "--freeze", "token_emb",
          "--lr-groups", "dss=0.5");

  private static Map<String, String> entries(String... namesAndValues) {
    Map<String, String> all = new LinkedHashMap<>();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      all.put(namesAndValues[i], namesAndValues[i + 1]);
    }
    return all;
  }

  /** What a configuration says of the data's form, not of the run: set in a file alone. */
  private static final List<String> IN_FILES_ONLY = List.of("num_tokens");

  /**
   * What decides which other keys there are; see {@link #layersAreChosenByFlags} and {@link
   * #theStartIsChosenByAFlag}.
   */
  private static final List<String> CHOOSE_KEYS =
      List.of("--mixer", "--layers", "--attention-every", "--init");

  /** Runs that together have every key. */
  private static final List<TrainConfig> RUNS =
      Stream.of(
              "",
              "--schedule restarts --restart-every 100",
              "--init long_range",
              "--init long_range --phase-grid 32",
              "--short-conv 4",
              "--step-groups 2",
              "--init two_scale",
              "--mixer dsconv",
              "--mixer mhesa",
              "--mixer attention",
              "--layers gss,attention")
          .map(
              flags ->
                  parse(
                      TrainConfig.defaults(),
                      flags.isEmpty() ? new String[0] : flags.split(" ", -1)))
          .toList();

  private static TrainConfig parse(TrainConfig byDefault, String... args) {
    CommandLine line = Gss.commandLine(new Interrupt());
    line.parseArgs(Stream.concat(Stream.of("train"), Stream.of(args)).toArray(String[]::new));
    CommandLine train = line.getSubcommands().get("train");
    RunOptions run = (RunOptions) train.getCommandSpec().mixins().get("run").userObject();
    ObjectNode flags = run.overlay(JsonNodeFactory.instance.objectNode());
    assertThat(flags.size()).isEqualTo(args.length / 2);
    return RunOptions.parse(flags, "flags", byDefault);
  }

  private static Stream<OptionSpec> options() {
    CommandLine train = Gss.commandLine(new Interrupt()).getSubcommands().get("train");
    return train.getCommandSpec().mixins().get("run").options().stream();
  }

  @Test
  void flagsAndKeysAreTheSame() {
    Set<String> keys = new TreeSet<>();
    RUNS.forEach(run -> run.toJson().fieldNames().forEachRemaining(keys::add));
    IN_FILES_ONLY.forEach(key -> assertThat(keys.remove(key)).as(key).isTrue());
    keys.add("attention_every"); // which stands as layers
    assertThat(options().map(RunOptions::key)).containsExactlyInAnyOrderElementsOf(keys);
  }

  @Test
  void helpSaysWhatHoldsWhereAFlagIsNotGiven() {
    assertThat(help("train"))
        .containsPattern("width of the residual stream\\s+\\(default: 256\\)")
        .containsPattern("optimizer steps of the run\\s+\\(default: 800\\)")
        .containsPattern("modes of the state space\\s+\\(default: 64\\)")
        .containsOnlyOnce("java (default)");
    assertThat(help("demo")).containsPattern("optimizer steps of the run\\s+\\(default: 1150\\)");
  }

  private static String help(String command) {
    return Gss.commandLine(new Interrupt()).getSubcommands().get(command).getUsageMessage();
  }

  @Test
  void layersAreChosenByFlags() {
    TrainConfig byDefault = TrainConfig.defaults();
    assertThat(layers("--mixer", "dsconv").get("mixer").asText()).isEqualTo("dsconv");
    assertThat(layers("--layers", "gss,mhesa").get("layers")).hasToString("[\"gss\",\"mhesa\"]");
    assertThat(byDefault.toJson().get("depth").asInt()).isEqualTo(4);
    assertThat(layers("--attention-every", "3").get("layers"))
        .hasToString("[\"gss\",\"gss\",\"gss\",\"attention\"]");
  }

  @Test
  void theStartIsChosenByAFlag() {
    ObjectNode range = layers("--init", "long_range", "--dt-max", "0.01");
    assertThat(range.get("init").asText()).isEqualTo("long_range");
    assertThat(range.get("dt_min").asDouble()).isEqualTo(1e-4);
    assertThat(range.get("dt_max").asDouble()).isEqualTo(0.01);
    assertThat(layers().has("dt_min")).isFalse();
  }

  private static ObjectNode layers(String... args) {
    TrainConfig config = parse(TrainConfig.defaults(), args);
    assertThat(RunOptions.parse(config.toJson(), "file", TrainConfig.defaults())).isEqualTo(config);
    return config.toJson();
  }

  @TestFactory
  Stream<DynamicTest> aFlagChangesTheConfigurationAsItsKeyDoes() {
    return options()
        .filter(option -> !CHOOSE_KEYS.contains(option.longestName()))
        .map(option -> DynamicTest.dynamicTest(option.longestName(), () -> check(option)));
  }

  private static void check(OptionSpec option) {
    String key = RunOptions.key(option);
    TrainConfig before =
        RUNS.stream().filter(run -> run.toJson().has(key)).findFirst().orElseThrow();
    String value = other(option, before.toJson().get(key));

    TrainConfig changed = parse(before, option.longestName(), value);
    assertThat(changed).isNotEqualTo(before);
    assertThat(changed.toJson().get(key).asText()).isEqualTo(value);
    ObjectNode rest = changed.toJson();
    rest.set(key, before.toJson().get(key));
    assertThat(rest).as("all else").isEqualTo(before.toJson());

    assertThat(RunOptions.parse(changed.toJson(), "file", TrainConfig.defaults()))
        .isEqualTo(changed);
  }

  private static String other(OptionSpec option, JsonNode present) {
    if (VALUES.containsKey(option.longestName())) {
      return VALUES.get(option.longestName());
    } else if (option.type() == Boolean.class) {
      return String.valueOf(!present.asBoolean());
    } else if (option.type() == Double.class) {
      return String.valueOf(present.asDouble() == 0 ? 0.25 : present.asDouble() / 2);
    }
    return String.valueOf(present.asLong() == 0 ? 1 : 2 * present.asLong());
  }
}
