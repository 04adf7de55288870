package io.github.gss4j.tracking;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.gss4j.tracking.MetricLine.Evaluation;
import io.github.gss4j.tracking.MetricLine.Sample;
import io.github.gss4j.tracking.MetricLine.Step;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** A made-up run that looks like a real one, to test a report and to look at one. */
final class ReportExample {
  private static final List<String> TEXTS =
      List.of(
          """
          e  tis;nre o\0 t(a}\33 lr e
            n  ou, \7s;
          """,
          """
          the value of the int value {
              return the;
            }

            private void set(String the) {
          """,
          """
          Count<T> {
            public int size() {
              return count;
            }

            /** Returns the number of the given value. */
            public static <T> void checkValue(T value) {
          """,
          """
          ListIterator<E> implements Iterator<E> {
            /**
             * Returns {@code true} if the list contains no elements.
             *
             * @return {@code true} if empty
             */
            @Override
            public boolean isEmpty() {
              return size == 0;
            }
          """,
          """
          ImmutableLists {
            private ImmutableLists() {}

            public static <E> List<E> copyOf(Iterable<? extends E> elements) {
              checkNotNull(elements);
              if (elements instanceof Collection) {
                return new ArrayList<E>((Collection<? extends E>) elements);
              }
              List<E> list = new ArrayList<>();
              for (E element : elements) {
                list.add(element); // \u201csch\u00f6n\u201d \u4f60\u597d \ud83d\ude00
              }
              return Collections.unmodifiableList(list);
            }
          """);

  private ReportExample() {}

  /** Writes the page: {@code ReportExample DIRECTORY}. */
  public static void main(String[] args) throws IOException {
    new Report(run(1500), lines(1500), config(), Environment.facts(), comparisons(), kernels(4))
        .write(Path.of(args[0]));
  }

  static RunFacts run(int steps) {
    return new RunFacts("java-small", 3_214_592, steps * 8L * 512, Duration.ofMillis(steps * 655L));
  }

  static List<MetricLine> lines(int steps) {
    Random random = new Random(7);
    List<MetricLine> lines = new ArrayList<>();
    for (int s = 1; s <= steps; s++) {
      double course = course(s);
      double lr = 2e-3 * Math.min(1, s / 100.0) * (0.55 + 0.45 * Math.cos(Math.PI * s / steps));
      double norm = (0.35 + 3 * Math.exp(-s / 40.0)) * Math.exp(0.25 * random.nextGaussian());
      double speed = 6_250 + 180 * random.nextGaussian() - (s % 250 == 0 ? 2_400 : 0);
      lines.add(new Step(s, course * (1 + 0.045 * random.nextGaussian()), lr, norm, speed));
      if (s % (steps / 6) == 0) {
        double loss = course(s) * 1.03;
        double bits = loss / Math.log(2);
        lines.add(new Evaluation(s, loss, bits, Math.exp(loss), 941_056, s == steps));
      }
      if (s % (steps / 5) == 0) {
        lines.add(new Sample(s, "public final class ", TEXTS.get(5 * s / steps - 1)));
      }
    }
    return lines;
  }

  private static double course(int step) {
    return 0.98 + 4.55 * Math.pow(1 + step / 6.0, -0.62);
  }

  static ObjectNode config() {
    ObjectNode config = JsonNodeFactory.instance.objectNode();
    config
        .putObject("model")
        .put("dim", 256)
        .put("depth", 4)
        .put("state_size", 64)
        .put("kernel_dim", 128)
        .put("init", "long_range")
        .put("tokenizer", "bytes");
    config.putObject("data").put("source", "java").put("held_out_fraction", 0.05);
    config
        .put("steps", 1500)
        .put("batch", 8)
        .put("seq_len", 512)
        .put("lr", 2e-3)
        .put("warmup_steps", 100)
        .put("grad_clip", 1.0)
        .put("dtype", "bfloat16")
        .put("seed", 1)
        .putNull("resume");
    config.putArray("betas").add(0.9).add(0.95);
    return config;
  }

  static List<Comparison> comparisons() {
    return List.of(new Comparison("gzip -9", 1.842), new Comparison("xz -9", 1.587));
  }

  static List<KernelPicture> kernels(int layers) {
    Random random = new Random(3);
    List<KernelPicture> pictures = new ArrayList<>();
    for (int layer = 0; layer < layers; layer++) {
      double[] re = new double[64];
      double[] im = new double[64];
      for (int n = 0; n < 64; n++) {
        re[n] = -Math.pow(10, -3.3 + layer * 0.25 + (2.6 - layer * 0.2) * random.nextDouble());
        im[n] = Math.PI * Math.pow(random.nextDouble(), 2.2);
      }
      double[][] kernels = new double[6][4096];
      for (double[] kernel : kernels) {
        for (int n = 0; n < 64; n++) {
          double weight = random.nextGaussian() / 64;
          double phase = 2 * Math.PI * random.nextDouble();
          for (int l = 0; l < kernel.length; l++) {
            kernel[l] += weight * Math.exp(re[n] * l) * Math.cos(im[n] * l + phase);
          }
        }
      }
      pictures.add(new KernelPicture("layer " + layer, kernels, re, im));
    }
    return pictures;
  }
}
