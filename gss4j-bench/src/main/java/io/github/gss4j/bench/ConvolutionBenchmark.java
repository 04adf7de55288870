package io.github.gss4j.bench;

import io.github.gss4j.ops.Autograd;
import io.github.gss4j.ops.CausalConvolution;
import io.github.gss4j.ops.Scopes;
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

/**
 * The causal convolution of (B, H, L) with a kernel (H, T): as the cost rule has it, and always as
 * a whole, so that the rule can be held against what it saves.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(1)
@Warmup(iterations = 1, time = 2)
@Measurement(iterations = 3, time = 4)
public class ConvolutionBenchmark {
  /** B × L: sequences by tokens. */
  @Param({"4x4096", "1x65536"})
  public String sequences;

  /** T, taps of the kernel. */
  @Param({"64", "512", "4096"})
  public int taps;

  /** Blocks by the cost rule, or one. */
  @Param({"rule", "whole"})
  public String blocks;

  /** H, channels. */
  @Param("256")
  public int channels;

  private long block;
  private Tensor u;
  private Tensor kernel;
  private Tensor gradient;

  /** Random sequences. */
  @Setup
  public void begin() {
    String[] sizes = sequences.split("x", 2);
    long batch = Long.parseLong(sizes[0]);
    long length = Long.parseLong(sizes[1]);
    u = Autograd.require(RandomTensors.normal(batch, channels, length));
    kernel = Autograd.require(RandomTensors.normal(channels, taps));
    block = blocks.equals("rule") ? CausalConvolution.blockLength(length, taps) : length;
    gradient = RandomTensors.normal(batch, channels, length);
  }

  /** The convolution alone. */
  @Benchmark
  public void forward() {
    Scopes.run(() -> Scopes.withoutGradient(() -> CausalConvolution.apply(u, kernel, block)));
  }

  /** The convolution, and the gradients of both. */
  @Benchmark
  public void forwardAndBackward() {
    Scopes.run(() -> Autograd.backward(CausalConvolution.apply(u, kernel, block), gradient));
  }

  /** Frees all. */
  @TearDown
  public void end() {
    u.releaseReference();
    kernel.releaseReference();
    gradient.releaseReference();
  }
}
