package io.github.gss4j.optim;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.gss4j.config.Checks;
import io.github.gss4j.config.JsonFields;
import io.github.gss4j.files.OneLine;
import java.util.Set;

/**
 * How the learning rate comes down from its peak after the warm-up.
 *
 * <pre>
 * rate = peak · (final + (1 − final) · left)        left: 1 at the peak, 0 at the end
 * </pre>
 */
public sealed interface Decay {
  /**
   * How much of the way down is left.
   *
   * @param done steps since the warm-up's end, at least 1
   * @param total steps of the run after the warm-up
   * @return 1 at the peak, 0 at the end
   */
  double left(long done, long total);

  /** {@code final_lr}, the lowest rate as a share of the peak. */
  double finalLr();

  /** Its name under {@code schedule}. */
  String name();

  /** Half a cosine down to the end of the run (Loshchilov and Hutter 2017, without restarts). */
  record Cosine(double finalLr) implements Decay {
    /** Checks the share. */
    public Cosine {
      checkShare(finalLr);
    }

    @Override
    public double left(long done, long total) {
      return halfCosine(done, total);
    }

    @Override
    public String name() {
      return "cosine";
    }
  }

  /** A straight line down to the end of the run. */
  record Linear(double finalLr) implements Decay {
    /** Checks the share. */
    public Linear {
      checkShare(finalLr);
    }

    @Override
    public double left(long done, long total) {
      return 1 - (double) done / total;
    }

    @Override
    public String name() {
      return "linear";
    }
  }

  /** The peak to the end. */
  record Constant() implements Decay {
    @Override
    public double left(long done, long total) {
      return 1;
    }

    @Override
    public double finalLr() {
      return 1;
    }

    @Override
    public String name() {
      return "constant";
    }
  }

  /**
   * Half a cosine again and again, each from the peak (SGDR, Loshchilov and Hutter 2017, eq. 5).
   *
   * @param finalLr the share that each cycle comes down to
   * @param every {@code restart_every}, steps of the first cycle (T₀)
   * @param growth {@code restart_growth}, how many times longer each cycle is than the one before
   *     (T_mult)
   */
  record WarmRestarts(double finalLr, long every, int growth) implements Decay {
    /** Checks the ranges. */
    public WarmRestarts {
      checkShare(finalLr);
      Checks.that(every >= 1, "restart_every", every, "the steps of the first cycle, at least 1");
      Checks.that(growth >= 1, "restart_growth", growth, "at least 1");
    }

    @Override
    public double left(long done, long total) {
      long cycle = every;
      long within = done;
      while (within >= cycle && growth > 1) {
        within -= cycle;
        cycle *= growth;
      }
      return halfCosine(within % cycle, cycle);
    }

    @Override
    public String name() {
      return "restarts";
    }
  }

  /** The keys that go with one kind of schedule, and not with others. */
  static Set<String> settings(String name) {
    return switch (name) {
      case "constant" -> Set.of();
      case "restarts" -> Set.of("final_lr", "restart_every", "restart_growth");
      default -> Set.of("final_lr");
    };
  }

  /**
   * Reads {@code schedule} and what goes with it.
   *
   * @param byDefault what holds where a key is missing
   */
  static Decay from(JsonFields f, Decay byDefault) {
    String name = f.text("schedule", byDefault.name());
    double usual = byDefault instanceof Constant ? 0 : byDefault.finalLr();
    return switch (name) {
      case "cosine" -> new Cosine(f.number("final_lr", usual));
      case "linear" -> new Linear(f.number("final_lr", usual));
      case "constant" -> {
        refuse(f, "final_lr", name);
        yield new Constant();
      }
      case "restarts" -> {
        WarmRestarts before = byDefault instanceof WarmRestarts r ? r : null;
        yield new WarmRestarts(
            f.number("final_lr", usual),
            f.integer64("restart_every", before == null ? 0 : before.every()),
            f.integer("restart_growth", before == null ? 1 : before.growth()));
      }
      default ->
          throw new IllegalArgumentException(
              OneLine.of(
                  "schedule is '" + name + "', expected cosine, linear, constant or restarts"));
    };
  }

  /** Writes {@code schedule} and what goes with it. */
  default void putInto(ObjectNode json) {
    json.put("schedule", name());
    if (!(this instanceof Constant)) {
      json.put("final_lr", finalLr());
    }
    if (this instanceof WarmRestarts restarts) {
      json.put("restart_every", restarts.every()).put("restart_growth", restarts.growth());
    }
  }

  private static void refuse(JsonFields f, String key, String schedule) {
    String expected = "nothing: it does not go with schedule " + schedule;
    Checks.that(!f.has(key), key, f.number(key, 0), expected);
  }

  private static void checkShare(double finalLr) {
    Checks.that(finalLr >= 0 && finalLr <= 1, "final_lr", finalLr, "a share, 0 to 1");
  }

  private static double halfCosine(long done, long total) {
    return 0.5 * (1 + Math.cos(Math.PI * done / total));
  }
}
