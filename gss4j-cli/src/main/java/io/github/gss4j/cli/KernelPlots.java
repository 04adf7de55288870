package io.github.gss4j.cli;

import io.github.gss4j.checkpoint.StoredModel;
import io.github.gss4j.config.DsConvConfig;
import io.github.gss4j.config.DssConfig;
import io.github.gss4j.config.LayerConfig;
import io.github.gss4j.config.MhesaConfig;
import io.github.gss4j.config.MixerConfig;
import io.github.gss4j.config.PlainDssConfig;
import io.github.gss4j.layers.Precision;
import io.github.gss4j.model.LanguageModel;
import io.github.gss4j.model.ModelState;
import io.github.gss4j.ops.Tensors;
import io.github.gss4j.tokenizer.Tokenizer;
import io.github.gss4j.weights.PretrainedModel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/**
 * The kernels of a model's layers: K of a state space and of a smoothing come from the parameters
 * alone, the κ of a dynamic convolution from a text that it reads, and attention has none.
 *
 * @param lags how many values of each kernel
 * @param prompt the text that dynamic convolutions read; null for none
 */
record KernelPlots(StoredModel model, int lags, String prompt) {
  /** As many as can be told apart. */
  private static final int CURVES = 4;

  KernelPlots {
    if (lags < 2) {
      throw new IllegalArgumentException("--lags is " + lags + ", expected at least 2");
    }
  }

  /** One plot a layer, in order. */
  List<KernelPlot> all() {
    List<LayerConfig> layers = model.config().layers();
    boolean dynamic = layers.stream().anyMatch(DsConvConfig.class::isInstance);
    if (dynamic && prompt == null) {
      throw new IllegalArgumentException(
          "the kernel of a dsconv layer comes from the text: give one by --prompt");
    }
    List<KernelPlot> taps = dynamic ? taps() : List.of();
    List<KernelPlot> plots = new ArrayList<>();
    for (int i = 0; i < layers.size(); i++) {
      if (layers.get(i) instanceof PlainDssConfig plain) {
        plots.add(kernel(i, plain.at(model.config().dim())));
      } else if (layers.get(i) instanceof DsConvConfig) {
        plots.add(taps.get(i));
      } else if (layers.get(i) instanceof MixerConfig mixer) {
        plots.add(kernel(i, mixer));
      } else {
        plots.add(none(i, layers.get(i)));
      }
    }
    return plots;
  }

  private KernelPlot kernel(int layer, MixerConfig config) {
    boolean smoothing = config instanceof MhesaConfig;
    try (StoredMixer mixer = new StoredMixer(model, layer, config);
        PointerScope scope = new PointerScope()) {
      Tensor rows = mixer.get().kernel(lags).get(0).detach(); // (H or heads, L)
      return new KernelPlot(
          title(layer, config, "K", rows.size(0)),
          "lag in tokens",
          smoothing,
          curves(rows, smoothing ? "head " : "channel "));
    }
  }

  private static String title(int layer, LayerConfig config, String what, long rows) {
    return "layer %d: %s, %s of %d of %d %s"
        .formatted(
            layer,
            config.kind(),
            what,
            Math.min(CURVES, rows),
            rows,
            config instanceof DssConfig ? "channels" : "heads");
  }

  private static KernelPlot none(int layer, LayerConfig config) {
    String title = "layer %d: %s has no kernel: what it reads depends on the text";
    return new KernelPlot(title.formatted(layer, config.kind()), "", false, List.of());
  }

  private static List<KernelPlot.Curve> curves(Tensor rows, String name) {
    List<KernelPlot.Curve> curves = new ArrayList<>();
    for (int row = 0; row < Math.min(CURVES, rows.size(0)); row++) {
      curves.add(new KernelPlot.Curve(name + row, Tensors.toDoubles(rows.select(0, row))));
    }
    return curves;
  }

  /** κ over the prompt, as a state keeps it: one plot a layer, of those that are dynamic. */
  private List<KernelPlot> taps() {
    try (Tokenizer tokenizer = Models.tokenizer(model);
        LanguageModel loaded =
            PretrainedModel.load(model, Precision.FLOAT32, Tensors.device("cpu"));
        PointerScope scope = new PointerScope()) {
      if (tokenizer == null) {
        throw new IllegalArgumentException("the model names no tokenizer: --prompt cannot be read");
      }
      long[] ids = Arrays.stream(tokenizer.encode(prompt)).asLongStream().toArray();
      if (ids.length < 2) {
        throw new IllegalArgumentException(
            "--prompt has " + ids.length + " tokens, expected at least 2");
      }
      ModelState state =
          loaded
              .read(Tensors.of(ids, 1, ids.length), loaded.initialState(1), loaded.constants())
              .state();
      List<KernelPlot> plots = new ArrayList<>();
      for (int i = 0; i < model.config().depth(); i++) {
        plots.add(
            model.config().layers().get(i) instanceof DsConvConfig
                ? taps(i, state.layers().get(i).tensors().get(1).select(0, 0)) // (P, heads)
                : none(i, model.config().layers().get(i)));
      }
      return plots;
    }
  }

  private KernelPlot taps(int layer, Tensor kappa) {
    return new KernelPlot(
        title(layer, model.config().layers().get(layer), "κ", kappa.size(1)),
        "token, and the lag at which its κ acts",
        false,
        curves(kappa.t().contiguous(), "head "));
  }
}
