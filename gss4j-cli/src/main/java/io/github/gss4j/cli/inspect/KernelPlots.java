package io.github.gss4j.cli.inspect;

import io.github.gss4j.checkpoint.StoredModel;
import io.github.gss4j.cli.options.Models;
import io.github.gss4j.config.LayerConfig;
import io.github.gss4j.config.MixerConfig;
import io.github.gss4j.layers.KernelCurves;
import io.github.gss4j.layers.Precision;
import io.github.gss4j.model.LanguageModel;
import io.github.gss4j.model.ModelState;
import io.github.gss4j.ops.Tensors;
import io.github.gss4j.tokenizer.Tokenizer;
import io.github.gss4j.weights.PretrainedModel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.bytedeco.javacpp.PointerScope;

/**
 * The kernels of a model's layers: most come from the parameters alone, some from a text that is
 * read, and some layers have none.
 *
 * @param lags how many values of each kernel
 * @param prompt the text for kernels that are made of it; null for none
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
    Optional<LayerConfig> fromText =
        layers.stream().filter(LayerConfig::kernelFromText).findFirst();
    if (fromText.isPresent() && prompt == null) {
      throw new IllegalArgumentException(
          "the kernel of a %s layer comes from the text: give one by --prompt"
              .formatted(fromText.get().kind()));
    }
    List<KernelPlot> fromPrompt = fromText.isPresent() ? fromPrompt() : List.of();
    List<KernelPlot> plots = new ArrayList<>();
    for (int i = 0; i < layers.size(); i++) {
      plots.add(layers.get(i).kernelFromText() ? fromPrompt.get(i) : fromParameters(i));
    }
    return plots;
  }

  private KernelPlot fromParameters(int layer) {
    Optional<MixerConfig> config = model.config().layers().get(layer).mixer(model.config().dim());
    if (config.isEmpty()) {
      return plot(layer, Optional.empty());
    }
    try (StoredMixer mixer = new StoredMixer(model, layer, config.get());
        PointerScope scope = new PointerScope()) {
      return plot(layer, mixer.get().curves(lags));
    }
  }

  private KernelPlot plot(int layer, Optional<KernelCurves> kernel) {
    String kind = model.config().layers().get(layer).kind();
    if (kernel.isEmpty()) {
      String title = "layer %d: %s has no kernel: what it reads depends on the text";
      return new KernelPlot(title.formatted(layer, kind), "", false, List.of());
    }
    KernelCurves all = kernel.get();
    double[][] drawn = all.first(CURVES);
    String title =
        "layer %d: %s, %s of %d of %d %ss"
            .formatted(layer, kind, all.symbol(), drawn.length, all.count(), all.row());
    List<KernelPlot.Curve> curves = new ArrayList<>();
    for (int row = 0; row < drawn.length; row++) {
      curves.add(new KernelPlot.Curve(all.row() + " " + row, drawn[row]));
    }
    return new KernelPlot(title, all.across(), all.logarithmic(), curves);
  }

  /** What the prompt makes of each layer's kernel, in order. */
  private List<KernelPlot> fromPrompt() {
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
      for (int i = 0; i < loaded.layers().size(); i++) {
        plots.add(plot(i, loaded.layers().get(i).mixer().curves(state.layers().get(i))));
      }
      return plots;
    }
  }
}
