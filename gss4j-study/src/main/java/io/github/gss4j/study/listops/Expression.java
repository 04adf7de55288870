package io.github.gss4j.study.listops;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A digit, or an operation on some expressions.
 *
 * <pre>
 * expression → digit | operator expression expression … ]      operator → [MIN | [MAX | [MED | [SM
 * </pre>
 *
 * <p>Nangia and Bowman 2018 (arXiv 1804.06028), as the Long Range Arena draws it ({@code
 * lra_benchmarks/data/listops.py}).
 */
sealed interface Expression {
  /** The share of operations among what is drawn above the greatest depth. */
  double OPERATION_SHARE = 0.25;

  /** Its value, 0 to 9. */
  int value();

  /** How many digits, operators and closing brackets it is written with. */
  int length();

  /** As the arena's files have it, with a pair of parentheses about every two parts. */
  String text();

  /** A number from 0 to 9. */
  record Digit(int value) implements Expression {
    @Override
    public int length() {
      return 1;
    }

    @Override
    public String text() {
      return Integer.toString(value);
    }
  }

  /** What is done with arguments. */
  enum Operator {
    /** The least. */
    MIN,
    /** The greatest. */
    MAX,
    /** The median, rounded down. */
    MED,
    /** The sum modulo 10. */
    SM;

    int apply(int[] values) {
      int[] sorted = values.clone();
      Arrays.sort(sorted);
      int half = sorted.length / 2;
      return switch (this) {
        case MIN -> sorted[0];
        case MAX -> sorted[sorted.length - 1];
        case MED -> sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
        case SM -> Arrays.stream(sorted).sum() % 10;
      };
    }

    /** Its token. */
    String token() {
      return "[" + name();
    }
  }

  /** An operator and at least two arguments. */
  record Operation(Operator operator, List<Expression> arguments) implements Expression {
    @Override
    public int value() {
      return operator.apply(arguments.stream().mapToInt(Expression::value).toArray());
    }

    @Override
    public int length() {
      return 2 + arguments.stream().mapToInt(Expression::length).sum();
    }

    @Override
    public String text() {
      return "( ".repeat(arguments.size() + 1)
          + operator.token()
          + " "
          + arguments.stream().map(a -> a.text() + " ) ").collect(Collectors.joining())
          + "] )";
    }
  }

  /**
   * Draws one by lot.
   *
   * @param depth of this one, from 1
   * @param maxDepth at which only digits are drawn
   * @param maxArgs the most arguments of an operation
   */
  static Expression sample(int depth, int maxDepth, int maxArgs, SplittableRandom random) {
    if (depth >= maxDepth || random.nextDouble() > OPERATION_SHARE) {
      return new Digit(random.nextInt(10));
    }
    List<Expression> arguments =
        IntStream.range(0, random.nextInt(2, maxArgs + 1))
            .mapToObj(i -> sample(depth + 1, maxDepth, maxArgs, random))
            .toList();
    Operator[] operators = Operator.values();
    return new Operation(operators[random.nextInt(operators.length)], arguments);
  }
}
