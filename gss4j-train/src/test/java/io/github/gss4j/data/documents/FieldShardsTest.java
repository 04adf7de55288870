package io.github.gss4j.data.documents;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.gss4j.data.DataException;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Shards as other tools write them. */
class FieldShardsTest {
  private static final DocumentOptions STRICT = new DocumentOptions("text", 0.2, false);
  private static final DocumentOptions SKIP = new DocumentOptions("text", 0.2, true);

  private final ExecutorService threads = Executors.newFixedThreadPool(1);
  @TempDir Path dir;

  @AfterEach
  void stop() {
    threads.shutdownNow();
  }

  private static Path field(String name) {
    try {
      return Path.of(FieldShardsTest.class.getResource("/field/" + name).toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  private record Read(long documents, List<String> broken, Optional<String> brokenOff) {}

  private Read read(Path file, DocumentOptions options) {
    DocumentShard shard = new DocumentShard.OnDisk(file.getFileName().toString(), file);
    RowEncoder encoder = new RowEncoder(new Shards.Letters(), options, true, true);
    long documents = 0;
    List<String> broken = new ArrayList<>();
    try (ShardRows rows = new ShardRows(shard, encoder, threads, row -> true)) {
      for (Optional<EncodedRow> row = rows.next(); row.isPresent(); row = rows.next()) {
        if (row.get() instanceof EncodedRow.Broken bad) {
          broken.add(bad.row() + " " + bad.reason());
        } else {
          documents++;
        }
      }
      return new Read(documents, broken, rows.broken());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"plain.jsonl.gz", "zeros.jsonl.gz"})
  void zerosBetweenGzipMembersAreSkipped(String name) {
    assertThat(read(field(name), STRICT)).isEqualTo(new Read(200, List.of(), Optional.empty()));
  }

  @Test
  void whatFollowsAGzipMemberIsNotDropped() {
    Path file = field("garbage.jsonl.gz");
    assertThatThrownBy(() -> read(file, STRICT))
        .isInstanceOf(DataException.class)
        .hasMessage(
            "garbage.jsonl.gz: is broken after row 100 (bytes that are not gzip follow member 1):"
                + " download it again, or leave out what comes after a break with --skip-broken");
    assertThat(read(file, SKIP))
        .isEqualTo(
            new Read(
                100,
                List.of(),
                Optional.of("broken after row 100: bytes that are not gzip follow member 1")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"a.jsonl", "a.jsonl.gz", "a.json.zst"})
  void aPartOfNoBytesHoldsNoDocuments(String name) throws IOException {
    Path file = Files.createFile(dir.resolve(name));
    assertThat(read(file, STRICT)).isEqualTo(new Read(0, List.of(), Optional.empty()));
  }

  @Test
  void aPartOfNoBytesIsPreparedAmongOthers() {
    DocumentSource source =
        DocumentSource.parse(field("empty-part").toString(), Optional.empty(), dir, () -> null)
            .orElseThrow();
    PreparedCorpus made =
        new Preparation(new Shards.Letters(), 1, dir.resolve("out"), (s, of, d) -> {})
            .documents(source, Optional.empty(), STRICT);
    assertThat(made.shards().stream().map(ShardFacts::documents)).containsExactly(40L, 0L);
    assertThat(made.brokenShards()).isZero();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aLargeZstdWindowIsNamedAndNotTakenForABreak(boolean skipBroken) {
    Path file = field("window-256mb.jsonl.zst");
    DocumentOptions usual = new DocumentOptions("text", 0.2, skipBroken);
    assertThatThrownBy(() -> read(file, usual))
        .isInstanceOf(DataException.class)
        .hasMessage(
            file
                + ": needs a window of 268435456 bytes to be unpacked, more than the 134217728"
                + " allowed: allow it with --zstd-long 28, which takes as much memory");
    assertThat(read(file, new DocumentOptions("text", 0.2, skipBroken, 28)))
        .isEqualTo(new Read(40, List.of(), Optional.empty()));
  }

  @Test
  void aLargeZstdWindowOfALaterFrameIsNamed() throws IOException {
    byte[] first = Files.readAllBytes(Shards.write(dir.resolve("s.jsonl.zst"), Shards.line("a")));
    byte[] second = Files.readAllBytes(field("window-256mb.jsonl.zst"));
    Path file = dir.resolve("t.jsonl.zst");
    Files.write(file, concat(first, second));
    assertThatThrownBy(() -> read(file, STRICT))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("needs a window of 268435456 bytes");
  }

  private static byte[] concat(byte[] a, byte[] b) {
    byte[] all = Arrays.copyOf(a, a.length + b.length);
    System.arraycopy(b, 0, all, a.length, b.length);
    return all;
  }

  @ParameterizedTest
  @ValueSource(strings = {"a.jsonl", "a.jsonl.gz", "a.json.zst"})
  void aPointerOfGitLfsIsNoShard(String name) throws IOException {
    Path file =
        Files.writeString(
            dir.resolve(name), "version https://git-lfs.github.com/spec/v1\nsize 7\n");
    assertThatThrownBy(() -> read(file, SKIP))
        .isInstanceOf(DataException.class)
        .hasMessageStartingWith(name + ": is a Git LFS pointer")
        .hasMessageContaining("run git lfs pull");
  }

  @Test
  void rowsWithNanInAnotherFieldAreRead() {
    assertThat(read(field("nan.jsonl"), STRICT))
        .isEqualTo(new Read(40, List.of(), Optional.empty()));
  }

  @Test
  void halfASurrogatePairIsABrokenRow() throws IOException {
    Path file =
        Files.writeString(
            dir.resolve("h.jsonl"),
            "{\"text\":\"a\\ud83d\"}\n{\"a\":\"\\ud83d\",\"text\":\"\\ud83d\\ude00\"}\n",
            StandardCharsets.UTF_8);
    assertThat(read(file, STRICT))
        .isEqualTo(
            new Read(1, List.of("1 has half of a surrogate pair in its text"), Optional.empty()));
  }
}
