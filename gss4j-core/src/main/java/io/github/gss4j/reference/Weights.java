package io.github.gss4j.reference;

import java.util.Arrays;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * A layer's weights by their published names, and what layers do with them token by token. A
 * sequence is an array of tokens, (L, width).
 *
 * @param prefix what stands before the names, such as {@code dss.}
 * @param values gives a tensor's numbers by its full name, row by row
 */
public record Weights(String prefix, Function<String, double[]> values) {
  private static final double EPSILON = 1e-5;

  /** Weights by their names alone. */
  public Weights(Function<String, double[]> values) {
    this("", values);
  }

  /** The weights under a name: {@code at("dss")} has {@code dss.…}. */
  public Weights at(String name) {
    return new Weights(prefix + name + ".", values);
  }

  /** The numbers of one tensor. */
  public double[] get(String name) {
    return values.apply(prefix + name);
  }

  /** y = W x. */
  public double[][] linear(String name, double[][] x) {
    double[] w = get(name + ".weight"); // (outputs, inputs)
    int inputs = x[0].length;
    double[][] y = new double[x.length][w.length / inputs];
    for (int l = 0; l < x.length; l++) {
      for (int o = 0; o < y[l].length; o++) {
        for (int i = 0; i < inputs; i++) {
          y[l][o] += w[o * inputs + i] * x[l][i];
        }
      }
    }
    return y;
  }

  /** y = W x + b. */
  public double[][] linearWithBias(String name, double[][] x) {
    double[] b = get(name + ".bias");
    return map(linear(name, x), (y, l, c) -> y + b[c]);
  }

  /** LN(x) = (x − mean)/√(variance + ε) · weight + bias; Ba et al. 2016 (arXiv 1607.06450). */
  public double[][] norm(String name, double[][] x) {
    double[] scale = get(name + ".weight");
    double[] shift = get(name + ".bias");
    double[] mean = perToken(x, row -> row);
    double[] variance =
        perToken(
            map(x, (v, l, c) -> v - mean[l]), row -> Arrays.stream(row).map(v -> v * v).toArray());
    return map(
        x, (v, l, c) -> (v - mean[l]) / Math.sqrt(variance[l] + EPSILON) * scale[c] + shift[c]);
  }

  private static double[] perToken(double[][] x, UnaryOperator<double[]> of) {
    return Arrays.stream(x)
        .mapToDouble(row -> Arrays.stream(of.apply(row)).average().orElseThrow())
        .toArray();
  }

  /** The feed-forward part of a Transformer: W_2 gelu(W_1·LN(x)) + b_2 + x. */
  public double[][] feedForward(double[][] x) {
    double[][] wide = gelu(linear("to_hidden.0", norm("norm", x))); // (L, F)
    return add(linearWithBias("to_out", wide), x);
  }

  /** One number of a sequence, from the one that stands there. */
  interface Entry {
    double of(double value, int token, int channel);
  }

  static double[][] map(double[][] x, Entry entry) {
    double[][] y = new double[x.length][x[0].length];
    for (int l = 0; l < x.length; l++) {
      for (int c = 0; c < x[l].length; c++) {
        y[l][c] = entry.of(x[l][c], l, c);
      }
    }
    return y;
  }

  static double[][] add(double[][] a, double[][] b) {
    return map(a, (v, l, c) -> v + b[l][c]);
  }

  static double[][] multiply(double[][] a, double[][] b) {
    return map(a, (v, l, c) -> v * b[l][c]);
  }

  /** x·Φ(x); Hendrycks and Gimpel 2016 (arXiv 1606.08415). */
  static double[][] gelu(double[][] x) {
    return map(x, (v, l, c) -> v * (1 + erf(v / Math.sqrt(2))) / 2);
  }

  static double sigmoid(double x) {
    return 1 / (1 + Math.exp(-x));
  }

  /** erf(x) = 2/√π · e^{−x²} Σ_n 2^n x^{2n+1}/(1·3·…·(2n+1)), whose terms have one sign. */
  private static double erf(double x) {
    if (Math.abs(x) > 6) {
      return Math.signum(x);
    }
    double term = x;
    double sum = 0;
    for (int n = 1; sum + term != sum; n++) {
      sum += term;
      term *= 2 * x * x / (2 * n + 1);
    }
    return 2 / Math.sqrt(Math.PI) * Math.exp(-x * x) * sum;
  }
}
