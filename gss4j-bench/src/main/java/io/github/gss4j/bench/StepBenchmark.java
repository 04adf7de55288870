package io.github.gss4j.bench;

import io.github.gss4j.config.ModelConfig;
import io.github.gss4j.layers.Init;
import io.github.gss4j.layers.Precision;
import io.github.gss4j.model.LanguageModel;
import io.github.gss4j.model.ModelState;
import io.github.gss4j.ops.Scopes;
import io.github.gss4j.ops.Tensors;
import java.util.concurrent.TimeUnit;
import org.bytedeco.javacpp.PointerScope;
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

/** One token of each sequence read into the state, and the logits of what comes next. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(1)
@Warmup(iterations = 1, time = 2)
@Measurement(iterations = 3, time = 4)
public class StepBenchmark {
  /** D, the model's width. */
  @Param("512")
  public int dim;

  /** Layers. */
  @Param("8")
  public int depth;

  /** B, sequences. */
  @Param({"1", "8"})
  public int batch;

  /** The model's dtype. */
  @Param({"float32", "bfloat16", "int8"})
  public String dtype;

  private LanguageModel model;
  private LanguageModel.Constants constants;
  private ModelState state;
  private Tensor ids;

  /** A new model at the beginning of a text. */
  @Setup
  public void begin() {
    try (PointerScope scope = new PointerScope()) {
      model =
          LanguageModel.of(
              ModelConfig.of(256, dim, depth),
              Init.random(0),
              Precision.forInference(dtype),
              Tensors.device("cpu"));
      constants = model.constants().keep();
      state = model.initialState(batch).keep();
      ids = Scopes.kept(() -> Tensors.of(new long[batch], batch, 1));
    }
  }

  /** One token. */
  @Benchmark
  public void step() {
    try (PointerScope scope = new PointerScope()) {
      LanguageModel.Output reading = model.read(ids, state, constants);
      Tensor logits =
          Scopes.withoutGradient(() -> model.head(reading.hidden().select(1, 0))); // (B, V)
      Tensors.toFloats(logits);
      state.release();
      state = reading.state().keep();
    }
  }

  /** Frees all. */
  @TearDown
  public void end() {
    ids.releaseReference();
    state.release();
    constants.release();
    model.close();
  }
}
