package io.github.gss4j.reference;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.gss4j.checkpoint.Safetensors;
import io.github.gss4j.layers.Parameters;
import io.github.gss4j.ops.Tensors;
import io.github.gss4j.weights.TensorFiles;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;

/**
 * One file of the published package's exact numbers.
 *
 * <p>Cases are all {@code .safetensors} files in the directories that the system property {@code
 * gss.reference} names (separated as in a class path); by default the copy in the test resources.
 */
public record ReferenceCase(Safetensors file, String type, JsonNode config) {
  static final ObjectMapper JSON = new ObjectMapper();

  /** The directories to look in. */
  public static List<Path> directories() {
    String given = System.getProperty("gss.reference", "");
    if (given.isBlank()) {
      return List.of(Path.of("src/test/resources/reference"));
    }
    return Stream.of(given.split(File.pathSeparator, -1)).map(Path::of).toList();
  }

  /** All cases of layers and models; training runs have a test of their own. */
  public static List<ReferenceCase> all() {
    return directories().stream()
        .flatMap(ReferenceCase::files)
        .filter(f -> !f.metadata().containsKey("recipe"))
        .map(ReferenceCase::of)
        .toList();
  }

  private static Stream<Safetensors> files(Path directory) {
    try (Stream<Path> found = Files.list(directory)) {
      return found
          .filter(p -> p.toString().endsWith(".safetensors"))
          .sorted()
          .map(Safetensors::open)
          .toList()
          .stream();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static ReferenceCase of(Safetensors file) {
    try {
      return new ReferenceCase(
          file, file.metadata().get("class"), JSON.readTree(file.metadata().get("config")));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A tensor of the case. */
  public Tensor get(String name) {
    return TensorFiles.read(file.file(), name);
  }

  /** The case's parameters. */
  public Parameters.Source parameters() {
    return (name, init, shape) -> TensorFiles.read(file.file(), "param." + name);
  }

  /**
   * The largest difference from an expected tensor, as a share of that tensor's largest magnitude.
   */
  public double difference(Tensor found, String expectedName) {
    double[] expected = Tensors.toDoubles(get(expectedName));
    double[] values = Tensors.toDoubles(found);
    if (values.length != expected.length) {
      throw new AssertionError(
          expectedName + ": " + values.length + " values, expected " + expected.length);
    }
    double largest = 0;
    double difference = 0;
    for (int i = 0; i < expected.length; i++) {
      largest = Math.max(largest, Math.abs(expected[i]));
      double d = Math.abs(values[i] - expected[i]);
      difference = Double.isNaN(d) ? Double.POSITIVE_INFINITY : Math.max(difference, d);
    }
    return largest == 0 ? difference : difference / largest;
  }

  @Override
  public String toString() {
    return file.file().toString();
  }
}
