package io.github.gss4j.config;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Optional;

/**
 * The options of a diagonal state space without a gate, on all D channels. Its feed-forward part is
 * as wide as the gated space of other layers.
 *
 * @param stateSize {@code dss_kernel_N}, N
 * @param lambdaImagExp {@code dss_kernel_lambda_imag_exp}
 * @param init {@code init}
 * @param learnedStep {@code learned_step}
 * @param normalizeInput {@code normalize_input}
 * @param shortConv {@code short_conv}
 * @param steps {@code step_groups, step_ratio}
 * @see GssConfig
 */
public record DssConfig(
    int stateSize,
    boolean lambdaImagExp,
    StateSpaceInit init,
    boolean learnedStep,
    boolean normalizeInput,
    int shortConv,
    ChannelSteps steps)
    implements LayerConfig {
  /** The state space of the published GSS layer: N 512, exponential, random. */
  static final DssConfig PUBLISHED = of(GssConfig.PUBLISHED);

  /** Checks the size. */
  public DssConfig {
    new GssConfig(
        stateSize,
        ChannelSteps.ANY_CHANNELS,
        lambdaImagExp,
        init,
        learnedStep,
        normalizeInput,
        shortConv,
        steps);
  }

  /** The state space of a gated layer, without its gate. */
  public static DssConfig of(GssConfig dss) {
    return new DssConfig(
        dss.stateSize(),
        dss.lambdaImagExp(),
        dss.init(),
        dss.learnedStep(),
        dss.normalizeInput(),
        dss.shortConv(),
        dss.steps());
  }

  /** The state space in a model of that width. */
  public GssConfig at(int dim) {
    return new GssConfig(
        stateSize, dim, lambdaImagExp, init, learnedStep, normalizeInput, shortConv, steps);
  }

  private GssConfig any() {
    return at(ChannelSteps.ANY_CHANNELS);
  }

  @Override
  public DssConfig inLayer(int number) {
    return of(any().inLayer(number));
  }

  @Override
  public DssConfig withAddedModes(int count) {
    return of(any().withAddedModes(count));
  }

  @Override
  public String kind() {
    return "dss";
  }

  @Override
  public List<LayerOption> options() {
    return any().options().stream()
        .filter(option -> !option.key().equals(GssConfig.CHANNELS))
        .toList();
  }

  @Override
  public DssConfig read(JsonFields fields) {
    return of(any().read(fields));
  }

  @Override
  public void write(ObjectNode json) {
    json.put("dss_kernel_N", stateSize);
    json.put("dss_kernel_lambda_imag_exp", lambdaImagExp);
    init.write(json);
    json.put("learned_step", learnedStep);
    json.put("normalize_input", normalizeInput);
    if (shortConv > 0) { // a key that the published package and earlier versions do not know
      json.put("short_conv", shortConv);
    }
    if (steps.isOn()) {
      json.put(ChannelSteps.GROUPS, steps.groups()).put(ChannelSteps.RATIO, steps.ratio());
    }
  }

  @Override
  public Optional<MixerConfig> mixer(int dim) {
    return Optional.of(at(dim));
  }

  @Override
  public long stateNumbers(int dim, long tokens) {
    return at(dim).stateNumbers(tokens);
  }

  @Override
  public long mixing(int dim, long tokens) {
    return at(dim).mixing(tokens);
  }

  @Override
  public void shapes(ParameterShapes p, int dim, int innerDim) {
    at(dim).shapes(p.at("dss"));
    p.linearWithBias("to_out", dim, dim);
    p.feedForward(dim, innerDim);
  }
}
