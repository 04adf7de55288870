package io.github.gss4j.data;

import io.github.gss4j.files.Digests;
import io.github.gss4j.files.LfsPointer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads all files of a source once, to tell which members are text and how large they are. */
final class MemberScan {
  private static final int HEAD_BYTES = 1 << 12;

  private final Optional<Glob> glob;
  private final long maxUnpackedBytes;
  private final SkippedFiles leftOut;
  private final Map<String, Member> members = new LinkedHashMap<>();
  private final byte[] chunk = new byte[1 << 16];
  private long unpackedBytes;

  private MemberScan(Optional<Glob> glob, long maxUnpackedBytes, SkippedFiles leftOut) {
    this.glob = glob;
    this.maxUnpackedBytes = maxUnpackedBytes;
    this.leftOut = leftOut;
  }

  /**
   * The members that are text, in the order of their files, nothing held out yet.
   *
   * @param leftOut told of all others
   * @throws DataException if a file cannot be read or archives unpack to more than the limit
   */
  static List<Member> of(
      List<SourceFile> files, Optional<Glob> glob, long maxUnpackedBytes, SkippedFiles leftOut) {
    MemberScan scan = new MemberScan(glob, maxUnpackedBytes, leftOut);
    for (SourceFile file : files) {
      file.visit((label, ownName, content) -> scan.member(file, label, ownName, content));
    }
    return List.copyOf(scan.members.values());
  }

  private void member(SourceFile file, String label, String ownName, SourceFile.Content content)
      throws IOException {
    if (glob.isPresent() && !glob.get().matches(ownName)) {
      leftOut.add(SkippedFiles.Reason.GLOB, label);
    } else if (file.kind() == SourceFile.Kind.ZIP && isHidden(ownName)) {
      leftOut.add(SkippedFiles.Reason.HIDDEN, label);
    } else if (members.containsKey(label)) {
      leftOut.add(SkippedFiles.Reason.SAME_NAME, label);
    } else {
      text(file, label, content);
    }
  }

  private static boolean isHidden(String name) {
    return Arrays.stream(name.split("/", -1)).anyMatch(part -> part.matches("(?s)\\.(?!\\.?$).*"));
  }

  private void text(SourceFile file, String label, SourceFile.Content content) throws IOException {
    try (InputStream bytes = content.open()) {
      byte[] head = bytes.readNBytes(HEAD_BYTES);
      if (LfsPointer.is(head)) {
        leftOut.add(SkippedFiles.Reason.POINTER, label);
        return;
      }
      text(file, label, head, bytes)
          .ifPresentOrElse(
              member -> members.put(label, member),
              () -> leftOut.add(SkippedFiles.Reason.NOT_TEXT, label));
    } catch (SourceFile.LeftOutException e) {
      leftOut.add(e.reason(), label);
    } catch (IOException e) {
      if (file.kind() != SourceFile.Kind.PLAIN) {
        throw e; // damaged
      }
      leftOut.add(SkippedFiles.Reason.UNREADABLE, label);
    }
  }

  private Optional<Member> text(SourceFile file, String label, byte[] head, InputStream rest)
      throws IOException {
    Utf8Check check = new Utf8Check();
    MessageDigest digest = Digests.sha256();
    long size = 0;
    InputStream bytes = new SequenceInputStream(new ByteArrayInputStream(head), rest);
    for (int n; (n = bytes.read(chunk)) >= 0; size += n) {
      if (file.kind() != SourceFile.Kind.PLAIN) {
        countUnpacked(file, n);
      }
      if (!check.accept(chunk, n)) {
        return Optional.empty();
      }
      digest.update(chunk, 0, n);
    }
    return check.ends()
        ? Optional.of(new Member(label, size, Digests.hex(digest), 0))
        : Optional.empty();
  }

  private void countUnpacked(SourceFile file, int n) {
    unpackedBytes += n;
    if (unpackedBytes > maxUnpackedBytes) {
      throw new DataException(
          file.path(),
          "unpacks to more than the limit of "
              + maxUnpackedBytes
              + " bytes for all archives together: unpack it yourself if it is meant to");
    }
  }
}
