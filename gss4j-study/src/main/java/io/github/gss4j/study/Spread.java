package io.github.gss4j.study;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/**
 * A figure over seeds.
 *
 * @param mean of all
 * @param standardDeviation of the sample; null for a single one
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record Spread(double mean, @JsonProperty("standard_deviation") Double standardDeviation) {
  static <T> Spread of(List<T> seeds, ToDoubleFunction<T> figure) {
    double mean = seeds.stream().mapToDouble(figure).average().orElseThrow();
    double squares = seeds.stream().mapToDouble(figure).map(v -> (v - mean) * (v - mean)).sum();
    int count = seeds.size();
    return new Spread(mean, count == 1 ? null : Math.sqrt(squares / (count - 1)));
  }

  /** As in tables. */
  @Override
  public String toString() {
    if (Double.isNaN(mean)) {
      return "–";
    }
    return standardDeviation == null
        ? String.format(Locale.ROOT, "%.4f", mean)
        : String.format(Locale.ROOT, "%.4f ± %.4f", mean, standardDeviation);
  }
}
