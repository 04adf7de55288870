package io.github.gss4j.cli.bench;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.gss4j.checkpoint.StoredModel;
import io.github.gss4j.cli.options.JsonFile;
import io.github.gss4j.engine.InferenceModel;
import io.github.gss4j.ops.Tensors;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.StreamSupport;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** How fast this machine reads: the bounds that loading and decoding are held against. */
final class ReadSpeed {
  private static final long FLOATS = 1L << 27;
  private static final int CHUNK = 8 << 20;

  private ReadSpeed() {}

  /** The files that hold a model's weights. */
  static List<Path> files(StoredModel model) throws IOException {
    if (!model.file().toString().endsWith(".json")) {
      return List.of(model.file());
    }
    JsonNode index = JsonFile.read(model.file()).path("weight_map");
    return StreamSupport.stream(index.spliterator(), false)
        .map(JsonNode::asText)
        .distinct()
        .map(model.file()::resolveSibling)
        .toList();
  }

  /** How many bytes files have. */
  static long bytes(List<Path> files) throws IOException {
    long bytes = 0;
    for (Path file : files) {
      bytes += Files.size(file);
    }
    return bytes;
  }

  /** Seconds that plain reading of files takes. */
  static double seconds(List<Path> files) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocateDirect(CHUNK);
    long start = System.nanoTime();
    for (Path file : files) {
      try (FileChannel channel = FileChannel.open(file)) {
        int read = 0;
        while (read >= 0) {
          read = channel.read(buffer.clear());
        }
      }
    }
    return (System.nanoTime() - start) / 1e9;
  }

  /** Bytes a second at which a sum reads half a gigabyte of memory: the best of five. */
  static double bandwidth() {
    double best = 0;
    try (PointerScope scope = new PointerScope()) {
      Tensor large = ones();
      for (int i = 0; i < 5; i++) {
        long start = System.nanoTime();
        Tensors.value(large.sum());
        best = Math.max(best, 4e9 * FLOATS / (System.nanoTime() - start));
      }
    }
    return best;
  }

  private static Tensor ones() {
    return torch.ones(new long[] {FLOATS}, Tensors.onCpu(ScalarType.Float));
  }

  /** Bytes of weights that a token reads: of an embedding that is not tied, it reads one row. */
  static long bytesAToken(InferenceModel model, String dtype) {
    int embedded =
        switch (dtype) {
          case "float64" -> Double.BYTES;
          case "float32" -> Float.BYTES;
          default -> Short.BYTES; // in 8 bits too
        };
    long embedding = (long) model.config().numTokens() * model.config().dim() * embedded;
    return model.bytes() - (model.config().tieEmbeddings() ? 0 : embedding);
  }

  /** Bytes a second, read and written together, of a copy of half a gigabyte: the best of five. */
  static double copyBandwidth() {
    double best = 0;
    try (PointerScope scope = new PointerScope()) {
      Tensor from = ones();
      Tensor to = ones();
      for (int i = 0; i < 5; i++) {
        long start = System.nanoTime();
        to.copy_(from);
        best = Math.max(best, 8e9 * FLOATS / (System.nanoTime() - start));
      }
    }
    return best;
  }
}
