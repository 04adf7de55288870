package io.github.gss4j.data.documents;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.github.luben.zstd.ZstdOutputStream;
import io.github.gss4j.tokenizer.Gpt2Tokenizer;
import io.github.gss4j.tokenizer.Tokenizer;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import java.util.zip.GZIPOutputStream;

/** Makes shards of documents for tests. */
final class Shards {
  private static final ObjectMapper JSON = new ObjectMapper();

  private Shards() {}

  /** One token a character, and 1000 after each document, so that tokens tell what they are of. */
  record Letters() implements Tokenizer {
    static final int END = 1000;

    @Override
    public String name() {
      return "letters";
    }

    @Override
    public int size() {
      return END + 1;
    }

    @Override
    public int[] encode(String text) {
      return text.chars().toArray();
    }

    @Override
    public byte[] decode(int id) {
      return Character.toString(id).getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public OptionalInt endOfText() {
      return OptionalInt.of(END);
    }
  }

  static Tokenizer gpt2() {
    return new Gpt2Tokenizer();
  }

  static String line(String text) throws IOException {
    return JSON.writeValueAsString(Map.of("text", text, "url", "x")) + "\n";
  }

  static String lines(List<String> texts) throws IOException {
    StringBuilder lines = new StringBuilder();
    for (String text : texts) {
      lines.append(line(text));
    }
    return lines.toString();
  }

  /** Writes a shard, packed as its name says. */
  static Path write(Path file, String content) throws IOException {
    return write(file, content.getBytes(StandardCharsets.UTF_8));
  }

  /** A copy with any bytes. */
  static Path write(Path file, byte[] content) throws IOException {
    Files.createDirectories(file.getParent());
    String name = file.toString();
    try (OutputStream disk = Files.newOutputStream(file);
        OutputStream out =
            name.endsWith(".gz")
                ? new GZIPOutputStream(disk)
                : name.endsWith(".zst") ? new ZstdOutputStream(disk) : disk) {
      out.write(content);
    }
    return file;
  }

  /** Texts that tell their shard and number: {@code <3:17 ...>}. */
  static List<String> texts(int shard, int count, long seed) {
    SplittableRandom random = new SplittableRandom(seed + shard);
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      texts.add("<" + shard + ":" + i + " " + "x".repeat(random.nextInt(12)) + ">");
    }
    return texts;
  }

  /** Shards of such texts. */
  static DocumentSource source(Path directory, int shards, int each, long seed) throws IOException {
    List<DocumentShard> list = new ArrayList<>();
    for (int s = 0; s < shards; s++) {
      String name = "part-" + s + (s % 2 == 0 ? ".jsonl.gz" : ".jsonl");
      Path file = write(directory.resolve(name), lines(texts(s, each, seed)));
      list.add(new DocumentShard.OnDisk(name, file));
    }
    return new DocumentSource("test", list);
  }
}
