package io.github.gss4j.weights;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.github.gss4j.checkpoint.TensorSource;
import io.github.gss4j.layers.Precision;
import io.github.gss4j.ops.Tensors;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.LoggerFactory;

/** Values as they are read, and what a dtype cannot hold of them. */
class TensorReaderTest {
  private static final Path CHECKPOINT =
      Path.of("src/test/resources/reference/pretrained_form/model.pt");

  @TempDir Path directory;
  private PointerScope scope;

  @BeforeEach
  void open() {
    scope = new PointerScope();
  }

  @AfterEach
  void close() {
    scope.close();
  }

  private Path write(Map<String, Tensor> all) throws IOException {
    Path file = directory.resolve("model.safetensors");
    TensorFiles.write(file, all, Map.of());
    return file;
  }

  @Test
  void partsOfALongTensorComeInPlace() throws IOException {
    Tensor large = torch.rand(1000, 3001); // three parts
    Path file = write(Map.of("x", large));
    for (ScalarType dtype : new ScalarType[] {ScalarType.Float, ScalarType.Double}) {
      TensorReader.Loaded read = new TensorReader(TensorSource.open(file)).read("x", dtype);
      assertThat(Tensors.value(read.tensor().sub(large).abs().max())).isZero();
      assertThat(read.nonFinite()).isZero();
    }
  }

  @Test
  void valuesThatAreNoNumbersAreCounted() throws IOException {
    Tensor large = torch.rand(1000, 3001);
    large.select(0, 7).narrow(0, 0, 2).fill_(new Scalar(Double.NaN));
    large.select(0, 999).narrow(0, 5, 1).fill_(new Scalar(Double.POSITIVE_INFINITY));
    TensorReader source = new TensorReader(TensorSource.open(write(Map.of("x", large))));
    assertThat(source.read("x", ScalarType.Float).nonFinite()).isEqualTo(3);
    assertThat(source.read("x", ScalarType.BFloat16).nonFinite()).isEqualTo(3);
  }

  @ParameterizedTest
  @CsvSource({
    "Float, Half, 70000, 1",
    "Float, Half, 65519, 0", // rounds to the largest there is
    "Float, Half, -65520, 1",
    "BFloat16, Half, 1e6, 1",
    "Int, Half, 70000, 1",
    "Float, BFloat16, 3.4e38, 1",
    "Float, BFloat16, 3.38e38, 0",
    "Double, Float, -1e300, 1",
    "Double, BFloat16, 1e39, 1",
    "Half, Float, 65504, 0",
  })
  void valuesThatBecomeInfiniteAreCounted(
      ScalarType from, ScalarType to, double value, long overflow) throws IOException {
    Tensor x = torch.zeros(1000, 7).to(from);
    x.select(0, 7).narrow(0, 3, 1).fill_(new Scalar(value));
    TensorReader source = new TensorReader(TensorSource.open(write(Map.of("x", x))));
    assertThat(source.read("x", to).overflow()).isEqualTo(overflow);
    assertThat(source.read("x", to).nonFinite()).isZero();
  }

  @Test
  void valuesThatBecomeInfiniteAreToldFromThoseThatAre() throws IOException {
    Tensor x = torch.zeros(1000, 7);
    x.select(0, 7).fill_(new Scalar(1e30));
    x.select(0, 8).narrow(0, 0, 2).fill_(new Scalar(Double.NaN));
    x.select(0, 9).narrow(0, 0, 3).fill_(new Scalar(Double.NEGATIVE_INFINITY));
    TensorReader.Loaded read =
        new TensorReader(TensorSource.open(write(Map.of("x", x)))).read("x", ScalarType.Half);
    assertThat(read.nonFinite()).isEqualTo(5);
    assertThat(read.overflow()).isEqualTo(7);
  }

  @Test
  void valuesThatBecomeInfiniteAreWarnedOfByName() throws IOException {
    Map<String, Tensor> tensors = TensorFiles.read(CHECKPOINT);
    tensors.get("net.layers.0.to_out.weight").fill_(new Scalar(3.4e38));
    write(tensors);
    ListAppender<ILoggingEvent> log = new ListAppender<>();
    Logger logger = (Logger) LoggerFactory.getLogger(TensorReader.class);
    log.start();
    logger.addAppender(log);
    try {
      PretrainedModel.load(directory, Precision.BFLOAT16, Tensors.device("cpu")).close();
    } finally {
      logger.detachAppender(log);
    }
    assertThat(log.list)
        .extracting(ILoggingEvent::getFormattedMessage)
        .singleElement()
        .asString()
        .contains("'layers.0.to_out.weight': 1024 of 1024 values are too large for BF16");
  }
}
