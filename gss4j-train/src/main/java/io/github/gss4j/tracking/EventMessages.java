package io.github.gss4j.tracking;

import com.google.protobuf.CodedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * The protobuf messages of TensorFlow's {@code event.proto}, field by field as numbered there: the
 * few that TensorBoard needs.
 */
final class EventMessages {
  private static final int STATUS_START = 1;

  private EventMessages() {}

  /** Writes the fields of a message. */
  @FunctionalInterface
  interface Fields {
    void write(CodedOutputStream out) throws IOException;
  }

  /** A message, which may be a field of bytes in another. */
  static byte[] message(Fields fields) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    try {
      fields.write(out);
      out.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e); // memory takes every byte
    }
    return bytes.toByteArray();
  }

  /** {@code Event.file_version}, the first event of every file. */
  static byte[] version() {
    return message(
        out -> {
          out.writeDouble(1, now());
          out.writeString(3, "brain.Event:2");
        });
  }

  /** {@code Event.session_log}: what was seen from this step on is seen again. */
  static byte[] sessionStart(long step) {
    return message(
        out -> {
          out.writeDouble(1, now());
          out.writeInt64(2, step);
          out.writeByteArray(7, message(log -> log.writeEnum(1, STATUS_START)));
        });
  }

  /** {@code Event.summary}. */
  static byte[] event(long step, byte[] summary) {
    return message(
        out -> {
          out.writeDouble(1, now());
          out.writeInt64(2, step);
          out.writeByteArray(5, summary);
        });
  }

  private static double now() {
    return System.currentTimeMillis() / 1e3;
  }
}
