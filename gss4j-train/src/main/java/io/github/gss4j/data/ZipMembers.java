package io.github.gss4j.data;

import io.github.gss4j.files.OneLine;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipFile;

/**
 * The members of a zip file, sorted by name.
 *
 * <p>A name that is UTF-8 is read so, whatever its flag says; any other is read in code page 437,
 * as Python's {@code zipfile} does, so that no name keeps a member from being read.
 */
final class ZipMembers {
  private static final Charset CP437 = Charset.forName("IBM437");

  private ZipMembers() {}

  private record Named(String name, ZipArchiveEntry entry) {}

  /** Told of each member in turn. */
  interface Visitor {
    void visit(String name, SourceFile.Content content) throws IOException;
  }

  static void visit(Path file, Visitor visitor) throws IOException {
    try (ZipFile zip = ZipFile.builder().setPath(file).setIgnoreLocalFileHeader(true).get()) {
      List<Named> members = new ArrayList<>();
      for (ZipArchiveEntry entry : Collections.list(zip.getEntries())) {
        if (!entry.isDirectory()) {
          members.add(new Named(name(entry), entry));
        }
      }
      members.sort(Comparator.comparing(Named::name));
      for (Named member : members) {
        visitor.visit(OneLine.of(member.name()), () -> open(zip, member));
      }
    }
  }

  private static String name(ZipArchiveEntry entry) {
    if (entry.getNameSource() == ZipArchiveEntry.NameSource.UNICODE_EXTRA_FIELD) {
      return entry.getName();
    }
    byte[] raw = entry.getRawName();
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(raw)).toString();
    } catch (CharacterCodingException otherCharacters) {
      return new String(raw, CP437);
    }
  }

  private static InputStream open(ZipFile zip, Named member) throws IOException {
    if (!zip.canReadEntryData(member.entry())) {
      throw new SourceFile.LeftOutException(SkippedFiles.Reason.SEALED);
    }
    return new Checked(zip.getInputStream(member.entry()), member);
  }

  /** A member whose checksum is compared at its end. */
  private static final class Checked extends FilterInputStream {
    private final Named member;

    Checked(InputStream in, Named member) {
      super(new CheckedInputStream(in, new CRC32()));
      this.member = member;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      int n;
      try {
        n = super.read(into, offset, length);
      } catch (IOException e) {
        throw damaged(DataException.reason(e), e);
      }
      ZipEntry entry = member.entry();
      if (n < 0 && entry.getCrc() != ((CheckedInputStream) in).getChecksum().getValue()) {
        throw damaged("wrong checksum", null);
      }
      return n;
    }

    private ZipException damaged(String how, IOException cause) {
      ZipException damaged =
          new ZipException("member " + member.name() + " is damaged (" + how + ")");
      damaged.initCause(cause);
      return damaged;
    }
  }
}
