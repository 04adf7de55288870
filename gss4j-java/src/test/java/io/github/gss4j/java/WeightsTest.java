package io.github.gss4j.java;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.github.gss4j.checkpoint.Safetensors;
import io.github.gss4j.checkpoint.TensorData;
import io.github.gss4j.checkpoint.TensorSource;
import io.github.gss4j.checkpoint.TensorType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

class WeightsTest {
  private static final int ROWS = 40;
  private static final int WIDTH = 3;

  @TempDir private Path directory;

  /** Of zeros but for some values at its beginning. */
  private record Doubles(List<Double> first) implements TensorData {
    @Override
    public TensorType dtype() {
      return TensorType.F64;
    }

    @Override
    public List<Long> shape() {
      return List.of((long) ROWS, (long) WIDTH);
    }

    @Override
    public void forEachPart(Part action) throws IOException {
      ByteBuffer bytes =
          ByteBuffer.allocate(ROWS * WIDTH * Double.BYTES).order(ByteOrder.LITTLE_ENDIAN);
      first.forEach(bytes::putDouble);
      action.use(bytes.clear());
    }
  }

  private List<String> warnings(Weights.Dtype dtype, Consumer<Weights> reading, Double... first)
      throws IOException {
    Path file = directory.resolve("model.safetensors");
    Safetensors.write(file, Map.of("x.weight", new Doubles(List.of(first))), Map.of());
    ListAppender<ILoggingEvent> log = new ListAppender<>();
    Logger logger = (Logger) LoggerFactory.getLogger(Weights.class);
    log.start();
    logger.addAppender(log);
    try {
      reading.accept(new Weights(TensorSource.open(file), dtype));
    } finally {
      logger.detachAppender(log);
    }
    return log.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
  }

  @Test
  void valuesThatBecomeInfiniteAreToldFromThoseThatAre() throws IOException {
    assertThat(
            warnings(
                Weights.Dtype.FLOAT32, w -> w.matrix("x"), 1e300, -1e300, 3.4e38, Double.NaN, 1.0))
        .satisfiesExactly(
            one -> assertThat(one).contains("'x.weight' holds 1 values that are NaN or infinite"),
            two -> assertThat(two).contains("'x.weight': 2 of 120 values are too large for F32"));
  }

  @Test
  void valuesThatBecomeInfiniteInHalfTheBitsAreCounted() throws IOException {
    assertThat(warnings(Weights.Dtype.BFLOAT16, w -> w.matrix("x"), 3.4e38, 3.38e38))
        .singleElement()
        .asString()
        .contains("'x.weight': 1 of 120 values are too large for BF16");
    assertThat(warnings(Weights.Dtype.BFLOAT16, w -> w.embedding("x.weight"), 3.4e38, 3.38e38))
        .singleElement()
        .asString()
        .contains("'x.weight': 1 of 120 values are too large for BF16");
  }

  @Test
  void finiteValuesAreNotWarnedOf() throws IOException {
    assertThat(warnings(Weights.Dtype.FLOAT32, w -> w.floats("x.weight"), 3.4e38, -3.4e38, 1e-40))
        .isEmpty();
  }
}
