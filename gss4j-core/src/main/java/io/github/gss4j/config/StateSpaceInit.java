package io.github.gss4j.config;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/** How long the modes of a new state space remember, and how fast they turn: {@code init}. */
public sealed interface StateSpaceInit {
  /** As published. */
  StateSpaceInit RANDOM = new Random();

  /**
   * Time constants from 20 to 20,000 tokens and phases up to π/10: Δ as S4 and DSS need it on
   * Path-X, phases as LRU needs them there.
   */
  LongRange LONG_RANGE = new LongRange(1e-4, 1e-1, Math.PI / 10);

  /** As configurations write it. */
  String text();

  /** Adds {@code init} and the keys that go with it. */
  void write(ObjectNode json);

  /** The range that keys not given are taken from. */
  LongRange range();

  /** The one that is given, and the default where none is. */
  static StateSpaceInit read(JsonFields fields, StateSpaceInit byDefault) {
    String init = fields.text("init", byDefault.text());
    if (init.equals(RANDOM.text())) {
      for (String key : List.of("dt_min", "dt_max", "max_phase")) {
        if (fields.has(key)) {
          throw new IllegalArgumentException(
              "'" + key + "' is given, but init is random, expected it with init long_range only");
        }
      }
      return RANDOM;
    } else if (!init.equals(LONG_RANGE.text())) {
      throw new IllegalArgumentException("init is '" + init + "', expected random or long_range");
    }
    LongRange range = byDefault.range();
    return new LongRange(
        fields.number("dt_min", range.dtMin),
        fields.number("dt_max", range.dtMax),
        fields.number("max_phase", range.maxPhase));
  }

  /** As published: standard normal logarithms, which remember about 20 tokens. */
  record Random() implements StateSpaceInit {
    @Override
    public String text() {
      return "random";
    }

    @Override
    public void write(ObjectNode json) {
      json.put("init", text());
    }

    @Override
    public LongRange range() {
      return LONG_RANGE;
    }
  }

  /**
   * Modes that remember for a chosen range of tokens.
   *
   * <pre>
   * Re Λ = −Δ/2     Δ log-uniform in [dt_min, dt_max]: time constants of 2/dt_max to 2/dt_min tokens
   * Im Λ = θ        θ uniform in [0, max_phase], radians a token
   * </pre>
   *
   * <p>Decays as S4D's (Gu et al. 2022, arXiv 2206.11893), phases as LRU's (Orvieto et al. 2023,
   * arXiv 2303.06349, section 3.4). A mode of phase θ sees 2π/θ tokens as one turn: an image read
   * row by row wants 2π/θ down to a row's pixels and below, a long text hardly any phase at all.
   *
   * @param dtMin {@code dt_min}
   * @param dtMax {@code dt_max}
   * @param maxPhase {@code max_phase}
   */
  record LongRange(double dtMin, double dtMax, double maxPhase) implements StateSpaceInit {
    /** Below it, phases have no logarithm worth learning. */
    public static final double LEAST_PHASE = 1e-6;

    /** Checks the ranges. */
    public LongRange {
      if (!(dtMin > 0 && dtMin <= dtMax && dtMax <= 2)) {
        throw new IllegalArgumentException(
            "dt_min is " + dtMin + " and dt_max " + dtMax + ", expected 0 < dt_min <= dt_max <= 2");
      }
      if (!(maxPhase > LEAST_PHASE && maxPhase <= Math.PI)) {
        throw new IllegalArgumentException(
            "max_phase is " + maxPhase + ", expected more than " + LEAST_PHASE + ", at most π");
      }
    }

    @Override
    public String text() {
      return "long_range";
    }

    @Override
    public void write(ObjectNode json) {
      json.put("init", text()).put("dt_min", dtMin).put("dt_max", dtMax);
      json.put("max_phase", maxPhase);
    }

    @Override
    public LongRange range() {
      return this;
    }
  }
}
