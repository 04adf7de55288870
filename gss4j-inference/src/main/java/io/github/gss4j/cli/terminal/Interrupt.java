package io.github.gss4j.cli.terminal;

import java.util.concurrent.CountDownLatch;
import java.util.function.BooleanSupplier;

/**
 * Turns Ctrl-C and SIGTERM into a wish to stop, while a {@link #flag()} is open: the work ends by
 * itself, saves, and the process ends with the exit code of its command.
 */
public final class Interrupt {
  private final CountDownLatch ended = new CountDownLatch(1);
  private volatile boolean asked;
  private volatile int exitCode;

  /** Ends the process: at once, or through the hook that a signal has begun. */
  public void exit(int code) {
    exitCode = code;
    ended.countDown();
    System.exit(code);
  }

  /** From now until it is closed, a signal does not end the process but asks it to stop. */
  public Flag flag() {
    return new Flag();
  }

  /** Whether the user wants the work to stop. */
  public final class Flag implements BooleanSupplier, AutoCloseable {
    private final Thread hook = new Thread(this::waitForEnd, "stop");

    private Flag() {
      Runtime.getRuntime().addShutdownHook(hook);
    }

    private void waitForEnd() {
      asked = true;
      try {
        ended.await();
        System.out.flush();
        System.err.flush();
        Runtime.getRuntime().halt(exitCode);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    @Override
    public boolean getAsBoolean() {
      return asked;
    }

    /** The work has ended: signals end the process again, unless one has come. */
    @Override
    public void close() {
      try {
        Runtime.getRuntime().removeShutdownHook(hook);
      } catch (IllegalStateException stopping) {
        asked = true; // the hook waits for the exit code
      }
    }
  }
}
