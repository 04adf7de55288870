package io.github.gss4j.serve.http;

import io.github.gss4j.config.Checks;
import java.time.Duration;

/**
 * How long a server waits.
 *
 * @param body for a request's body
 * @param request for the end of a request
 * @param stall for a client that does not read
 * @param ping between signs of life on a silent stream
 * @param drain for open requests, once it is told to stop
 */
public record Timing(
    Duration body, Duration request, Duration stall, Duration ping, Duration drain) {
  /** A minute for bodies, an hour for requests, a minute for who does not read. */
  public static final Timing DEFAULT =
      new Timing(
          Duration.ofMinutes(1),
          Duration.ofHours(1),
          Duration.ofMinutes(1),
          Duration.ofSeconds(5),
          Duration.ofSeconds(20));

  /** Checks that all are positive. */
  public Timing {
    check("body-timeout", body);
    check("request-timeout", request);
    check("stall-timeout", stall);
    check("ping", ping);
    Checks.that(!drain.isNegative(), "drain", drain, "0 or more");
  }

  private static void check(String name, Duration value) {
    Checks.that(value.toMillis() >= 1, name, value, "at least 1 ms");
  }

  /** A copy with another time for bodies. */
  public Timing withBody(Duration time) {
    return new Timing(time, request, stall, ping, drain);
  }

  /** A copy with another time for requests. */
  public Timing withRequest(Duration time) {
    return new Timing(body, time, stall, ping, drain);
  }

  /** A copy with another time for who does not read. */
  public Timing withStall(Duration time) {
    return new Timing(body, request, time, ping, drain);
  }

  /** A copy with other times between signs of life. */
  public Timing withPing(Duration time) {
    return new Timing(body, request, stall, time, drain);
  }

  /** A copy with another time to drain. */
  public Timing withDrain(Duration time) {
    return new Timing(body, request, stall, ping, time);
  }
}
