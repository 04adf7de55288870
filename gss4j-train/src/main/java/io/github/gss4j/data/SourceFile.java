package io.github.gss4j.data;

import io.github.gss4j.files.LfsPointer;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/**
 * A file that is a member of a corpus, or holds members.
 *
 * @param name in the corpus; empty for a zip whose members stand for themselves
 * @param path its file
 * @param kind how it is read
 */
record SourceFile(String name, Path path, Kind kind) {
  private static final String GZIP_END = ".gz";

  /** How a file is read. */
  enum Kind {
    PLAIN,
    GZIP,
    ZIP;

    /** By the end of the name. */
    static Kind of(Path path) {
      String name = String.valueOf(path.getFileName()).toLowerCase(Locale.ROOT);
      if (name.endsWith(".zip") || name.endsWith(".jar")) {
        return ZIP;
      }
      return name.endsWith(GZIP_END) ? GZIP : PLAIN;
    }
  }

  /** The bytes of a member. */
  interface Content {
    /**
     * Opens it.
     *
     * @throws LeftOutException if there is no content to be had, though nothing is damaged
     */
    InputStream open() throws IOException;
  }

  /** A member without a content that can be had. */
  static final class LeftOutException extends IOException {
    private static final long serialVersionUID = 1L;
    private final SkippedFiles.Reason reason;

    LeftOutException(SkippedFiles.Reason reason) {
      super(reason.toString());
      this.reason = reason;
    }

    SkippedFiles.Reason reason() {
      return reason;
    }
  }

  /** One piece of text, or of what may be text. */
  interface Visitor {
    /**
     * Called for each member in turn.
     *
     * @param label the member's name in the corpus
     * @param ownName its path in what holds it, for globs
     * @param content to be read in this call or not at all
     */
    void visit(String label, String ownName, Content content) throws IOException;
  }

  private static InputStream empty() throws IOException {
    throw new LeftOutException(SkippedFiles.Reason.EMPTY);
  }

  private static InputStream pointer() throws IOException {
    throw new LeftOutException(SkippedFiles.Reason.POINTER);
  }

  /** Its name for globs, where it is one member: without the {@code .gz}. */
  String ownName() {
    return kind == Kind.GZIP ? name.substring(0, name.length() - GZIP_END.length()) : name;
  }

  /** Shows all members, sorted by name. */
  void visit(Visitor visitor) {
    try {
      if (kind != Kind.PLAIN && LfsPointer.is(path)) {
        visitor.visit(name, ownName(), SourceFile::pointer);
        return;
      }
      if (kind == Kind.ZIP && Files.size(path) == 0) {
        visitor.visit(path.getFileName().toString(), ownName(), SourceFile::empty);
        return;
      }
      switch (kind) {
        case PLAIN -> visitor.visit(name, ownName(), () -> Files.newInputStream(path));
        case GZIP ->
            visitor.visit(name, ownName(), () -> new GzipInput(Files.newInputStream(path)));
        case ZIP ->
            ZipMembers.visit(
                path,
                (member, content) ->
                    visitor.visit(name.isEmpty() ? member : name + "!/" + member, member, content));
      }
    } catch (IOException e) {
      throw DataException.of(path, "cannot be read", e);
    }
  }
}
