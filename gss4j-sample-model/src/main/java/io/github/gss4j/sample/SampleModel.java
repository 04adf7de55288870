package io.github.gss4j.sample;

import io.github.gss4j.files.AtomicFile;
import io.github.gss4j.files.Digests;
import io.github.gss4j.files.UserHome;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.List;

/**
 * {@code gss-java-3m}, a model that comes along, to try things with before one of your own is
 * trained: 3 million parameters, a byte a token, trained on Java source. Its card, {@code
 * README.md}, says what it learned from and how well it does.
 *
 * <pre>{@code
 * try (GssModel model = GssModel.load(SampleModel.directory())) { … }
 * }</pre>
 */
public final class SampleModel {
  /** Its name. */
  public static final String NAME = "gss-java-3m";

  private static final String WEIGHTS = "model.safetensors";
  private static final List<String> FILES = List.of("config.json", "README.md", WEIGHTS);

  private SampleModel() {}

  /**
   * The model's directory. Its files are copied out of the jar to the user's cache directory
   * ({@code GSS_CACHE}, else {@code ~/.cache/gss4j}) unless they are there.
   *
   * @throws UncheckedIOException if nothing can be written there
   */
  public static Path directory() {
    return directory(UserHome.cache(System.getenv()));
  }

  /** The same below another directory. */
  public static Path directory(Path cache) {
    try {
      MessageDigest digest = Digests.sha256();
      digest.update(read(WEIGHTS));
      String version = Digests.hex(digest).substring(0, 16);
      Path directory = cache.resolve("sample-" + version).resolve(NAME);
      for (String name : FILES) {
        copy(read(name), directory.resolve(name));
      }
      return directory;
    } catch (IOException e) {
      throw new UncheckedIOException("the sample model cannot be copied: " + e.getMessage(), e);
    }
  }

  private static void copy(byte[] content, Path file) throws IOException {
    if (!Files.isRegularFile(file) || !Arrays.equals(content, Files.readAllBytes(file))) {
      AtomicFile.write(file, content);
    }
  }

  private static byte[] read(String name) throws IOException {
    try (InputStream in = SampleModel.class.getResourceAsStream(name)) {
      return in.readAllBytes();
    }
  }
}
