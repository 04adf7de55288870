package io.github.gss4j.data;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.ToLongFunction;

/**
 * What a joined corpus consists of: its {@code corpus.json}.
 *
 * @param format of this file
 * @param source where the text came from
 * @param heldOutFraction the share that was asked for
 * @param train the file to train on
 * @param heldOut the file that is held out
 * @param members in the order in which they were joined
 * @param leftOutMembers how many members of the source are not in it
 * @param leftOut which those are and why, in words
 */
record CorpusManifest(
    int format,
    String source,
    double heldOutFraction,
    Part train,
    Part heldOut,
    List<Member> members,
    long leftOutMembers,
    String leftOut) {
  static final int FORMAT = 3;
  private static final String FILE = "corpus.json";

  private static final JsonMapper STRICT =
      JsonMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  /** One file of joined text. */
  record Part(String file, long bytes, String sha256) {
    /** Checks that it is a file of the directory. */
    Part {
      if (bytes < 0 || !file.matches("[\\w.-]+")) {
        throw new IllegalArgumentException(
            "the file '" + file + "' of " + bytes + " bytes is none of a corpus");
      }
    }

    private boolean isWhole(Path home) throws IOException {
      return Files.size(home.resolve(file)) == bytes;
    }

    private TokenStore open(Path home, List<Long> documentEnds) {
      return MappedBytes.open(home.resolve(file), bytes, sha256, documentEnds);
    }
  }

  /** Reads the manifest of a corpus, or nothing if the corpus is not there and whole. */
  static Optional<CorpusManifest> ofWhole(Path home) {
    try {
      CorpusManifest read =
          STRICT.readValue(Files.readAllBytes(home.resolve(FILE)), CorpusManifest.class);
      return read != null
              && read.format == FORMAT
              && read.isSound()
              && read.train.isWhole(home)
              && read.heldOut.isWhole(home)
          ? Optional.of(read)
          : Optional.empty();
    } catch (IOException missingOrDamaged) {
      return Optional.empty();
    }
  }

  /** Whether the members make up the two parts. */
  private boolean isSound() {
    return members.stream().allMatch(m -> m.trainedBytes() >= 0 && m.heldOutBytes() >= 0)
        && members.stream().mapToLong(Member::trainedBytes).sum() == train.bytes
        && members.stream().mapToLong(Member::heldOutBytes).sum() == heldOut.bytes;
  }

  /** This, written. */
  CorpusManifest written(Path home) throws IOException {
    Files.write(
        home.resolve(FILE), STRICT.writerWithDefaultPrettyPrinter().writeValueAsBytes(this));
    return this;
  }

  /** Opens the corpus. */
  Corpus open(String name, Path home) {
    return new Corpus(
        name,
        train.open(home, ends(Member::trainedBytes)),
        heldOut.open(home, ends(Member::heldOutBytes)),
        Optional.empty(),
        heldOutNames(),
        leftOut);
  }

  /** Where members end that have a share in a part. */
  private List<Long> ends(ToLongFunction<Member> share) {
    List<Long> ends = new ArrayList<>();
    long end = 0;
    for (Member member : members) {
      long bytes = share.applyAsLong(member);
      end += bytes;
      if (bytes > 0) {
        ends.add(end);
      }
    }
    return ends;
  }

  private List<String> heldOutNames() {
    return members.stream().filter(m -> m.heldOutBytes() > 0).map(Member::heldOutName).toList();
  }

  /** As {@code "2,083 files, 19,676,534 bytes to train on, 1,036,670 held out"}. */
  String size() {
    return String.format(
        Locale.ROOT,
        "%,d %s, %,d bytes to train on, %,d held out",
        members.size(),
        members.size() == 1 ? "file" : "files",
        train.bytes,
        heldOut.bytes);
  }
}
