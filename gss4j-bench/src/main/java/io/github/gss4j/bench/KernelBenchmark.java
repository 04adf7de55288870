package io.github.gss4j.bench;

import io.github.gss4j.config.GssConfig;
import io.github.gss4j.layers.DiagonalStateSpace;
import io.github.gss4j.layers.Init;
import io.github.gss4j.layers.Parameter;
import io.github.gss4j.layers.Parameters;
import io.github.gss4j.layers.Precision;
import io.github.gss4j.ops.Autograd;
import io.github.gss4j.ops.Scopes;
import io.github.gss4j.ops.Tensors;
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

/** A state space's kernel from its parameters: K (H, L), once an optimizer step and layer. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(1)
@Warmup(iterations = 1, time = 2)
@Measurement(iterations = 3, time = 4)
public class KernelBenchmark {
  /** N, modes. */
  @Param("512")
  public int modes;

  /** H, channels. */
  @Param("256")
  public int channels;

  /** L, tokens. */
  @Param({"4096", "65536"})
  public int length;

  private Parameters parameters;
  private DiagonalStateSpace mixer;
  private Tensor gradient;

  /** A new state space. */
  @Setup
  public void begin() {
    parameters = Parameters.from(Init.random(0), Precision.FLOAT32, Tensors.device("cpu"));
    mixer = DiagonalStateSpace.declare(parameters, new GssConfig(modes, channels, true));
    parameters.all().stream().map(Parameter::value).forEach(Autograd::require);
    gradient = RandomTensors.normal(channels, length);
  }

  /** The kernel alone. */
  @Benchmark
  public void forward() {
    Scopes.run(() -> Scopes.withoutGradient(() -> mixer.kernel(length).tensors().get(0)));
  }

  /** The kernel, and its gradient sent into the parameters. */
  @Benchmark
  public void forwardAndBackward() {
    Scopes.run(() -> Autograd.backward(mixer.kernel(length).tensors().get(0), gradient));
  }

  /** Frees all. */
  @TearDown
  public void end() {
    gradient.releaseReference();
    parameters.release();
  }
}
