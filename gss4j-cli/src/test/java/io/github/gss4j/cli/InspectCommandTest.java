package io.github.gss4j.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.gss4j.config.AttentionConfig;
import io.github.gss4j.config.DsConvConfig;
import io.github.gss4j.config.DssConfig;
import io.github.gss4j.config.GssConfig;
import io.github.gss4j.config.MhesaConfig;
import io.github.gss4j.config.ModelConfig;
import io.github.gss4j.config.StateSpaceInit;
import io.github.gss4j.layers.Parameter;
import io.github.gss4j.model.LanguageModel;
import io.github.gss4j.ops.Scopes;
import io.github.gss4j.weights.PretrainedModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.bytedeco.pytorch.Scalar;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.w3c.dom.NodeList;

/** {@code gss inspect}: what is in a model, and how far its layers reach. */
class InspectCommandTest {
  private static final GssConfig GSS = new GssConfig(8, 6, true);
  private static final DsConvConfig DSCONV = new DsConvConfig(4, 8, 64);
  private static final MhesaConfig MHESA = new MhesaConfig(4, 8);
  private static final AttentionConfig ATTENTION =
      new AttentionConfig(2, 16, AttentionConfig.Kind.CHUNKS);

  @TempDir Path directory;

  private static JsonNode facts(Path model) throws IOException {
    String json = Command.here("inspect", model, "--json").ok().out();
    assertThat(json.lines()).hasSize(1);
    return new ObjectMapper().readTree(json);
  }

  @Test
  void tensorsAndSizesAreTheFilesOwn() throws IOException {
    JsonNode facts = facts(Tiny.published("model_float16.pt"));
    long numbers = 0;
    for (JsonNode tensor : facts.get("tensors")) {
      assertThat(tensor.get("dtype").asText()).isEqualTo("F16");
      long product = 1;
      for (JsonNode size : tensor.get("shape")) {
        product *= size.asLong();
      }
      numbers += product;
    }
    assertThat(facts.get("parameters").asLong()).isEqualTo(numbers);
    assertThat(facts.get("bytes").asLong()).isEqualTo(2 * numbers);
    assertThat(facts.get("state_numbers").asLong()).isPositive();
    assertThat(facts.get("multiplications_a_token").asLong()).isGreaterThan(numbers / 2);
    assertThat(facts.get("config").get("num_tokens").asInt()).isPositive();
    assertThat(facts.get("state_spaces")).hasSize(facts.get("config").get("depth").asInt());
    String text = Command.here("inspect", Tiny.published("model_float16.pt")).ok().out();
    assertThat(text).contains("token_emb.weight", "parameters", "layers.0.dss", "time constants");
  }

  private JsonNode timeConstants(String name, GssConfig dss, double logStep) throws IOException {
    Path model = Files.createDirectories(directory.resolve(name));
    ModelConfig config = ModelConfig.of(256, 16, 1).withLayers(List.of(dss));
    try (LanguageModel made = LanguageModel.create(config, 5)) {
      for (Parameter p : made.parameters()) {
        if (p.name().endsWith("log_step")) {
          Scopes.withoutGradient(() -> p.value().fill_(new Scalar(logStep)).clone());
        }
      }
      PretrainedModel.save(made, model, Map.of());
    }
    return facts(model).get("state_spaces").get(0).get("time_constant_tokens");
  }

  @Test
  void aLearnedStepShortensTimeConstants() throws IOException {
    double plain = timeConstants("plain", GSS, 0).get("median").asDouble();
    GssConfig stepped = GSS.with(StateSpaceInit.RANDOM, true, false);
    assertThat(timeConstants("step-1", stepped, 0).get("median").asDouble())
        .isCloseTo(plain, within(1e-6 * plain));
    assertThat(timeConstants("step-2", stepped, Math.log(2)).get("median").asDouble())
        .isCloseTo(plain / 2, within(1e-6 * plain));
  }

  private static Document parse(Path svg) throws Exception {
    return DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(svg.toFile());
  }

  private static List<String> texts(NodeList nodes) {
    return IntStream.range(0, nodes.getLength())
        .mapToObj(i -> nodes.item(i).getTextContent())
        .toList();
  }

  @Test
  void everyKindOfLayerIsDrawnOrSaysWhyNot() throws Exception {
    Path model = Tiny.model(directory.resolve("all"), GSS, MHESA, DSCONV, ATTENTION);
    Path svg = directory.resolve("kernels.svg");
    Path html = directory.resolve("kernels.html");
    Object[] args = {
      "inspect", model, "--kernels", svg, "--html", html, "--lags", 40, "--prompt", "some text <&>"
    };
    Command.here(args).ok();
    Document drawn = parse(svg);
    NodeList curves = drawn.getElementsByTagName("polyline");
    assertThat(curves.getLength()).as("four each").isEqualTo(12);
    for (int i = 0; i < curves.getLength(); i++) {
      String points = curves.item(i).getAttributes().getNamedItem("points").getNodeValue();
      int kernel = i < 4 ? 40 : "some text <&>".length();
      assertThat(points.strip().split(" "))
          .as("curve %d; a smoothing's ends where its axis does", i)
          .hasSizeBetween(i / 4 == 1 ? 3 : kernel, i / 4 == 1 ? 40 : kernel);
      assertThat(points).doesNotContain("NaN").doesNotContain("Infinity");
    }
    assertThat(texts(drawn.getElementsByTagName("text")))
        .contains("lag in tokens", "channel 3", "head 3")
        .contains("layer 3: attention has no kernel: what it reads depends on the text");
    assertThat(html)
        .content()
        .contains("<svg", "layers.0.dss", "time constants", "Tensors", "0 gss", "3 attention")
        .contains("layer 3: attention has no kernel", "default-src 'none'")
        .doesNotContain("<script", "//", "NaN", "{{");
    Command.here(args).ok(); // a page of ours may be replaced
  }

  @Test
  void aStateSpaceWithoutAGateShowsWhatAGatedOneShows() throws Exception {
    Path model = Tiny.model(directory.resolve("dss"), GSS, DssConfig.of(GSS));
    JsonNode layers = facts(model).get("state_spaces");
    assertThat(layers.findValuesAsText("layer")).containsExactly("layers.0.dss", "layers.1.dss");
    assertThat(layers.get(1).get("modes").asInt()).isEqualTo(8);
    Path svg = directory.resolve("dss.svg");
    Command.here("inspect", model, "--kernels", svg).ok();
    Document drawn = parse(svg);
    assertThat(drawn.getElementsByTagName("polyline").getLength()).as("four each").isEqualTo(8);
    assertThat(texts(drawn.getElementsByTagName("text")))
        .contains("layer 0: gss, K of 4 of 6 channels")
        .anyMatch(title -> title.startsWith("layer 1: dss, K of 4 of "));
  }

  @Test
  void whatIsDrawnIsTheKernel() throws Exception {
    Path model = Tiny.model(directory.resolve("smoothing"), MHESA);
    Path svg = directory.resolve("smoothing.svg");
    Command.here("inspect", model, "--kernels", svg, "--lags", 9).ok();
    String points =
        parse(svg)
            .getElementsByTagName("polyline")
            .item(0)
            .getAttributes()
            .getNamedItem("points")
            .getNodeValue();
    double[] y =
        List.of(points.strip().split(" ")).stream()
            .mapToDouble(p -> Double.parseDouble(p.substring(p.indexOf(',') + 1)))
            .toArray();
    assertThat(y[1] - y[0]).as("it falls").isPositive();
    assertThat(y[2] - y[1])
        .as("a straight line on a logarithmic axis")
        .isCloseTo(y[1] - y[0], within(0.21));
  }

  @TestFactory
  List<DynamicTest> wrongInputs() throws IOException {
    Path model = Tiny.model(directory.resolve("dsconv"), DSCONV);
    Path svg = directory.resolve("never.svg");
    return List.of(
        wrong(List.of("nowhere", "no such"), "nowhere"),
        wrong(List.of("MODEL", "Missing")),
        wrong(List.of("dsconv", "--prompt"), model, "--kernels", svg),
        wrong(List.of("--prompt has 1 tokens", "2"), model, "--kernels", svg, "--prompt", "a"),
        wrong(List.of("65", "max_seq_len"), model, "--kernels", svg, "--prompt", "a".repeat(65)),
        wrong(List.of("--lags is 1", "at least 2"), model, "--kernels", svg, "--lags", 1),
        wrong(List.of("--lags", "--kernels"), model, "--lags", 9),
        wrong(
            List.of("no-such", "no such file"),
            Tiny.published("model.pt"),
            "--kernels",
            "no-such/a.svg"),
        wrong(
            List.of("no-such", "no such file"),
            Tiny.published("model.pt"),
            "--html",
            "no-such/a.html"));
  }

  private static DynamicTest wrong(List<String> named, Object... args) {
    List<Object> all = new java.util.ArrayList<>(List.of("inspect"));
    all.addAll(List.of(args));
    return DynamicTest.dynamicTest(
        named.toString(), () -> Command.here(all.toArray()).refused(named.toArray(String[]::new)));
  }
}
