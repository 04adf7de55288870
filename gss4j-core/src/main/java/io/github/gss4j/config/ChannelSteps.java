package io.github.gss4j.config;

/**
 * Steps of groups of channels: with them the channels of a state space, which share its modes,
 * remember for different times.
 *
 * <pre>
 * Λ of group g = Δ_g Λ      Δ_g = e^{log_group_step[g]}, learned
 * </pre>
 *
 * <p>S4 (Gu et al. 2021, arXiv 2111.00396), DSS and Mamba have a step a channel, GSS dropped it.
 * Modes that all channels share would need the powers of e^{ΔΛ} for every channel then; for a few
 * groups they are cheap.
 *
 * @param groups {@code step_groups}, a power of two; 0 is off, one step of 1 for all channels
 * @param ratio {@code step_ratio}: at first the step is 1 in the first half of the groups, and in
 *     each after them so many times smaller than in the one before
 */
public record ChannelSteps(int groups, double ratio) {
  /** One step of 1, as in the published package. */
  public static final ChannelSteps ONE = new ChannelSteps(0, 16);

  /** A group has a multiple of so many channels, which the engines compute at once. */
  public static final int UNIT = 32;

  /** A number of channels that any groups divide. */
  static final int ANY_CHANNELS = 64 * UNIT;

  static final String GROUPS = "step_groups";
  static final String RATIO = "step_ratio";

  /** Checks the ranges. */
  public ChannelSteps {
    Checks.that(
        groups == 0 || (groups >= 2 && groups <= 64 && Integer.bitCount(groups) == 1),
        GROUPS,
        groups,
        "0 (off), 2, 4, 8, 16, 32 or 64");
    Checks.that(ratio >= 1 && ratio <= 1e6, RATIO, ratio, "1 to 1e6");
  }

  static ChannelSteps read(JsonFields fields, ChannelSteps byDefault) {
    int groups = fields.integer(GROUPS, byDefault.groups);
    if (groups == 0 && fields.has(RATIO)) {
      throw new IllegalArgumentException(
          "'" + RATIO + "' is given, but " + GROUPS + " is 0, expected 2 or more groups");
    }
    return new ChannelSteps(groups, fields.number(RATIO, byDefault.ratio));
  }

  /** How many groups the channels are: 1 where it is off. */
  public int count() {
    return Math.max(1, groups);
  }

  /** Whether groups have steps of their own. */
  public boolean isOn() {
    return groups > 0;
  }

  /** The logarithm of a group's step at first. */
  public double firstLog(int group) {
    return -Math.log(ratio) * Math.max(0, group - groups / 2 + 1);
  }

  void checkChannels(int channels) {
    Checks.that(
        channels % (UNIT * count()) == 0 || !isOn(),
        GssConfig.CHANNELS,
        channels,
        "a multiple of " + UNIT + " channels for each of " + groups + " step_groups");
  }
}
