package io.github.gss4j.files;

import java.nio.file.Path;
import java.util.Locale;
import java.util.regex.Pattern;

/** What Windows' file systems refuse that others allow. */
public final class WindowsFiles {
  private static final Pattern REFUSED = Pattern.compile("[<>:\"/\\\\|?*\\x00-\\x1f]|[. ]$");
  private static final Pattern DEVICES =
      Pattern.compile("(con|prn|aux|nul|com[1-9]|lpt[1-9])(\\..*)?");

  private WindowsFiles() {}

  /** Whether a path lies on such a file system. */
  public static boolean hold(Path path) {
    return path.getFileSystem().getSeparator().equals("\\");
  }

  /** Whether the name, without a directory, can be no file's there. */
  public static boolean refuse(String name) {
    return REFUSED.matcher(name).find() || DEVICES.matcher(name.toLowerCase(Locale.ROOT)).matches();
  }

  /** A name that can be a file's everywhere, the same where it already is. */
  public static String nameFor(String name) {
    String plain = REFUSED.matcher(name).replaceAll("_");
    return plain.isEmpty() || refuse(plain) ? "_" + plain : plain;
  }
}
