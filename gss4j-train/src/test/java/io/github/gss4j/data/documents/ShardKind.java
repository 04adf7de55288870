package io.github.gss4j.data.documents;

import io.github.gss4j.fuzz.FuzzKind;
import io.github.gss4j.fuzz.Mutations;
import io.github.gss4j.fuzz.Targets;
import io.github.gss4j.tokenizer.ByteTokenizer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/** Documents in lines of JSON, packed or not. As often as packed bytes, the lines are spoilt. */
public final class ShardKind implements FuzzKind {
  private Path out;
  private String lines;

  @Override
  public String name() {
    return "shards";
  }

  @Override
  public List<Path> prepare(Path home) throws IOException {
    out = home.resolve("prepared");
    lines = Shards.lines(Shards.texts(1, 40, 1));
    List<Path> shards = new ArrayList<>();
    for (String end : List.of(".jsonl", ".jsonl.gz", ".jsonl.zst")) {
      shards.add(Shards.write(home.resolve("broken-off" + end), lines));
      shards.add(Shards.write(home.resolve("whole" + end), lines));
    }
    return shards;
  }

  @Override
  public byte[] mutate(Path file, byte[] sound, Random random) throws IOException {
    if (random.nextBoolean()) {
      return Mutations.bytes(sound, random);
    }
    byte[] text = lines.getBytes(StandardCharsets.UTF_8);
    byte[] spoilt =
        random.nextBoolean() ? Mutations.json(text, random) : Mutations.bytes(text, random);
    return Files.readAllBytes(Shards.write(file, spoilt));
  }

  @Override
  public void read(Path target) throws IOException {
    boolean skipBroken = target.getFileName().toString().startsWith("broken-off");
    DocumentSource source =
        DocumentSource.parse(target.toString(), Optional.empty(), out, () -> null).orElseThrow();
    try {
      new Preparation(new ByteTokenizer(), 1, out, (shards, of, documents) -> {})
          .documents(source, Optional.empty(), new DocumentOptions("text", 0.3, skipBroken));
    } finally {
      Targets.delete(out);
    }
  }

  /** What unpacks zstd, for windows of up to 128 MB, lies in memory that is not touched. */
  @Override
  public long besidesBytes() {
    return 8L << 20;
  }
}
