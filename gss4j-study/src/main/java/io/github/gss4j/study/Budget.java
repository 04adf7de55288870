package io.github.gss4j.study;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.gss4j.config.JsonFields;
import io.github.gss4j.config.training.TrainConfig;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How long a model of a study is trained: given in one of three ways. */
public sealed interface Budget {
  /** As it is given on the command line. */
  Pattern GIVEN = Pattern.compile("(steps|tokens|seconds)=(\\d+(?:\\.\\d+)?(?:[eE]\\d+)?)");

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

  /** Turns {@code steps=N}, {@code tokens=N} or {@code seconds=X} into what a file would have. */
  static ObjectNode parse(String text) {
    Matcher parts = GIVEN.matcher(text);
    if (!parts.matches()) {
      throw new IllegalArgumentException(
          "budget is '" + text + "', expected tokens=N, steps=N or seconds=X");
    }
    return JsonNodeFactory.instance
        .objectNode()
        .put(parts.group(1), Double.parseDouble(parts.group(2)));
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
