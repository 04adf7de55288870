package io.github.gss4j.data;

import java.io.BufferedInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;

/**
 * A file that is a member of a corpus, or holds members.
 *
 * @param name in the corpus; empty for a zip whose members stand for themselves
 * @param path where it lies
 * @param kind how it is read
 */
record SourceFile(String name, Path path, Kind kind) {
  private static final int BUFFER_BYTES = 1 << 16;

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
      return name.endsWith(".gz") ? GZIP : PLAIN;
    }
  }

  /** One piece of text, or of what may be text. */
  interface Visitor {
    /**
     * Called for each member in turn.
     *
     * @param label the member's name in the corpus
     * @param ownName its path in what holds it, for globs
     * @param bytes its content, to be read in this call or not at all
     */
    void visit(String label, String ownName, InputStream bytes) throws IOException;
  }

  /** Shows all members, sorted by name. */
  void visit(Visitor visitor) {
    try {
      switch (kind) {
        case PLAIN -> visitPlain(visitor);
        case GZIP -> visitGzip(visitor);
        case ZIP -> visitZip(visitor);
      }
    } catch (IOException e) {
      throw DataException.of(path, "cannot be read", e);
    }
  }

  private void visitPlain(Visitor visitor) throws IOException {
    try (InputStream in = Files.newInputStream(path)) {
      visitor.visit(name, name, in);
    }
  }

  private void visitGzip(Visitor visitor) throws IOException {
    try (InputStream packed = new BufferedInputStream(Files.newInputStream(path), BUFFER_BYTES);
        InputStream in = new GZIPInputStream(packed, BUFFER_BYTES)) {
      visitor.visit(name, name.substring(0, name.length() - ".gz".length()), in);
    }
  }

  private void visitZip(Visitor visitor) throws IOException {
    try (ZipFile zip = new ZipFile(path.toFile())) {
      List<? extends ZipEntry> entries =
          zip.stream()
              .filter(entry -> !entry.isDirectory())
              .sorted(Comparator.comparing(ZipEntry::getName))
              .toList();
      for (ZipEntry entry : entries) {
        String member = entry.getName().replaceAll("\\p{Cntrl}", "?"); // it will stand in a line
        try (InputStream in = new Checked(zip.getInputStream(entry), entry)) {
          visitor.visit(name.isEmpty() ? member : name + "!/" + member, member, in);
        }
      }
    }
  }

  /** A zip member whose checksum is compared at its end, which the JDK does not do. */
  private static final class Checked extends FilterInputStream {
    private final ZipEntry entry;

    Checked(InputStream in, ZipEntry entry) {
      super(new CheckedInputStream(in, new CRC32()));
      this.entry = entry;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      int n = super.read(into, offset, length);
      if (n < 0
          && entry.getCrc() >= 0
          && entry.getCrc() != ((CheckedInputStream) in).getChecksum().getValue()) {
        throw new ZipException("member " + entry.getName() + " is damaged (wrong checksum)");
      }
      return n;
    }
  }
}
