package io.github.gss4j.study;

import io.github.gss4j.config.JsonFields;
import io.github.gss4j.config.training.TrainConfig;
import java.util.List;

/** How long a model of a study is trained: given in one of three ways. */
public sealed interface Budget {
  /**
   * The number of optimizer steps it pays for.
   *
   * @param config of the run
   * @param tokensPerSecond as measured in the sweep
   */
  long steps(TrainConfig config, double tokensPerSecond);

  /** A number of optimizer steps. */
  record Steps(long steps) implements Budget {
    @Override
    public long steps(TrainConfig config, double tokensPerSecond) {
      return steps;
    }
  }

  /** A number of tokens. */
  record Tokens(long tokens) implements Budget {
    @Override
    public long steps(TrainConfig config, double tokensPerSecond) {
      return Math.max(1, tokens / config.tokensPerStep());
    }
  }

  /** A number of seconds of training at the speed of the sweep: a faster model reads more. */
  record Seconds(double seconds) implements Budget {
    @Override
    public long steps(TrainConfig config, double tokensPerSecond) {
      return Math.max(1, (long) (seconds * tokensPerSecond / config.tokensPerStep()));
    }
  }

  /** Reads {@code {"steps": N}}, {@code {"tokens": N}} or {@code {"seconds": X}}. */
  static Budget read(JsonFields f) {
    List<String> given = List.of("steps", "tokens", "seconds").stream().filter(f::has).toList();
    if (given.size() != 1) {
      throw new IllegalArgumentException(
          "budget has " + given + ", expected one of steps, tokens and seconds");
    }
    f.refuseUnknown();
    double amount = f.number(given.get(0), 0);
    if (!(amount > 0)) {
      throw new IllegalArgumentException("budget is " + amount + ", expected more than 0");
    }
    return switch (given.get(0)) {
      case "steps" -> new Steps(f.integer64("steps", 0));
      case "tokens" -> new Tokens(f.integer64("tokens", 0));
      default -> new Seconds(amount);
    };
  }
}
