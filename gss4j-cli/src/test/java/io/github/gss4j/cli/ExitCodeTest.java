package io.github.gss4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.gss4j.cli.terminal.JsonOutput;
import io.github.gss4j.config.ModelConfig;
import io.github.gss4j.model.LanguageModel;
import io.github.gss4j.ops.Scopes;
import io.github.gss4j.tokenizer.ByteTokenizer;
import io.github.gss4j.weights.PretrainedModel;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Scalar;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** 0 where all went well, 1 where the work failed, 2 where what was asked for makes no sense. */
class ExitCodeTest {
  @TempDir static Path directory;
  private static Path text;

  @BeforeAll
  static void writeText() throws IOException {
    text = Tiny.text(directory);
  }

  @Test
  void withoutACommandTheHelpIsPrinted() {
    Command.Result result = Command.here().ok();
    assertThat(result.out()).contains("Usage: gss", "train", "generate");
    assertThat(result.err()).isEmpty();
  }

  @Test
  void whatFailsOnceARunHasBegunIsNotItsUsage() {
    Path run = directory.resolve("run");
    String flags =
        "train --dim 32 --depth 1 --mixer dsconv --heads 2 --dim-dsconv 8 --max-seq-len 128"
            + " --carry-state --seq-len 64 --batch 2 --dtype float32 --steps 5 --save-every 2";
    List<Object> all = new ArrayList<>(List.of(flags.split(" ", -1)));
    all.addAll(List.of("--data", text, "--out", run));
    Command.Result result = Command.here(all.toArray());
    assertThat(result.code()).as(result.err()).isEqualTo(1);
    assertThat(result.err()).contains("max_seq_len").doesNotContain("Exception");
    Command.Result written =
        Command.here("generate", "--model", run, "--prompt", "a", "--max-new-tokens", 200);
    assertThat(written.code()).isEqualTo(1);
    Command.Result asked = Command.here("generate", "--model", run, "--prompt", "a".repeat(200));
    assertThat(asked.code()).isEqualTo(2);
  }

  @Test
  void aLossThatIsNoNumberIsNullInJsonAndAFailure() throws IOException {
    ModelConfig config =
        ModelConfig.of(256, 16, 1).withTokenizer(ByteTokenizer.NAME).withHead(false, true);
    Path astray = Files.createDirectories(directory.resolve("astray"));
    try (LanguageModel model = LanguageModel.create(config, 3)) {
      model
          .parameters()
          .forEach(
              p -> Scopes.withoutGradient(() -> p.value().fill_(new Scalar(Double.NaN)).detach()));
      PretrainedModel.save(model, astray, Map.of());
    }
    Command.Result json = Command.here("eval", "--model", astray, "--data", text, "--json");
    assertThat(json.code()).isEqualTo(1);
    assertThat(json.err()).contains("gss: the loss is NaN");
    JsonNode found = new ObjectMapper().readTree(json.out());
    assertThat(found.get("loss").isNull()).isTrue();
    assertThat(found.get("perplexity").isNull()).isTrue();
    assertThat(found.get("tokens").asLong()).isPositive();
    assertThat(Command.here("eval", "--model", astray, "--data", text).code()).isEqualTo(1);
  }

  @Test
  void noPrintedResultHasANumberThatJsonDoesNotKnow() throws IOException {
    StringWriter out = new StringWriter();
    JsonOutput.print(
        new PrintWriter(out),
        List.of(Map.of("a", List.of(1.5, Double.POSITIVE_INFINITY)), Float.NaN, 3, "NaN"));
    assertThat(out.toString().strip()).isEqualTo("[{\"a\":[1.5,null]},null,3,\"NaN\"]");
  }
}
