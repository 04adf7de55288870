package io.github.gss4j.serve.http;

import io.github.gss4j.serve.decode.DecodeLoop;
import io.github.gss4j.serve.decode.Meters;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/** What {@code /metrics} shows. */
public final class ServerMetrics implements Meters {
  private static final Duration[] FIRST_TOKEN =
      seconds(0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60);
  private static final Duration[] GAP = seconds(0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1);

  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final AtomicInteger open = new AtomicInteger();
  private final Counter read = counter("gss.tokens.read", "tokens of prompts that were read");
  private final Counter written = counter("gss.tokens.written", "tokens that were written");
  private final Counter cached =
      counter("gss.cache.tokens", "tokens of prompts that need not be read again");
  private final Counter hits = counter("gss.cache.hits", "prompts of which some was known");
  private final Counter misses = counter("gss.cache.misses", "prompts of which nothing was known");
  private final Timer firstToken =
      timer("gss.first.token", "from a request to its first token", FIRST_TOKEN);
  private final Timer gap = timer("gss.token.gap", "between two tokens of a text", GAP);

  ServerMetrics() {
    gauge("gss.requests.open", "requests that have not ended", open::get);
    new JvmMemoryMetrics().bindTo(registry);
    new JvmThreadMetrics().bindTo(registry);
    new ProcessorMetrics().bindTo(registry);
    new FileDescriptorMetrics().bindTo(registry);
    new UptimeMetrics().bindTo(registry);
  }

  private static Duration[] seconds(double... seconds) {
    Duration[] all = new Duration[seconds.length];
    for (int i = 0; i < all.length; i++) {
      all[i] = Duration.ofMillis(Math.round(seconds[i] * 1000));
    }
    return all;
  }

  private Counter counter(String name, String description) {
    return Counter.builder(name).description(description).register(registry);
  }

  private Timer timer(String name, String description, Duration[] buckets) {
    return Timer.builder(name)
        .description(description)
        .serviceLevelObjectives(buckets)
        .register(registry);
  }

  private void gauge(String name, String description, Supplier<Number> value) {
    Gauge.builder(name, value).description(description).register(registry);
  }

  /** Shows a decode thread's numbers. */
  void watch(DecodeLoop loop) {
    gauge("gss.queue", "texts that wait", loop::rowsWaiting);
    gauge("gss.rows", "texts that are read and written", loop::rowsInUse);
    gauge("gss.rows.max", "texts that can be read and written at once", loop::mostRows);
    gauge("gss.cache.bytes", "memory of prompts that were read before", loop::cacheBytes);
    gauge("gss.states.bytes", "memory of states that clients keep", loop::stateBytes);
  }

  void begun() {
    open.incrementAndGet();
  }

  /**
   * A request has ended.
   *
   * @param outcome its status, or {@code cancelled}
   */
  void ended(String route, String outcome) {
    open.decrementAndGet();
    Counter.builder("gss.requests")
        .description("requests that have ended")
        .tag("route", route)
        .tag("outcome", outcome)
        .register(registry)
        .increment();
  }

  int open() {
    return open.get();
  }

  void firstToken(long nanos) {
    firstToken.record(nanos, TimeUnit.NANOSECONDS);
  }

  void gap(long nanos) {
    gap.record(nanos, TimeUnit.NANOSECONDS);
  }

  @Override
  public void read(int tokens) {
    read.increment(tokens);
  }

  @Override
  public void written() {
    written.increment();
  }

  @Override
  public void prompt(int tokens, int cachedTokens) {
    (cachedTokens > 0 ? hits : misses).increment();
    cached.increment(cachedTokens);
  }

  /** All of it in Prometheus's form. */
  String text() {
    return registry.scrape();
  }
}
