package io.github.gss4j.tracking;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * One line of {@code metrics.jsonl}: a training step, a look at the layers, an evaluation, a
 * validation or a sample of text.
 */
public sealed interface MetricLine {
  /** After how many optimizer steps this was measured, 0 or more. */
  long step();

  /**
   * One optimizer step.
   *
   * @param loss mean over the step's tokens, in nats per token
   * @param lr the learning rate that the step used
   * @param gradNorm L2 norm of all gradients before clipping
   * @param tokensPerSecond trained on during this step
   * @param taught what the loss is, in a run with a teacher; else it is cross entropy
   * @param leftOut of a stream so far
   */
  record Step(
      long step,
      double loss,
      double lr,
      double gradNorm,
      double tokensPerSecond,
      Optional<Taught> taught,
      SkippedData leftOut)
      implements MetricLine {
    /** Checks the step. */
    public Step {
      checkStep(step);
    }

    /** A step on cross entropy alone, and on all of the text. */
    public Step(long step, double loss, double lr, double gradNorm, double tokensPerSecond) {
      this(step, loss, lr, gradNorm, tokensPerSecond, Optional.empty(), SkippedData.NONE);
    }

    /** Mean cross entropy with the text, whatever the step was trained on. */
    public double crossEntropy() {
      return taught.map(Taught::crossEntropy).orElse(loss);
    }
  }

  /**
   * A step's losses by objective, in a run with a teacher.
   *
   * @param objective what the step was trained on: {@code cross_entropy}, {@code distillation}, or
   *     {@code alternating} where it was both
   * @param crossEntropy with the text, over all the step's tokens, in nats per token
   * @param distillation over the tokens that were trained on it; NaN where none were
   */
  record Taught(String objective, double crossEntropy, double distillation) {}

  /**
   * What of a text was not trained on.
   *
   * @param brokenRows rows that hold no document
   * @param brokenShards files whose ends cannot be read
   * @param files beside those of the text that are not read
   * @param cuts places where a document was cut and its tokens may not be those of the whole
   */
  record SkippedData(long brokenRows, long brokenShards, long files, long cuts) {
    /** Nothing. */
    public static final SkippedData NONE = new SkippedData(0, 0, 0, 0);
  }

  /**
   * Measurements of the layers during a step.
   *
   * @param gradNorms ‖g‖ of each layer's gradient before clipping
   * @param updateRatios ‖Δθ‖ / ‖θ‖ of each layer; empty where the step was skipped
   * @param clippedShare of the steps since the last look, 0 to 1
   * @param skipped steps so far whose loss or gradient was not finite
   * @param residentBytes memory of the process
   */
  record LayerStats(
      long step,
      Map<String, Double> gradNorms,
      Map<String, Double> updateRatios,
      double clippedShare,
      long skipped,
      long residentBytes)
      implements MetricLine {
    /** Checks the step and copies the maps, keeping their order. */
    public LayerStats {
      checkStep(step);
      gradNorms = Collections.unmodifiableMap(new LinkedHashMap<>(gradNorms));
      updateRatios = Collections.unmodifiableMap(new LinkedHashMap<>(updateRatios));
    }
  }

  /**
   * A measurement on held-out text.
   *
   * @param evalLoss mean in nats per token
   * @param bitsPerByte of the text; NaN where the tokens' bytes are not known
   * @param perplexity e^{evalLoss}
   * @param tokens how many were predicted
   * @param whole whether that was all of the held-out text
   */
  record Evaluation(
      long step, double evalLoss, double bitsPerByte, double perplexity, long tokens, boolean whole)
      implements MetricLine {
    /** Checks the step. */
    public Evaluation {
      checkStep(step);
    }
  }

  /**
   * A look at the validation part of what a classifier is trained on.
   *
   * @param loss of the step before
   * @param lr the learning rate that it used
   * @param accuracy the share of right answers
   * @param stage the same on the easier form of the task that is trained on, where it is one
   */
  record Validation(
      long step, double loss, double lr, double accuracy, Optional<StageAccuracy> stage)
      implements MetricLine {
    /** Checks the step. */
    public Validation {
      checkStep(step);
    }
  }

  /**
   * How far an easier form of a task is learned.
   *
   * @param name of the stage
   * @param accuracy the share of right answers on its validation part
   */
  record StageAccuracy(String name, double accuracy) {}

  /**
   * A text that the model wrote.
   *
   * @param prompt what it was given
   * @param text what it wrote after that, without the prompt
   */
  record Sample(long step, String prompt, String text) implements MetricLine {
    /** Checks the step. */
    public Sample {
      checkStep(step);
      Objects.requireNonNull(prompt, "prompt");
      Objects.requireNonNull(text, "text");
    }
  }

  private static void checkStep(long step) {
    if (step < 0) {
      throw new IllegalArgumentException("step is " + step + ", expected 0 or more");
    }
  }
}
