package io.github.gss4j.reference;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.gss4j.config.DsConvConfig;
import io.github.gss4j.config.GssConfig;
import io.github.gss4j.config.LayerConfig;
import io.github.gss4j.config.MhesaConfig;
import io.github.gss4j.config.ModelConfig;
import io.github.gss4j.layers.CausalLayer;
import io.github.gss4j.layers.Layers;
import io.github.gss4j.layers.Parameter;
import io.github.gss4j.layers.Parameters;
import io.github.gss4j.layers.Precision;
import io.github.gss4j.layers.Reversed;
import io.github.gss4j.layers.SequenceLayer;
import io.github.gss4j.model.LanguageModel;
import io.github.gss4j.ops.Autograd;
import io.github.gss4j.ops.Tensors;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Outputs and all gradients of the published package's layers and models. */
class LayerReferenceTest {
  private static final Set<String> LAYERS = Set.of("GSS", "GatedDsConv", "GatedMHESA");
  private static final Set<String> MODELS =
      Set.of("GatedStateSpacesLM", "GatedDsConvLM", "GatedExponentialSmoothingLM");

  private record Tolerance(Precision precision, double outputs, double gradients) {}

  private static final List<Tolerance> TOLERANCES =
      List.of(
          new Tolerance(Precision.FLOAT64, 1e-10, 1e-10),
          new Tolerance(Precision.FLOAT32, 2e-5, 1e-4));

  @TestFactory
  Stream<DynamicTest> publishedNumbers() {
    List<ReferenceCase> cases = ReferenceCase.all();
    assertThat(cases).as("cases in %s", ReferenceCase.directories()).isNotEmpty();
    return cases.stream()
        .flatMap(
            c ->
                TOLERANCES.stream()
                    .map(t -> DynamicTest.dynamicTest(c + " " + t.precision(), () -> check(c, t))));
  }

  private static void check(ReferenceCase c, Tolerance tolerance) {
    try (PointerScope scope = new PointerScope()) {
      if (MODELS.contains(c.type())) {
        checkModel(c, tolerance);
      } else if (LAYERS.contains(c.type())) {
        checkLayer(c, tolerance);
      } else {
        throw new AssertionError(
            c + " is of class " + c.type() + ", known are " + LAYERS + " and " + MODELS);
      }
    }
  }

  private static void checkLayer(ReferenceCase c, Tolerance tolerance) {
    Parameters p = Parameters.from(c.parameters(), tolerance.precision(), Tensors.device("cpu"));
    SequenceLayer layer = layer(c, p);
    p.all().forEach(parameter -> Autograd.require(parameter.value()));
    Tensor x = Autograd.require(c.get("in.x").to(tolerance.precision().base()));
    Tensor y = layer.forward(x);
    assertThat(c.difference(y, "out.y")).as("out.y").isLessThan(tolerance.outputs());
    Autograd.backward(y, c.get("in.grad_y").to(tolerance.precision().base()));
    assertThat(c.difference(x.grad(), "grad.in.x"))
        .as("grad.in.x")
        .isLessThan(tolerance.gradients());
    checkGradients(c, p.all(), tolerance);
    p.release();
  }

  private static SequenceLayer layer(ReferenceCase c, Parameters p) {
    JsonNode config = c.config();
    int dim = config.get("dim").asInt();
    int hidden = (int) (config.path("dim_expansion_factor").asDouble(4) * dim);
    CausalLayer layer = Layers.causal(p, mixer(c), dim, hidden);
    return config.path("reverse_seq").asBoolean(false) ? new Reversed(layer) : layer;
  }

  private static LayerConfig mixer(ReferenceCase c) {
    JsonNode config = c.config();
    int heads = config.path("heads").asInt(8);
    return switch (c.type()) {
      case "GSS" ->
          new GssConfig(
              config.path("dss_kernel_N").asInt(512),
              config.path("dss_kernel_H").asInt(256),
              config.path("dss_kernel_lambda_imag_exp").asBoolean(true));
      case "GatedDsConv" ->
          new DsConvConfig(heads, config.path("dim_dsconv").asInt(512), Integer.MAX_VALUE);
      case "GatedMHESA" -> new MhesaConfig(heads, config.path("dim_mhesa").asInt(512));
      default -> throw new AssertionError(c.type());
    };
  }

  private static void checkModel(ReferenceCase c, Tolerance tolerance) {
    ModelConfig config = ModelConfig.parse(c.toString(), c.config());
    try (LanguageModel model =
        LanguageModel.of(config, c.parameters(), tolerance.precision(), Tensors.device("cpu"))) {
      model.parameters().forEach(parameter -> Autograd.require(parameter.value()));
      Tensor ids = c.get("in.ids");
      long length = ids.size(1) - 1;
      Tensor logits = model.logits(ids.narrow(1, 0, length));
      assertThat(c.difference(logits, "out.logits")).as("logits").isLessThan(tolerance.outputs());
      Tensor loss =
          torch.cross_entropy_loss(logits.flatten(0, 1), ids.narrow(1, 1, length).flatten());
      assertThat(c.difference(loss, "out.loss")).as("loss").isLessThan(tolerance.outputs());
      loss.backward();
      checkGradients(c, model.parameters(), tolerance);
    }
  }

  private static void checkGradients(
      ReferenceCase c, List<Parameter> parameters, Tolerance tolerance) {
    for (Parameter p : parameters) {
      assertThat(c.difference(p.value().grad(), "grad." + p.name()))
          .as("gradient of %s", p.name())
          .isLessThan(tolerance.gradients());
    }
    long expected =
        c.file().entries().keySet().stream().filter(n -> n.startsWith("param.")).count();
    assertThat(parameters).as("parameters of the case").hasSize((int) expected);
  }
}
