package io.github.gss4j.loss;

import io.github.gss4j.files.OneLine;
import java.nio.file.Path;

/** A cache of a teacher that cannot be used: says why, and what to do, in one line. */
public final class TeacherCacheException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  TeacherCacheException(Path file, String problem) {
    super(OneLine.of(file + ": " + problem));
  }

  TeacherCacheException(Path file, String problem, Throwable cause) {
    super(OneLine.of(file + ": " + problem + ": " + cause.getMessage()), cause);
  }
}
