package io.github.gss4j.mlflow;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.mlflow.api.proto.Service.Metric;

/** Metrics that wait to be sent: the newest, where there are more than memory should hold. */
final class PendingMetrics {
  private final int most;
  private final Deque<Metric> metrics = new ArrayDeque<>();
  private long dropped;

  PendingMetrics(int most) {
    this.most = most;
  }

  synchronized void add(List<Metric> more) {
    metrics.addAll(more);
    while (metrics.size() > most) {
      metrics.removeFirst();
      dropped++;
    }
  }

  /** Takes the oldest away. */
  synchronized List<Metric> take(int count) {
    List<Metric> taken = new ArrayList<>();
    while (taken.size() < count && !metrics.isEmpty()) {
      taken.add(metrics.removeFirst());
    }
    return taken;
  }

  /** Puts back what could not be sent; as many newer ones have come, as many of it are dropped. */
  synchronized void putBack(List<Metric> unsent) {
    for (int i = unsent.size() - 1; i >= 0; i--) {
      if (metrics.size() == most) {
        dropped++;
      } else {
        metrics.addFirst(unsent.get(i));
      }
    }
  }

  /** How many were dropped, counted from here on again. */
  synchronized long dropped() {
    long count = dropped;
    dropped = 0;
    return count;
  }
}
