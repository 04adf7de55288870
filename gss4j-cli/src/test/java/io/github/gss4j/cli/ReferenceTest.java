package io.github.gss4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.gss4j.cli.run.RunOptions;
import io.github.gss4j.cli.terminal.Interrupt;
import io.github.gss4j.config.JsonFields;
import io.github.gss4j.config.training.ClassifyConfig;
import io.github.gss4j.config.training.TrainConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/**
 * The pages of the reference say what the code says. Where one does not, {@code mvn verify -pl
 * gss4j-cli -am -Dtest=ReferenceTest -Dgss.docs=write -Dsurefire.failIfNoSpecifiedTests=false}
 * writes it anew.
 */
class ReferenceTest {
  private static final Path DOCS = Path.of("../docs");

  private static final List<String> KINDS =
      List.of(
          "--schedule restarts --restart-every 100",
          "--init long_range --phase-grid 32",
          "--init two_scale",
          "--short-conv 4",
          "--mixer dsconv",
          "--mixer mhesa",
          "--mixer attention",
          "--layers gss,attention");

  @Test
  void everyCommandAndFlagStandsInCommandsMd() throws IOException {
    StringBuilder page = new StringBuilder("# Commands\n\n");
    page.append("Every command of `gss` with its flags, as `gss help COMMAND` prints them.\n");
    for (CommandLine command : commands().toList()) {
      append(page, command.getCommandSpec());
    }
    compare("commands.md", page.toString());
  }

  /** All but the program itself and its help. */
  private static Stream<CommandLine> commands() {
    return below(Gss.commandLine(new Interrupt()))
        .filter(c -> !c.getCommandSpec().name().equals("help"));
  }

  private static Stream<CommandLine> below(CommandLine line) {
    return line.getSubcommands().values().stream()
        .flatMap(c -> Stream.concat(Stream.of(c), below(c)));
  }

  private static void append(StringBuilder page, CommandSpec command) {
    page.append("\n## ").append(command.qualifiedName()).append('\n');
    page.append(text(command.usageMessage().description())).append("\n");
    boolean first = true;
    for (PositionalParamSpec parameter : command.positionalParameters()) {
      first = header(page, first);
      row(page, parameter.paramLabel(), parameter.description());
    }
    List<OptionSpec> elsewhere = elsewhere(command);
    for (OptionSpec option : command.options()) {
      boolean own = !option.usageHelp() && !option.versionHelp() && !option.hidden();
      if (own && !elsewhere.contains(option)) {
        first = header(page, first);
        row(page, option.longestName() + value(option), option.description());
      }
    }
    if (!elsewhere.isEmpty()) {
      page.append("\nAnd every flag of [a training run](configuration.md).\n");
    }
  }

  /** Flags of a training run, which stand once for all commands that have them. */
  private static List<OptionSpec> elsewhere(CommandSpec command) {
    return command.mixins().containsKey("run") ? command.mixins().get("run").options() : List.of();
  }

  private static String value(OptionSpec option) {
    String label = option.paramLabel();
    if (option.arity().max() == 0 || isFlag(option)) {
      return "";
    }
    return " " + (label.startsWith("<") ? "N" : label);
  }

  private static boolean isFlag(OptionSpec option) {
    return option.type() == boolean.class || option.type() == Boolean.class;
  }

  private static boolean header(StringBuilder page, boolean first) {
    if (first) {
      page.append("\n| | |\n| --- | --- |\n");
    }
    return false;
  }

  private static void row(StringBuilder page, String name, String[] description) {
    assertThat(text(description)).as("what %s says of itself", name).isNotBlank();
    page.append("| `").append(name.replace("|", "\\|")).append("` | ");
    page.append(text(description).replace("|", "\\|")).append(" |\n");
  }

  private static String text(String[] lines) {
    return String.join(" ", lines).replace("%n", " ").replace("%%", "%").strip();
  }

  @Test
  void everyKeyOfARunStandsInConfigurationMd() throws IOException {
    StringBuilder page = new StringBuilder("# Keys of a training run\n\n");
    page.append(
        """
        What a file for `gss train --config FILE` may say, and `run.json` of a run says. Each key is a flag, too, such as
        `--seq-len` of `seq_len`: flags win over the file. Comments are allowed (`//`). Defaults in brackets hold where the kind of layer, the
        initialisation or the schedule was chosen that has the key. In Java they are the fields of `TrainConfig`.

        A new run without a file and without `--start-from` is made as `--recipe recommended` says: `init` two_scale, `short_conv` 4,
        `state_passing` 32 and `optimizer` muon ([long memory](long-memory.md)). `--recipe published` has the defaults below.

        | key | default | |
        | --- | --- | --- |
        """);
    ObjectNode defaults = TrainConfig.defaults().toJson();
    ObjectNode recommended = TrainConfig.recommended().toJson();
    CommandLine train = Gss.commandLine(new Interrupt()).getSubcommands().get("train");
    for (OptionSpec option : train.getCommandSpec().mixins().get("run").options()) {
      String key = RunOptions.key(option);
      page.append("| `%s` | %s | ".formatted(key, byDefault(key, defaults)));
      String shown = recommended.path(key).asText().replaceFirst("\\.0$", "");
      String inItsColumn = " (default: " + shown + ")";
      String description = text(option.description()).replace(inItsColumn, "");
      page.append(description.replace("|", "\\|")).append(" |\n");
    }
    page.append("\n`num_tokens` follows from the tokenizer. Classifiers have keys of their own: ");
    page.append("[arena.md](arena.md#keys); studies: [study.md](study.md).\n");
    compare("configuration.md", page.toString());
  }

  private static String byDefault(String key, ObjectNode defaults) {
    return Stream.concat(Stream.of(defaults), KINDS.stream().map(ReferenceTest::config))
        .map(json -> Optional.ofNullable(json.get(key)))
        .flatMap(Optional::stream)
        .findFirst()
        .map(found -> shown(key, found, defaults.has(key)))
        .orElse("");
  }

  private static String shown(String key, JsonNode value, boolean always) {
    boolean chosen = List.of("restart_every", "phase_grid", "short_conv").contains(key);
    if (chosen || (value.asText().isEmpty() && !value.isArray())) {
      return "";
    }
    String text = value.isTextual() ? value.asText() : value.toString();
    return (always ? "`%s`" : "(`%s`)").formatted(text.replaceAll("\\.0$", ""));
  }

  private static ObjectNode config(String flags) {
    CommandLine line = Gss.commandLine(new Interrupt());
    line.parseArgs(
        Stream.concat(Stream.of("train"), Stream.of(flags.split(" ", -1))).toArray(String[]::new));
    CommandSpec train = line.getSubcommands().get("train").getCommandSpec();
    RunOptions run = (RunOptions) train.mixins().get("run").userObject();
    ObjectNode given = run.overlay(TrainConfig.defaults().toJson().objectNode());
    return RunOptions.parse(given, "flags", TrainConfig.defaults()).toJson();
  }

  /** Those of a classifier are explained where classifiers are. */
  @ParameterizedTest
  @ValueSource(strings = {"path16.json", "path32.json", "pathx.json", "listops.json"})
  void everyKeyOfAClassifierStandsInArenaMd(String file) throws IOException {
    String page = Files.readString(DOCS.resolve("arena.md"));
    ObjectNode json = RunOptions.read(Path.of("../configs", file));
    ClassifyConfig config = ClassifyConfig.from(new JsonFields(file, json));
    String known = Files.readString(DOCS.resolve("configuration.md"));
    config
        .toJson()
        .fieldNames()
        .forEachRemaining(key -> assertThat(page + known).as(key).contains("`" + key + "`"));
  }

  private static void compare(String name, String text) throws IOException {
    Path file = DOCS.resolve(name);
    if ("write".equals(System.getProperty("gss.docs"))) {
      Files.writeString(file, text);
    }
    assertThat(Map.of(name, Files.exists(file) ? Files.readString(file) : ""))
        .as("docs/%s, which -Dgss.docs=write writes anew", name)
        .isEqualTo(Map.of(name, text));
  }
}
