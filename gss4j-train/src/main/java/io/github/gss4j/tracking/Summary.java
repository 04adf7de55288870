package io.github.gss4j.tracking;

import static io.github.gss4j.tracking.EventMessages.message;

import com.google.protobuf.CodedOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** What was seen at one step, value by value: TensorFlow's {@code summary.proto}. */
public final class Summary {
  private static final int DT_STRING = 7;
  private static final int RGB = 3;

  private final List<byte[]> values = new ArrayList<>();

  private Summary add(String tag, EventMessages.Fields content) {
    values.add(
        message(
            value -> {
              value.writeString(1, tag);
              content.write(value);
            }));
    return this;
  }

  /** A number, in float32. */
  public Summary scalar(String tag, double number) {
    return add(tag, value -> value.writeFloat(2, (float) number));
  }

  /** An image in PNG's form. */
  public Summary image(String tag, int width, int height, byte[] png) {
    byte[] image =
        message(
            out -> {
              out.writeInt32(1, height);
              out.writeInt32(2, width);
              out.writeInt32(3, RGB);
              out.writeByteArray(4, png);
            });
    return add(tag, value -> value.writeByteArray(4, image));
  }

  /** How values spread. */
  public Summary histogram(String tag, Histogram histogram) {
    byte[] content =
        message(
            out -> {
              out.writeDouble(1, histogram.min());
              out.writeDouble(2, histogram.max());
              out.writeDouble(3, (double) histogram.count());
              out.writeDouble(4, histogram.sum());
              out.writeDouble(5, histogram.sumSquares());
              doubles(out, 6, histogram.limits());
              doubles(out, 7, histogram.counts());
            });
    return add(tag, value -> value.writeByteArray(5, content));
  }

  private static void doubles(CodedOutputStream out, int field, List<Double> numbers)
      throws IOException {
    byte[] packed =
        message(
            list -> {
              for (double number : numbers) {
                list.writeDoubleNoTag(number);
              }
            });
    out.writeByteArray(field, packed);
  }

  /** A text in Markdown, for TensorBoard's text plugin. */
  public Summary text(String tag, String markdown) {
    byte[] tensor =
        message(
            out -> {
              out.writeEnum(1, DT_STRING);
              out.writeByteArray(2, new byte[0]); // a shape of no dimensions: one text
              out.writeByteArray(8, markdown.getBytes(StandardCharsets.UTF_8));
            });
    byte[] plugin = message(out -> out.writeString(1, "text"));
    byte[] metadata = message(out -> out.writeByteArray(1, plugin));
    return add(
        tag,
        value -> {
          value.writeByteArray(8, tensor);
          value.writeByteArray(9, metadata);
        });
  }

  byte[] bytes() {
    return message(
        out -> {
          for (byte[] value : values) {
            out.writeByteArray(1, value);
          }
        });
  }
}
