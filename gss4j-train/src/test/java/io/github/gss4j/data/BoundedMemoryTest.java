package io.github.gss4j.data;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.gss4j.data.documents.DocumentOptions;
import io.github.gss4j.data.documents.DocumentSource;
import io.github.gss4j.data.documents.Preparation;
import io.github.gss4j.tokenizer.ByteAlphabet;
import io.github.gss4j.tokenizer.Tokenizer;
import io.github.gss4j.tokenizer.Tokenizers;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One line without end and a million lines take the same memory, in a process of a small heap. */
class BoundedMemoryTest {
  private static final int BYTES = 6 << 20; // in one piece, more than the heap for a tokenizer.json
  private static final long MOST_RESIDENT_KB = 700_000;

  @TempDir Path directory;

  @Test
  void anyTextIsEncodedInASmallHeap() throws Exception {
    StringBuilder line = new StringBuilder();
    StringBuilder lines = new StringBuilder();
    StringBuilder documents = new StringBuilder();
    for (int i = 0; line.length() < BYTES; i++) {
      line.append("{'id': ").append(i * 7919 % 1000).append(", '世': 'ä'}, ");
    }
    for (int i = 0; i < 1_000_000; i++) {
      lines.append(i % 100).append("\r\n");
    }
    for (int i = 0; i < 20_000; i++) {
      documents.append("{\"text\":\"document ").append(i).append("\"}\n");
    }
    documents.append("{\"text\":\"").append(line).append("\"}\n");
    Files.writeString(directory.resolve("line.txt"), line);
    Files.writeString(directory.resolve("lines.txt"), lines);
    Files.writeString(directory.resolve("documents.jsonl"), documents);
    Files.writeString(directory.resolve("tokenizer.json"), tokenizer());
    assertThat(peakKilobytes()).isLessThan(MOST_RESIDENT_KB);
  }

  /** Pairs of bytes. */
  private static String tokenizer() throws IOException {
    ObjectMapper json = new ObjectMapper();
    ObjectNode root = json.createObjectNode();
    ObjectNode level = json.createObjectNode().put("type", "ByteLevel");
    level.put("add_prefix_space", false).put("trim_offsets", false).put("use_regex", true);
    root.set("pre_tokenizer", level);
    root.set("decoder", level);
    ObjectNode model = root.putObject("model").put("type", "BPE");
    ObjectNode vocabulary = model.putObject("vocab");
    for (int letter : new TreeSet<>(ByteAlphabet.characters())) {
      vocabulary.put(Character.toString(letter), vocabulary.size());
    }
    vocabulary.put("id", vocabulary.size());
    model.putArray("merges").add("i d");
    return json.writeValueAsString(root);
  }

  private long peakKilobytes() throws IOException, InterruptedException {
    List<String> command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx256m",
            "-XX:+UseSerialGC",
            "-cp",
            System.getProperty("java.class.path"),
            BoundedMemoryTest.class.getName(),
            directory.toString());
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).isZero();
    return Long.parseLong(out.strip());
  }

  /** Encodes and prepares the texts of a directory, and prints the most memory that it took. */
  public static void main(String[] args) throws IOException {
    Path directory = Path.of(args[0]);
    for (String spec : List.of("bytes", "gpt2", directory.resolve("tokenizer.json").toString())) {
      try (Tokenizer tokenizer = Tokenizers.open(spec)) {
        for (String name : List.of("line.txt", "lines.txt")) {
          Path file = directory.resolve(name);
          try (TokenStore bytes = MappedBytes.open(file, 0, Files.size(file))) {
            EncodedText.encode(bytes, tokenizer, 2, directory.resolve("ids"), true);
          }
        }
        Path out = directory.resolve("prepared-" + tokenizer.name());
        DocumentSource documents =
            DocumentSource.parse(
                    directory.resolve("documents.jsonl").toString(),
                    Optional.empty(),
                    out,
                    () -> null)
                .orElseThrow();
        new Preparation(tokenizer, 2, out, (shards, of, read) -> {})
            .documents(documents, Optional.empty(), new DocumentOptions("text", 0.1, false));
      }
    }
    String peak =
        Files.readAllLines(Path.of("/proc/self/status")).stream()
            .filter(status -> status.startsWith("VmHWM:"))
            .findFirst()
            .orElseThrow();
    System.out.println(peak.replaceAll("\\D", ""));
  }
}
