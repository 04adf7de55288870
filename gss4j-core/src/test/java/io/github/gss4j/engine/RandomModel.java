package io.github.gss4j.engine;

import io.github.gss4j.checkpoint.ModelFiles;
import io.github.gss4j.checkpoint.Safetensors;
import io.github.gss4j.checkpoint.StoredModel;
import io.github.gss4j.checkpoint.TensorData;
import io.github.gss4j.checkpoint.TensorType;
import io.github.gss4j.config.ModelConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Models of random weights, as files that every engine reads. */
public final class RandomModel {
  private RandomModel() {}

  /** Writes a model in float32 into a new directory within another, and looks at it. */
  public static StoredModel write(ModelConfig config, long seed, Path within) {
    try {
      Path directory = Files.createTempDirectory(within, "model");
      Map<String, TensorData> tensors = new LinkedHashMap<>();
      Random random = new Random(seed);
      config.shapes().forEach((name, shape) -> tensors.put(name, tensor(name, shape, random)));
      Safetensors.write(directory.resolve(ModelFiles.WEIGHTS), tensors, Map.of());
      ModelFiles.saveConfig(config, directory);
      return StoredModel.open(directory);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static TensorData tensor(String name, List<Long> shape, Random random) {
    int count = Math.toIntExact(shape.stream().reduce(1L, (a, b) -> a * b));
    double scale = shape.size() == 2 && !name.contains("C_") ? 1 / Math.sqrt(shape.get(1)) : 1;
    double mean = name.endsWith("norm.weight") ? 1 : 0;
    ByteBuffer bytes = ByteBuffer.allocate(count * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < count; i++) {
      bytes.putFloat((float) (mean + scale * random.nextGaussian() * (mean == 1 ? 0.1 : 1)));
    }
    return new TensorData() {
      @Override
      public TensorType dtype() {
        return TensorType.F32;
      }

      @Override
      public List<Long> shape() {
        return shape;
      }

      @Override
      public void forEachPart(Part action) throws IOException {
        action.use(bytes.duplicate().flip());
      }
    };
  }
}
