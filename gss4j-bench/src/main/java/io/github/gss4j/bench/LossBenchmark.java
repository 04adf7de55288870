package io.github.gss4j.bench;

import io.github.gss4j.config.ModelConfig;
import io.github.gss4j.loss.CrossEntropy;
import io.github.gss4j.model.LanguageModel;
import io.github.gss4j.ops.Autograd;
import io.github.gss4j.ops.GraphSegment;
import io.github.gss4j.ops.Scopes;
import io.github.gss4j.ops.Tensors;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.bytedeco.pytorch.Tensor;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** Logits and cross entropy of hidden vectors in slices, each with its backward pass at once. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(1)
@Warmup(iterations = 1, time = 2)
@Measurement(iterations = 3, time = 4)
public class LossBenchmark {
  /** D, the model's width. */
  @Param("512")
  public int dim;

  /** V, different tokens. */
  @Param({"256", "50257"})
  public int vocabulary;

  /** All tokens. */
  @Param("4096")
  public int tokens;

  /** Logits of a slice. */
  @Param({"1048576", "4194304", "16777216"})
  public int slice;

  private LanguageModel model;
  private Tensor hidden;
  private Tensor targets;
  private Tensor one;

  /** A model's head, and what it reads. */
  @Setup
  public void begin() {
    model = LanguageModel.create(ModelConfig.of(vocabulary, dim, 1), 0);
    model.parameters().forEach(p -> Autograd.require(p.value()));
    hidden = RandomTensors.normal(tokens, dim);
    long[] ids = new SplittableRandom(0).longs(tokens, 0, vocabulary).toArray();
    targets = Scopes.kept(() -> Tensors.of(ids, tokens));
    one = Scopes.kept(() -> Tensors.of(new float[] {1}, 1).squeeze());
  }

  /** Loss and gradients of all tokens. */
  @Benchmark
  public void forwardAndBackward() {
    long step = Math.max(1, slice / vocabulary);
    for (long from = 0; from < tokens; from += step) {
      long start = from;
      long count = Math.min(step, tokens - from);
      Scopes.run(() -> slice(hidden.narrow(0, start, count), targets.narrow(0, start, count)));
    }
  }

  private void slice(Tensor h, Tensor target) {
    try (GraphSegment segment =
        GraphSegment.forward(h, in -> CrossEntropy.sum(model.head(in), target), false)) {
      segment.backward(one);
    }
  }

  /** Frees all. */
  @TearDown
  public void end() {
    hidden.releaseReference();
    targets.releaseReference();
    one.releaseReference();
    model.close();
  }
}
