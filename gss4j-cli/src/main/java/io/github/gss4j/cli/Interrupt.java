package io.github.gss4j.cli;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;

/**
 * Turns Ctrl-C and SIGTERM into a wish to stop: work that asks for it ends by itself, saves, and
 * the process ends with exit code 0.
 */
final class Interrupt implements BooleanSupplier, AutoCloseable {
  private final AtomicBoolean asked = new AtomicBoolean();
  private final CountDownLatch done = new CountDownLatch(1);
  private final Thread hook = new Thread(this::waitForEnd, "stop");

  Interrupt() {
    Runtime.getRuntime().addShutdownHook(hook);
  }

  private void waitForEnd() {
    asked.set(true);
    try {
      done.await();
      System.out.flush();
      System.err.flush();
      Runtime.getRuntime().halt(Gss.OK);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Whether somebody wants the work to stop. */
  @Override
  public boolean getAsBoolean() {
    return asked.get();
  }

  /** The work has ended, by itself or as it was asked to. */
  @Override
  public void close() {
    done.countDown();
    if (!asked.get()) {
      try {
        Runtime.getRuntime().removeShutdownHook(hook);
      } catch (IllegalStateException alreadyStopping) {
        asked.set(true);
      }
    }
  }
}
