package io.github.gss4j.config;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.gss4j.files.OneLine;
import java.util.List;
import java.util.Map;

/** How long the modes of a new state space remember, and how fast they turn: {@code init}. */
public sealed interface StateSpaceInit {
  /** As published. */
  StateSpaceInit RANDOM = new Random();

  /**
   * Time constants from 20 to 20,000 tokens and phases up to π/10: Δ as S4 and DSS need it on
   * Path-X, phases as LRU needs them there.
   */
  LongRange LONG_RANGE = new LongRange(1e-4, 1e-1, Math.PI / 10, 0);

  /** As configurations write it. */
  String text();

  /** Adds {@code init} and the keys that go with it. */
  void write(ObjectNode json);

  /** How many of the modes, the last ones, read their input scaled: see {@link TwoScale}. */
  int slowModes();

  /** The start of the layer of that number, from 0. */
  StateSpaceInit inLayer(int number);

  /**
   * The one that is given, and the default where none is.
   *
   * @param defaultModes N of the default, whose share of slow modes holds where nothing is said
   * @param modes N; half of them are slow where the default has none
   */
  static StateSpaceInit read(
      JsonFields fields, StateSpaceInit byDefault, int defaultModes, int modes) {
    String init = fields.text("init", byDefault.text());
    List<String> own =
        switch (init) {
          case "random" -> List.of();
          case "long_range" -> LongRange.KEYS;
          case "two_scale" -> TwoScale.KEYS;
          default ->
              throw new IllegalArgumentException(
                  OneLine.of("init is '" + init + "', expected random, long_range or two_scale"));
        };
    refuseOthers(fields, init, own);
    return switch (init) {
      case "long_range" -> LongRange.read(fields, byDefault);
      case "two_scale" -> TwoScale.read(fields, byDefault, defaultModes, modes);
      default -> RANDOM;
    };
  }

  private static void refuseOthers(JsonFields fields, String init, List<String> own) {
    Map<String, List<String>> all =
        Map.of("long_range", LongRange.KEYS, "two_scale", TwoScale.KEYS);
    all.values().stream()
        .flatMap(List::stream)
        .filter(key -> fields.has(key) && !own.contains(key))
        .findFirst()
        .ifPresent(
            key -> {
              List<String> those =
                  all.keySet().stream().filter(i -> all.get(i).contains(key)).sorted().toList();
              throw new IllegalArgumentException(
                  "'%s' is given, but init is %s, expected it with init %s only"
                      .formatted(key, init, String.join(" or ", those)));
            });
  }

  /** As published: standard normal logarithms, which remember about 20 tokens. */
  record Random() implements StateSpaceInit {
    @Override
    public int slowModes() {
      return 0;
    }

    @Override
    public Random inLayer(int number) {
      return this;
    }

    @Override
    public String text() {
      return "random";
    }

    @Override
    public void write(ObjectNode json) {
      json.put("init", text());
    }
  }

  /**
   * Modes that remember for a chosen range of tokens.
   *
   * <pre>
   * Re Λ = −Δ/2     Δ log-uniform in [dt_min, dt_max]: time constants of 2/dt_max to 2/dt_min tokens
   * Im Λ = θ        θ uniform in [0, max_phase], radians a token; with phase_grid W a multiple of 2π/W
   * </pre>
   *
   * <p>Decays as S4D's (Gu et al. 2022, arXiv 2206.11893), phases as LRU's (Orvieto et al. 2023,
   * arXiv 2303.06349, section 3.4). A mode of phase θ sees 2π/θ tokens as one turn: an image read
   * row by row wants 2π/θ down to a row's pixels and below, a long text hardly any phase at all.
   *
   * <p>Kernels that were learned on images turn in step with their rows (Amos et al. 2023, arXiv
   * 2310.02980): with the pixels of a row as {@code phase_grid} modes begin so.
   *
   * @param dtMin {@code dt_min}
   * @param dtMax {@code dt_max}
   * @param maxPhase {@code max_phase}
   * @param phaseGrid {@code phase_grid}, tokens; 0 for phases between
   */
  record LongRange(double dtMin, double dtMax, double maxPhase, int phaseGrid)
      implements StateSpaceInit {
    /** Below it, phases have no logarithm worth learning. */
    public static final double LEAST_PHASE = 1e-6;

    private static final List<String> KEYS = List.of("dt_min", "dt_max", "max_phase", "phase_grid");

    /** Phases anywhere in their range. */
    public LongRange(double dtMin, double dtMax, double maxPhase) {
      this(dtMin, dtMax, maxPhase, 0);
    }

    /** Checks the ranges. */
    public LongRange {
      Checks.that(
          dtMin > 0 && dtMin <= dtMax && dtMax <= 2,
          "dt_min",
          dtMin + " and dt_max " + dtMax,
          "0 < dt_min <= dt_max <= 2");
      checkPhase(maxPhase);
      Checks.that(phaseGrid == 0 || phaseGrid >= 2, "phase_grid", phaseGrid, "0 (off), 2 or more");
    }

    private static void checkPhase(double maxPhase) {
      Checks.that(
          maxPhase > LEAST_PHASE && maxPhase <= Math.PI,
          "max_phase",
          maxPhase,
          "more than " + LEAST_PHASE + ", at most π");
    }

    private static LongRange read(JsonFields fields, StateSpaceInit byDefault) {
      LongRange range = byDefault instanceof LongRange given ? given : LONG_RANGE;
      return new LongRange(
          fields.number("dt_min", range.dtMin),
          fields.number("dt_max", range.dtMax),
          fields.number("max_phase", range.maxPhase),
          fields.integer("phase_grid", range.phaseGrid));
    }

    @Override
    public int slowModes() {
      return 0;
    }

    @Override
    public LongRange inLayer(int number) {
      return this;
    }

    @Override
    public String text() {
      return "long_range";
    }

    @Override
    public void write(ObjectNode json) {
      json.put("init", text()).put("dt_min", dtMin).put("dt_max", dtMax);
      json.put("max_phase", maxPhase);
      if (phaseGrid > 0) { // a key that earlier versions do not know
        json.put("phase_grid", phaseGrid);
      }
    }
  }

  /**
   * Fast modes as published, and slow ones beside them that begin silent: at first the model is
   * that of the fast ones alone, and what the slow ones come to say is gain.
   *
   * <pre>
   * Re Λ = −1/τ         τ log-uniform in [tau_min, tau_max] tokens
   * Im Λ = 0 or θ       every other one; θ uniform in (0, max_phase], radians a token
   * C    = slow_c·(standard normal)
   * s ← e^Λ s + γu      γ = √(1 − |e^Λ|²), of the slow modes alone, kept in step with Λ as it learns
   * </pre>
   *
   * <p>The slow modes are the last {@code slow_modes} of the N. γ is LRU's (Orvieto et al. 2023,
   * arXiv 2303.06349, section 3.4): the state of a slow mode stays of the size of its input. That
   * text wants slow modes without a phase is what Mamba found (Gu and Dao 2023, arXiv 2312.00752,
   * section 4.6); that deeper layers are slower is RWKV's (Peng et al. 2023, arXiv 2305.13048).
   *
   * @param slowModes {@code slow_modes}
   * @param tauMin {@code tau_min}
   * @param tauMax {@code tau_max}
   * @param maxPhase {@code max_phase}
   * @param slowC {@code slow_c}
   * @param tauGrowth {@code tau_growth}: each layer's range is so many times the one's before
   */
  record TwoScale(
      int slowModes, double tauMin, double tauMax, double maxPhase, double slowC, double tauGrowth)
      implements StateSpaceInit {
    private static final List<String> KEYS =
        List.of("slow_modes", "tau_min", "tau_max", "max_phase", "slow_c", "tau_growth");

    /** Checks the ranges. */
    public TwoScale {
      Checks.that(slowModes >= 1, "slow_modes", slowModes, "1 to dss_kernel_N");
      Checks.that(
          tauMin >= 1 && tauMin <= tauMax && tauMax <= 1e9,
          "tau_min",
          tauMin + " and tau_max " + tauMax,
          "1 <= tau_min <= tau_max <= 1e9 tokens");
      LongRange.checkPhase(maxPhase);
      Checks.that(slowC >= 0, "slow_c", slowC, "0 or more");
      Checks.that(tauGrowth > 0 && tauGrowth <= 1e3, "tau_growth", tauGrowth, "above 0, to 1000");
    }

    /** So many silent slow modes that remember 16 to 4,096 tokens, in all layers alike. */
    public static TwoScale of(int slowModes) {
      return new TwoScale(slowModes, 16, 4096, 0.3, 0, 1);
    }

    private static TwoScale read(
        JsonFields fields, StateSpaceInit byDefault, int defaultModes, int modes) {
      TwoScale two = byDefault instanceof TwoScale given ? given : of(1);
      long slow = two == byDefault ? (long) modes * two.slowModes / defaultModes : modes / 2;
      return new TwoScale(
          fields.integer("slow_modes", (int) Math.max(1, slow)),
          fields.number("tau_min", two.tauMin),
          fields.number("tau_max", two.tauMax),
          fields.number("max_phase", two.maxPhase),
          fields.number("slow_c", two.slowC),
          fields.number("tau_growth", two.tauGrowth));
    }

    /** A copy with another number of slow modes. */
    TwoScale withSlowModes(int count) {
      return new TwoScale(count, tauMin, tauMax, maxPhase, slowC, tauGrowth);
    }

    /** A copy with time constants of another range. */
    public TwoScale withTau(double min, double max) {
      return new TwoScale(slowModes, min, max, maxPhase, slowC, tauGrowth);
    }

    /** A copy with slow modes as loud as that at first. */
    public TwoScale withSlowC(double scale) {
      return new TwoScale(slowModes, tauMin, tauMax, maxPhase, scale, tauGrowth);
    }

    @Override
    public TwoScale inLayer(int number) {
      double times = Math.pow(tauGrowth, number);
      return withTau(tauMin * times, tauMax * times);
    }

    @Override
    public String text() {
      return "two_scale";
    }

    @Override
    public void write(ObjectNode json) {
      json.put("init", text()).put("slow_modes", slowModes);
      json.put("tau_min", tauMin).put("tau_max", tauMax).put("max_phase", maxPhase);
      json.put("slow_c", slowC).put("tau_growth", tauGrowth);
    }
  }
}
