package io.github.gss4j.cli.terminal;

import java.io.PrintWriter;

/** What the program's exit code says. */
public final class ExitCode {
  /** All went well. */
  public static final int OK = 0;

  /** The work failed. */
  public static final int FAILED = 1;

  /** What was asked for makes no sense. */
  public static final int USAGE = 2;

  private ExitCode() {}

  /** The exit code of a measured loss: NaN and infinity are failures. */
  public static int ofLoss(double loss, PrintWriter err) {
    if (Double.isFinite(loss)) {
      return OK;
    }
    err.println("gss: the loss is " + loss + ", expected a number: the model has diverged");
    err.flush();
    return FAILED;
  }
}
