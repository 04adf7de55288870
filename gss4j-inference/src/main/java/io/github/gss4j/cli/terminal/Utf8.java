package io.github.gss4j.cli.terminal;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/** Text comes in and goes out as UTF-8, whatever the locale is. */
public final class Utf8 {
  private static final char LOST = '\ufffd';

  private Utf8() {}

  /** Makes standard output and standard error write UTF-8. */
  public static void write() {
    System.setOut(stream(FileDescriptor.out));
    System.setErr(stream(FileDescriptor.err));
  }

  private static PrintStream stream(FileDescriptor descriptor) {
    return new PrintStream(new FileOutputStream(descriptor), true, StandardCharsets.UTF_8);
  }

  /**
   * Checks that no letter of an argument was lost: Java reads arguments in the locale's charset.
   *
   * @throws IllegalArgumentException if any was
   */
  public static void check(String[] args) {
    check(System.getProperty("sun.jnu.encoding", "UTF-8"), args);
  }

  static void check(String charset, String[] args) {
    boolean undecodable = String.join("", args).indexOf(LOST) >= 0;
    if (undecodable && !charset.equalsIgnoreCase("UTF-8")) {
      throw new IllegalArgumentException(
          "an argument cannot be read in the locale's charset, "
              + charset
              + ": expected UTF-8, start with LC_ALL=C.UTF-8");
    }
  }
}
