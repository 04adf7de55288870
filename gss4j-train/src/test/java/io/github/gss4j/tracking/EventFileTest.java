package io.github.gss4j.tracking;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Event files, read back by a parser of their own; TensorBoard's: check_tensorboard.py. */
class EventFileTest {
  @TempDir Path directory;

  /** A protobuf message's fields by number: numbers as bits, all else as bytes. */
  private static Map<Integer, List<Object>> fields(Object message) throws IOException {
    CodedInputStream in = CodedInputStream.newInstance((byte[]) message);
    Map<Integer, List<Object>> fields = new LinkedHashMap<>();
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      Object value =
          switch (WireFormat.getTagWireType(tag)) {
            case WireFormat.WIRETYPE_VARINT -> in.readInt64();
            case WireFormat.WIRETYPE_FIXED64 -> in.readDouble();
            case WireFormat.WIRETYPE_FIXED32 -> in.readFloat();
            default -> in.readByteArray();
          };
      fields.computeIfAbsent(WireFormat.getTagFieldNumber(tag), n -> new ArrayList<>()).add(value);
    }
    return fields;
  }

  private static Object only(Map<Integer, List<Object>> fields, int number) {
    assertThat(fields.get(number)).as("field %d", number).hasSize(1);
    return fields.get(number).get(0);
  }

  private static String text(Object bytes) {
    return new String((byte[]) bytes, StandardCharsets.UTF_8);
  }

  /** Records of a file, their checksums looked at bit by bit. */
  static List<byte[]> records(Path file) throws IOException {
    ByteBuffer in = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    List<byte[]> records = new ArrayList<>();
    while (in.hasRemaining()) {
      byte[] length = new byte[8];
      in.get(length);
      assertThat(in.getInt()).as("checksum of a length").isEqualTo(masked(length));
      long bytes = ByteBuffer.wrap(length).order(ByteOrder.LITTLE_ENDIAN).getLong();
      byte[] message = new byte[Math.toIntExact(bytes)];
      in.get(message);
      assertThat(in.getInt()).as("checksum of a message").isEqualTo(masked(message));
      records.add(message);
    }
    return records;
  }

  private static int masked(byte[] bytes) {
    int crc = ~0;
    for (byte b : bytes) {
      crc ^= b & 0xff;
      for (int i = 0; i < 8; i++) {
        crc = (crc >>> 1) ^ ((crc & 1) == 0 ? 0 : 0x82f63b78);
      }
    }
    crc = ~crc;
    return ((crc >>> 15) | (crc << 17)) + 0xa282ead8;
  }

  @Test
  void theChecksumIsThatOfThePublishedVector() {
    byte[] digits = "123456789".getBytes(StandardCharsets.US_ASCII);
    int crc = 0xe3069283; // CRC-32C's check value
    assertThat(EventFile.maskedCrc(digits))
        .isEqualTo(masked(digits))
        .isEqualTo(((crc >>> 15) | (crc << 17)) + 0xa282ead8);
  }

  @Test
  void everyKindOfValueComesBack() throws IOException {
    Histogram histogram = Histogram.even(-1, 1, 6, 0.5, 3, new double[] {1, 2, 3});
    byte[] png = KernelImage.png(ReportExample.kernels(1).get(0));
    Path file;
    try (EventFile events = EventFile.open(directory.resolve("new"), 0)) {
      file = events.file();
      events.add(7, new Summary().scalar("a/loss", 1.5).scalar("b", Double.NaN));
      events.add(8, new Summary().text("sample", "ä\n    code").histogram("h", histogram));
      events.add(9, new Summary().image("kernel", 720, 300, png));
      assertThat(records(file)).as("flushed as they come").hasSize(5);
    }
    List<byte[]> records = records(file);
    assertThat(text(only(fields(records.get(0)), 3))).isEqualTo("brain.Event:2");
    List<Object> scalars = values(records.get(2), 7);
    assertThat(text(only(fields(scalars.get(0)), 1))).isEqualTo("a/loss");
    assertThat(only(fields(scalars.get(0)), 2)).isEqualTo(1.5f);
    assertThat(only(fields(scalars.get(1)), 2)).isEqualTo(Float.NaN);

    List<Object> second = values(records.get(3), 8);
    Map<Integer, List<Object>> tensor = fields(only(fields(second.get(0)), 8));
    assertThat(only(tensor, 1)).isEqualTo(7L);
    assertThat(text(only(tensor, 8))).isEqualTo("ä\n    code");
    Object plugin = only(fields(only(fields(second.get(0)), 9)), 1);
    assertThat(text(only(fields(plugin), 1))).isEqualTo("text");
    Map<Integer, List<Object>> spread = fields(only(fields(second.get(1)), 5));
    assertThat(List.of(only(spread, 1), only(spread, 2), only(spread, 3), only(spread, 4)))
        .containsExactly(-1.0, 1.0, 6.0, 0.5);
    assertThat((byte[]) only(spread, 6)).hasSize(24);
    assertThat(ByteBuffer.wrap((byte[]) only(spread, 7)).order(ByteOrder.LITTLE_ENDIAN).getDouble())
        .isEqualTo(1.0);

    Map<Integer, List<Object>> image = fields(only(fields(values(records.get(4), 9).get(0)), 4));
    BufferedImage drawn = ImageIO.read(new ByteArrayInputStream((byte[]) only(image, 4)));
    assertThat(only(image, 1)).isEqualTo((long) drawn.getHeight()).isEqualTo(300L);
    assertThat(only(image, 2)).isEqualTo((long) drawn.getWidth()).isEqualTo(720L);
  }

  private static List<Object> values(byte[] record, long step) throws IOException {
    Map<Integer, List<Object>> event = fields(record);
    assertThat(only(event, 2)).isEqualTo(step);
    assertThat((double) only(event, 1)).isGreaterThan(1e9);
    return fields(only(event, 5)).get(1);
  }

  @Test
  void aRunGoneOnWithHasAFileThatComesAfterAndForgetsWhatIsDoneAgain() throws IOException {
    List<Path> files = new ArrayList<>();
    for (int resumedAt : new int[] {0, 0, 12}) {
      try (EventFile events = EventFile.open(directory, resumedAt)) {
        files.add(events.file());
      }
    }
    assertThat(files).doesNotHaveDuplicates().isSorted();
    Map<Integer, List<Object>> start = fields(records(files.get(2)).get(1));
    assertThat(only(start, 2)).isEqualTo(13L);
    assertThat(only(fields(only(start, 7)), 1)).as("START").isEqualTo(1L);
  }

  @Test
  void aKernelThatIsNotFiniteIsDrawnAsFarAsItIs() {
    double[][] kernels = {{1, Double.NaN, -1, Double.POSITIVE_INFINITY, 0}};
    KernelPicture picture =
        new KernelPicture("layer 0", kernels, new double[] {Double.NaN, -1}, new double[] {0, 1});
    assertThat(KernelImage.png(picture)).isNotEmpty();
  }
}
