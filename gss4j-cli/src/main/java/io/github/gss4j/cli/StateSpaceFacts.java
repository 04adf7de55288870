package io.github.gss4j.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.gss4j.checkpoint.StoredModel;
import io.github.gss4j.ops.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.bytedeco.javacpp.PointerScope;

/**
 * How long the modes of one diagonal state space remember: the time constant 1/e^{Λ_re} in tokens
 * and the magnitude |e^Λ| = e^{−e^{Λ_re}}, read from the stored parameters.
 *
 * @param layer its name
 * @param tokens time constants, ascending
 * @param kernels K of the first channels, by lag
 */
@SuppressWarnings("ArrayRecordComponent") // printed once, never compared
record StateSpaceFacts(String layer, double[] tokens, double[][] kernels) {
  private static final int CHANNELS = 4;
  private static final int LAGS = 256;
  private static final String LAMBDA = ".Lambda_real";

  /** The facts of all layers, in order. */
  static List<StateSpaceFacts> of(StoredModel model) {
    boolean exponential =
        model.config().toJson().path("dss_kernel_lambda_imag_exp").asBoolean(true);
    List<StateSpaceFacts> all = new ArrayList<>();
    for (String name : model.shapes().keySet()) {
      if (name.endsWith(LAMBDA)) {
        String layer = name.substring(0, name.length() - LAMBDA.length());
        double[] re = values(model, name);
        double[] im = values(model, layer + ".Lambda_imag");
        for (int n = 0; n < re.length; n++) {
          re[n] = -Math.exp(re[n]);
          im[n] = exponential ? Math.exp(im[n]) : im[n];
        }
        double[] c = values(model, layer + ".C_real");
        double[] d = values(model, layer + ".C_imag");
        double[][] kernels = new double[Math.min(CHANNELS, c.length / re.length)][LAGS];
        for (int h = 0; h < kernels.length; h++) {
          for (int n = 0; n < re.length; n++) {
            add(kernels[h], re[n], im[n], c[h * re.length + n], d[h * re.length + n]);
          }
        }
        all.add(
            new StateSpaceFacts(
                layer, Arrays.stream(re).map(x -> -1 / x).sorted().toArray(), kernels));
      }
    }
    return all;
  }

  /** Adds Re C (e^Λ − 1)/Λ e^{Λl} for all lags l. */
  private static void add(double[] kernel, double re, double im, double cRe, double cIm) {
    double growth = Math.exp(re);
    double topRe = growth * Math.cos(im) - 1;
    double topIm = growth * Math.sin(im);
    double square = re * re + im * im;
    double bRe = (topRe * re + topIm * im) / square;
    double bIm = (topIm * re - topRe * im) / square;
    double wRe = cRe * bRe - cIm * bIm;
    double wIm = cRe * bIm + cIm * bRe;
    for (int l = 0; l < kernel.length; l++) {
      kernel[l] += Math.exp(re * l) * (wRe * Math.cos(im * l) - wIm * Math.sin(im * l));
    }
  }

  private static double[] values(StoredModel model, String name) {
    try (PointerScope scope = new PointerScope()) {
      return Tensors.toDoubles(model.tensor(name));
    }
  }

  private double median() {
    return tokens[tokens.length / 2];
  }

  private double longest() {
    return tokens[tokens.length - 1];
  }

  private static double magnitude(double timeConstant) {
    return Math.exp(-1 / timeConstant);
  }

  /** One line. */
  String text() {
    return String.format(
        Locale.ROOT,
        "%-20s time constants %.3g, %.3g, %.3g tokens (least, median, most); |e^Λ| %.4f, %.4f,"
            + " %.6f",
        layer,
        tokens[0],
        median(),
        longest(),
        magnitude(tokens[0]),
        magnitude(median()),
        magnitude(longest()));
  }

  /** For programs to read. */
  ObjectNode json() {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("layer", layer).put("modes", tokens.length);
    json.putObject("time_constant_tokens")
        .put("min", tokens[0])
        .put("median", median())
        .put("max", longest());
    json.putObject("eigenvalue_magnitude")
        .put("min", magnitude(tokens[0]))
        .put("median", magnitude(median()))
        .put("max", magnitude(longest()));
    return json;
  }
}
