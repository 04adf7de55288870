package io.github.gss4j.hub;

import java.io.IOException;
import java.net.http.HttpHeaders;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A server that answers 429 or 5xx: a later attempt may succeed. */
final class RetryableException extends IOException {
  private static final long serialVersionUID = 1L;

  /** {@code RateLimit: "api";r=0;t=55}, as the hub sends it: t seconds until the next request. */
  private static final Pattern RATE_LIMIT = Pattern.compile("\\bt\\s*=\\s*(\\d{1,9})\\b");

  private final transient Optional<Duration> retryAfter;

  RetryableException(int status, HttpHeaders headers) {
    super("the server answers " + status + (status == 429 ? " (too many requests)" : ""));
    this.retryAfter = retryAfter(headers);
  }

  /** How long the server asks to wait, if it says so. */
  Optional<Duration> retryAfter() {
    return retryAfter;
  }

  private static Optional<Duration> retryAfter(HttpHeaders headers) {
    Optional<String> value = headers.firstValue("Retry-After").map(String::strip);
    if (value.isPresent()) {
      return value.get().matches("\\d{1,9}")
          ? Optional.of(Duration.ofSeconds(Long.parseLong(value.get())))
          : headers.firstValue("Date").flatMap(now -> between(now, value.get()));
    }
    Matcher limit = RATE_LIMIT.matcher(headers.firstValue("RateLimit").orElse(""));
    return limit.find()
        ? Optional.of(Duration.ofSeconds(Long.parseLong(limit.group(1))))
        : Optional.empty();
  }

  /** Between two of the server's own times, as its clock may differ from ours. */
  private static Optional<Duration> between(String now, String then) {
    DateTimeFormatter format = DateTimeFormatter.RFC_1123_DATE_TIME;
    try {
      Duration wait =
          Duration.between(ZonedDateTime.parse(now, format), ZonedDateTime.parse(then, format));
      return Optional.of(wait.isNegative() ? Duration.ZERO : wait);
    } catch (DateTimeException noDate) {
      return Optional.empty();
    }
  }
}
