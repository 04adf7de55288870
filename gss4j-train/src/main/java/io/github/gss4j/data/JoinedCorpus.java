package io.github.gss4j.data;

import io.github.gss4j.files.Digests;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Many texts joined into one file to train on and one that is held out.
 *
 * <p>The two are with their {@code corpus.json} in a directory of the cache whose name is a digest
 * of all that they were made from (paths, sizes and times of the files, glob, share), so another
 * corpus has another directory. It is written aside and renamed: what is there is whole.
 *
 * @param name of the corpus
 * @param source for messages
 * @param files sorted by name
 * @param glob which members to take
 * @param leftOut what the listing of the files has left out
 */
record JoinedCorpus(
    String name, String source, List<SourceFile> files, Optional<Glob> glob, SkippedFiles leftOut) {
  private static final Logger LOG = LoggerFactory.getLogger(JoinedCorpus.class);

  /** Opens the corpus, making it where it is not in the cache; only what is made is told of. */
  Corpus open(Path cache, CorpusOptions options) {
    Path home = cache.resolve(name.replaceAll("[^\\w.-]", "_") + "-" + key(options));
    Optional<CorpusManifest> cached = CorpusManifest.ofWhole(home);
    CorpusManifest manifest = cached.orElseGet(() -> make(home, options));
    if (cached.isPresent()) {
      LOG.debug("{}: {} (from {})", source, manifest.size(), home);
    } else {
      String skipped = leftOut.isEmpty() ? "" : "; left out: " + leftOut.summary();
      LOG.info("{}: {}{} (now in {})", source, manifest.size(), skipped, home);
    }
    return manifest.open(name, home);
  }

  private String key(CorpusOptions options) {
    StringBuilder identity = new StringBuilder();
    identity.append(CorpusManifest.FORMAT).append('\n').append(options.heldOutFraction());
    identity.append('\n').append(glob.map(Glob::text)).append('\n');
    for (SourceFile file : files) {
      try {
        identity
            .append(file.name())
            .append('\n')
            .append(file.path().toAbsolutePath().normalize())
            .append('\n')
            .append(Files.size(file.path()))
            .append(' ')
            .append(Files.getLastModifiedTime(file.path()))
            .append('\n');
      } catch (IOException e) {
        throw DataException.of(file.path(), "cannot be read", e);
      }
    }
    return Digests.hex(identity.toString()).substring(0, 16);
  }

  private CorpusManifest make(Path home, CorpusOptions options) {
    List<Member> members =
        Split.of(textMembers(options.maxUnpackedBytes()), options.heldOutFraction());
    return AtomicDirectory.make(
        home, CorpusManifest::ofWhole, aside -> write(members, aside, options).written(aside));
  }

  private List<Member> textMembers(long maxUnpackedBytes) {
    List<Member> members = MemberScan.of(files, glob, maxUnpackedBytes, leftOut);
    long bytes = members.stream().mapToLong(Member::bytes).sum();
    if (bytes < 2) {
      throw new DataException(
          source
              + ": has "
              + bytes
              + " bytes of text in "
              + members.size()
              + " members, expected UTF-8 text"
              + (leftOut.isEmpty() ? "" : "; left out: " + leftOut));
    }
    return members;
  }

  private CorpusManifest write(List<Member> members, Path aside, CorpusOptions options)
      throws IOException {
    Map<String, Member> toWrite = new LinkedHashMap<>();
    members.forEach(m -> toWrite.put(m.name(), m));
    try (PartWriter train = new PartWriter(aside.resolve("train.bin"));
        PartWriter heldOut = new PartWriter(aside.resolve("held_out.bin"))) {
      for (SourceFile file : files) {
        file.visit(
            (label, ownName, content) -> {
              Member member = toWrite.remove(label);
              if (member != null) {
                try (InputStream bytes = content.open()) {
                  copy(member, bytes, train, heldOut, file.path());
                }
              }
            });
      }
      return new CorpusManifest(
          CorpusManifest.FORMAT,
          source,
          options.heldOutFraction(),
          train.finish(),
          heldOut.finish(),
          members,
          leftOut.count(),
          leftOut.toString());
    }
  }

  static void copy(
      Member member, InputStream bytes, PartWriter train, PartWriter heldOut, Path file)
      throws IOException {
    byte[] chunk = new byte[1 << 16];
    long at = 0;
    for (int n; (n = bytes.read(chunk)) >= 0; at += n) {
      int trained = (int) Math.max(0, Math.min(n, member.trainedBytes() - at));
      train.write(chunk, 0, trained);
      heldOut.write(chunk, trained, n - trained);
    }
    if (at != member.bytes()) {
      throw new DataException(
          file,
          member.name()
              + " had "
              + member.bytes()
              + " bytes and now has "
              + at
              + ": it was changed while it was read, try again");
    }
  }
}
