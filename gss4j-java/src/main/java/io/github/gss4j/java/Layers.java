package io.github.gss4j.java;

import io.github.gss4j.config.AttentionConfig;
import io.github.gss4j.config.DsConvConfig;
import io.github.gss4j.config.DssConfig;
import io.github.gss4j.config.GssConfig;
import io.github.gss4j.config.LayerConfig;
import io.github.gss4j.config.MhesaConfig;
import io.github.gss4j.config.MixerConfig;
import io.github.gss4j.config.ModelConfig;
import java.util.List;
import java.util.stream.IntStream;

/** Makes the layers that a configuration asks for: a new kind gets its line here. */
record Layers(Weights weights, ModelConfig config) {
  /** All of them, on all cores: memory that is new to a process is slow to come. */
  List<Layer> all() {
    List<LayerConfig> layers = config.layers();
    return IntStream.range(0, layers.size())
        .parallel()
        .mapToObj(i -> layer(layers.get(i), "layers." + i + "."))
        .toList();
  }

  private Layer layer(LayerConfig layer, String at) {
    if (layer instanceof MixerConfig gated) {
      return new GatedLayer(
          weights.norm(at + "norm"),
          weights.matrix(at + "to_u.0"),
          weights.matrix(at + "to_v.0"),
          mixer(gated, at + gated.prefix() + "."),
          weights.matrix(at + "to_gate"),
          weights.linear(at + "to_out"));
    } else if (layer instanceof DssConfig dss) {
      return new StateSpaceBlock(
          stateSpace(dss.at(config.dim()), at + "dss."),
          weights.linear(at + "to_out"),
          feedForward(at + "ff."));
    }
    return new Attention(
        (AttentionConfig) layer,
        weights.norm(at + "attn.norm"),
        weights.matrix(at + "attn.to_q"),
        weights.matrix(at + "attn.to_k"),
        weights.matrix(at + "attn.to_v"),
        weights.linear(at + "attn.to_out"),
        feedForward(at + "ff."));
  }

  private FeedForward feedForward(String at) {
    return new FeedForward(
        weights.norm(at + "norm"),
        weights.matrix(at + "to_hidden.0"),
        weights.linear(at + "to_out"));
  }

  private Mixer mixer(MixerConfig mixer, String at) {
    if (mixer instanceof GssConfig dss) {
      return stateSpace(dss, at);
    } else if (mixer instanceof DsConvConfig) {
      // κ is a kernel: never below float32
      return new DynamicConvolution(
          weights.norm(at + "norm"),
          weights.floatMatrix(at + "to_weight"),
          weights.floats(at + "param_D"));
    }
    return smoothing((MhesaConfig) mixer, at);
  }

  private StateSpace stateSpace(GssConfig dss, String at) {
    Discretised discrete =
        Discretised.of(
            dss,
            weights.doubles(at + "Lambda_real"),
            weights.doubles(at + "Lambda_imag"),
            dss.learnedStep() ? weights.doubles(at + "log_step") : null);
    int taps = dss.shortConv();
    return new StateSpace(
        taps > 0 ? new ShortConvolution(weights.floats(at + "conv.weight"), taps) : null,
        weights.norm(at + "norm"),
        discrete.decay(),
        discrete.conjugateC(weights.floats(at + "C_real"), weights.floats(at + "C_imag")),
        weights.floats(at + "param_D"));
  }

  private Smoothing smoothing(MhesaConfig mhesa, String at) {
    double[] alphas = weights.doubles(at + "alphas");
    double[] dampen = weights.doubles(at + "dampen_factors");
    float[] q = new float[mhesa.channels()];
    float[] alpha = new float[mhesa.channels()];
    for (int h = 0; h < q.length; h++) {
      int head = h / (q.length / alphas.length);
      q[h] = (float) (sigmoid(-alphas[head]) * sigmoid(dampen[head]));
      alpha[h] = (float) sigmoid(alphas[head]);
    }
    return new Smoothing(weights.norm(at + "norm"), q, alpha, weights.floats(at + "param_D"));
  }

  private static double sigmoid(double x) {
    return 1 / (1 + Math.exp(-x));
  }
}
