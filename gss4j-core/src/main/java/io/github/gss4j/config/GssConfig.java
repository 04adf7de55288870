package io.github.gss4j.config;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.auto.service.AutoService;
import java.util.List;

/**
 * A diagonal state space's sizes and options.
 *
 * @param stateSize {@code dss_kernel_N}, N, the number of modes, shared by all channels
 * @param kernelDim {@code dss_kernel_H}, H, the number of channels
 * @param lambdaImagExp {@code dss_kernel_lambda_imag_exp}: whether Im Λ is the exponential of its
 *     parameter, as in the paper's pseudocode, or the parameter itself
 * @param init {@code init}: how long the modes remember at first, and how fast they turn; with
 *     {@link StateSpaceInit.TwoScale} the slow ones read their input scaled, at all times
 * @param learnedStep {@code learned_step}: whether Λ is multiplied by a step e^{log_step} of its
 *     own for each mode, so that one number stretches decay and phase together. S4 and DSS learn a
 *     step a channel, which modes shared by all channels cannot have without H times the powers; a
 *     step a mode is S5's (Smith et al. 2022, arXiv 2208.04933). It starts at 1.
 * @param normalizeInput {@code normalize_input}: whether each mode's input is scaled by √(1 −
 *     |e^Λ|²)/√N, so that slow modes do not outgrow the others and the kernel's energy Σ_l K[l]² is
 *     about 1 for any N. The first factor is LRU's γ (Orvieto et al. 2023, arXiv 2303.06349,
 *     section 3.4), kept in step with Λ as it learns.
 * @param shortConv {@code short_conv}: taps of a causal convolution of each channel by itself,
 *     before the norm of the state space's input; 0 is off. As in H3 (Dao et al. 2022, arXiv
 *     2212.14052) and Mamba (Gu and Dao 2023, arXiv 2312.00752, section 3.4), which have 4 taps.
 * @param steps {@code step_groups, step_ratio}: steps of groups of channels. A mode's input is
 *     scaled by its channel's step, as in S4 and DSS, unless it has a γ
 */
@AutoService(MixerConfig.class)
public record GssConfig(
    int stateSize,
    int kernelDim,
    boolean lambdaImagExp,
    StateSpaceInit init,
    boolean learnedStep,
    boolean normalizeInput,
    int shortConv,
    ChannelSteps steps)
    implements MixerConfig {

  /** The published package's defaults: N 512, H 256, exponential. */
  public static final GssConfig PUBLISHED = new GssConfig();

  /** The key of H, which a state space on all D channels does not have. */
  static final String CHANNELS = "dss_kernel_H";

  private static final int MOST_TAPS = 64;

  /** Checks the sizes. */
  public GssConfig {
    Checks.atLeast(1, "dss_kernel_N", stateSize);
    Checks.atLeast(1, CHANNELS, kernelDim);
    Checks.that(
        init.slowModes() <= stateSize,
        "slow_modes",
        init.slowModes(),
        "at most dss_kernel_N, " + stateSize);
    Checks.that(
        !normalizeInput || init.slowModes() == 0,
        "normalize_input",
        true,
        "false with init two_scale, which scales the input of its slow modes itself");
    Checks.that(
        shortConv == 0 || (shortConv >= 2 && shortConv <= MOST_TAPS),
        "short_conv",
        shortConv,
        "0 (off), or 2 to " + MOST_TAPS + " taps");
    steps.checkChannels(kernelDim);
  }

  /** As the published package has it by default. */
  public GssConfig() {
    this(512, 256, true);
  }

  /** With one step of 1 for all channels. */
  public GssConfig(
      int stateSize,
      int kernelDim,
      boolean lambdaImagExp,
      StateSpaceInit init,
      boolean learnedStep,
      boolean normalizeInput,
      int shortConv) {
    this(
        stateSize,
        kernelDim,
        lambdaImagExp,
        init,
        learnedStep,
        normalizeInput,
        shortConv,
        ChannelSteps.ONE);
  }

  /** With the published package's behaviour in all else. */
  public GssConfig(int stateSize, int kernelDim, boolean lambdaImagExp) {
    this(stateSize, kernelDim, lambdaImagExp, StateSpaceInit.RANDOM, false, false, 0);
  }

  /** A copy with another start, step and normalisation. */
  public GssConfig with(StateSpaceInit newInit, boolean newLearnedStep, boolean newNormalizeInput) {
    return new GssConfig(
        stateSize,
        kernelDim,
        lambdaImagExp,
        newInit,
        newLearnedStep,
        newNormalizeInput,
        shortConv,
        steps);
  }

  /** The same with a short convolution of so many taps before it; 0 is off. */
  public GssConfig withShortConv(int taps) {
    return new GssConfig(
        stateSize, kernelDim, lambdaImagExp, init, learnedStep, normalizeInput, taps, steps);
  }

  /** The same with other steps of its channels. */
  public GssConfig with(ChannelSteps newSteps) {
    return new GssConfig(
        stateSize,
        kernelDim,
        lambdaImagExp,
        init,
        learnedStep,
        normalizeInput,
        shortConv,
        newSteps);
  }

  /** A copy with another number of modes and start. */
  private GssConfig withModes(int modes, StateSpaceInit newInit) {
    return new GssConfig(
        modes, kernelDim, lambdaImagExp, newInit, learnedStep, normalizeInput, shortConv, steps);
  }

  @Override
  public GssConfig inLayer(int number) {
    return withModes(stateSize, init.inLayer(number));
  }

  @Override
  public GssConfig withAddedModes(int count) {
    Checks.that(
        !normalizeInput,
        "normalize_input",
        true,
        "false: with it each mode's scale depends on how many there are, so that none can be"
            + " added");
    StateSpaceInit.TwoScale two =
        init instanceof StateSpaceInit.TwoScale given ? given : StateSpaceInit.TwoScale.of(1);
    return withModes(stateSize + count, two.withSlowModes(init.slowModes() + count).withSlowC(0));
  }

  @Override
  public String kind() {
    return "gss";
  }

  @Override
  public List<LayerOption> options() {
    return List.of(
        LayerOption.integer("dss_kernel_N", "N", "modes of the state space"),
        LayerOption.integer(CHANNELS, "H", "channels of the state space"),
        LayerOption.flag("dss_kernel_lambda_imag_exp", "whether phases are learned as logarithms"),
        LayerOption.text(
            "init", "random|long_range|two_scale", "how long the state space remembers at first"),
        LayerOption.number(
            "dt_min", "STEP", "long_range: the longest memory is 2/STEP tokens (default: 1e-4)"),
        LayerOption.number(
            "dt_max", "STEP", "long_range: the shortest memory is 2/STEP tokens (default: 1e-1)"),
        LayerOption.number(
            "max_phase",
            "RADIANS",
            "long_range, two_scale: the fastest turn a token (default: 0.314, 0.3)"),
        LayerOption.integer(
            "phase_grid",
            "TOKENS",
            "long_range: modes turn in step with rows of so many tokens; 0 is off"),
        LayerOption.integer(
            "slow_modes", "N", "two_scale: how many of the modes are slow (default: half)"),
        LayerOption.number(
            "tau_min", "TOKENS", "two_scale: the shortest memory of slow modes (default: 16)"),
        LayerOption.number(
            "tau_max", "TOKENS", "two_scale: the longest memory of slow modes (default: 4096)"),
        LayerOption.number(
            "slow_c", "SCALE", "two_scale: how loud slow modes are at first (default: 0)"),
        LayerOption.number(
            "tau_growth", "X", "two_scale: how much slower each layer is than the one before it"),
        LayerOption.flag("learned_step", "learn a step for each mode of the state space"),
        LayerOption.flag(
            "normalize_input", "keep slow modes of the state space from outgrowing the others"),
        LayerOption.integer(
            "short_conv", "TAPS", "a short convolution before the state space; 0 is off"),
        LayerOption.integer(
            ChannelSteps.GROUPS, "N", "groups of channels with a step of their own; 0 is off"),
        LayerOption.number(
            ChannelSteps.RATIO,
            "X",
            "how much smaller the step is in each group of the second half (default: 16)"));
  }

  @Override
  public GssConfig read(JsonFields fields) {
    return new GssConfig(
        fields.integer("dss_kernel_N", stateSize),
        fields.integer(CHANNELS, kernelDim),
        fields.flag("dss_kernel_lambda_imag_exp", lambdaImagExp),
        StateSpaceInit.read(fields, init, stateSize, fields.integer("dss_kernel_N", stateSize)),
        fields.flag("learned_step", learnedStep),
        fields.flag("normalize_input", normalizeInput),
        fields.integer("short_conv", shortConv),
        ChannelSteps.read(fields, steps));
  }

  @Override
  public void write(ObjectNode json) {
    json.put(CHANNELS, kernelDim);
    DssConfig.of(this).write(json);
  }

  @Override
  public String prefix() {
    return "dss";
  }

  @Override
  public int channels() {
    return kernelDim;
  }

  @Override
  public void shapes(ParameterShapes p) {
    if (shortConv > 0) {
      p.add("conv.weight", kernelDim, shortConv);
    }
    p.norm("norm", kernelDim);
    p.add("Lambda_real", stateSize);
    p.add("Lambda_imag", stateSize);
    p.add("C_real", kernelDim, stateSize);
    p.add("C_imag", kernelDim, stateSize);
    p.add("param_D", kernelDim);
    if (learnedStep) {
      p.add("log_step", stateSize);
    }
    if (steps.isOn()) {
      p.add("log_group_step", steps.groups());
    }
  }

  /** The N modes of each channel, complex, and what the short convolution looks back on. */
  @Override
  public long stateNumbers(long tokens) {
    return (long) kernelDim * (2L * stateSize + Math.max(0, shortConv - 1));
  }

  /** A complex product and a real part for each mode of each channel. */
  @Override
  public long mixing(long tokens) {
    return (long) kernelDim * (6L * stateSize + shortConv + 1);
  }
}
