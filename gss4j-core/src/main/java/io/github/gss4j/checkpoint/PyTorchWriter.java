package io.github.gss4j.checkpoint;

import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Writes tensors as {@code torch.save} does: a zip archive of stored entries, aligned to 64. */
final class PyTorchWriter implements AutoCloseable {
  private static final String DIRECTORY = "archive/";
  private static final int ALIGNMENT = 64;
  private static final int LOCAL_BYTES = 30;
  private static final int EXTRA_HEAD_BYTES = 4;
  private static final int ZIP64_EXTRA_BYTES = 20;
  private static final long ZIP64_FROM_BYTES = 0xffff_ffffL;
  private static final int COPY_BYTES = 1 << 20;

  /** The same in every file, so that equal tensors make equal files. */
  private static final LocalDateTime TIME = LocalDateTime.of(2000, 1, 1, 0, 0);

  private final FileChannel channel;
  private final ZipOutputStream zip;
  private final byte[] copy = new byte[COPY_BYTES];

  private PyTorchWriter(FileChannel channel) {
    this.channel = channel;
    this.zip = new ZipOutputStream(new BufferedOutputStream(Channels.newOutputStream(channel)));
  }

  static void write(Path file, Map<String, ? extends TensorData> tensors) throws IOException {
    byte[] pickle = pickle(tensors);
    try (FileChannel channel = FileIo.create(file);
        PyTorchWriter writer = new PyTorchWriter(channel)) {
      writer.add("data.pkl", pickle);
      writer.add("byteorder", "little".getBytes(StandardCharsets.US_ASCII));
      int key = 0;
      for (TensorData tensor : tensors.values()) {
        writer.add("data/" + key++, tensor);
      }
      writer.add("version", "3\n".getBytes(StandardCharsets.US_ASCII));
      writer.zip.finish();
      writer.zip.flush();
      channel.force(true);
    }
  }

  private void add(String name, byte[] bytes) throws IOException {
    CRC32 sum = new CRC32();
    sum.update(bytes);
    begin(name, bytes.length, sum);
    zip.write(bytes);
    zip.closeEntry();
  }

  private void add(String name, TensorData tensor) throws IOException {
    CRC32 sum = new CRC32();
    tensor.forEachPart(sum::update);
    begin(name, tensor.bytes(), sum);
    tensor.forEachPart(this::copy);
    zip.closeEntry();
  }

  private void copy(ByteBuffer part) throws IOException {
    while (part.hasRemaining()) {
      int length = Math.min(COPY_BYTES, part.remaining());
      part.get(copy, 0, length);
      zip.write(copy, 0, length);
    }
  }

  private void begin(String name, long bytes, CRC32 sum) throws IOException {
    ZipEntry entry = new ZipEntry(DIRECTORY + name);
    entry.setMethod(ZipEntry.STORED);
    entry.setSize(bytes);
    entry.setCompressedSize(bytes);
    entry.setCrc(sum.getValue());
    entry.setTimeLocal(TIME);
    zip.flush();
    long data =
        channel.position()
            + LOCAL_BYTES
            + entry.getName().length()
            + EXTRA_HEAD_BYTES
            + (bytes >= ZIP64_FROM_BYTES ? ZIP64_EXTRA_BYTES : 0);
    short padding = (short) Math.floorMod(-data, ALIGNMENT);
    ByteBuffer extra =
        ByteBuffer.allocate(EXTRA_HEAD_BYTES + padding).order(ByteOrder.LITTLE_ENDIAN);
    byte[] field = new byte[EXTRA_HEAD_BYTES + padding];
    extra.put((byte) 'F').put((byte) 'B').putShort(padding).rewind().get(field);
    entry.setExtra(field);
    zip.putNextEntry(entry);
  }

  @Override
  public void close() throws IOException {
    zip.close();
  }

  /** The dict as a pickle of protocol 2; the storages are numbered in the dict's order. */
  private static byte[] pickle(Map<String, ? extends TensorData> tensors) {
    Pickle pickle = new Pickle();
    pickle.bytes(0x80, 2).global("collections", "OrderedDict").bytes(')', 'R', '(');
    int key = 0;
    for (Map.Entry<String, ? extends TensorData> e : tensors.entrySet()) {
      TensorData tensor = e.getValue();
      String type = TorchType.storageName(tensor.dtype());
      pickle.text(e.getKey()).global("torch._utils", "_rebuild_tensor_v2").bytes('(');
      pickle.bytes('(').text("storage").global("torch", type).text(Integer.toString(key++));
      pickle
          .text("cpu")
          .integer(tensor.bytes() / tensor.dtype().bytes())
          .bytes('t', 'Q')
          .integer(0);
      List<Long> shape = tensor.shape();
      pickle.tuple(shape).tuple(Shapes.rowMajor(shape)).bytes(0x89);
      pickle.global("collections", "OrderedDict").bytes(')', 'R', 't', 'R');
    }
    return pickle.bytes('u', '.').out.toByteArray();
  }

  /** Writes the operations that {@link Unpickler} explains. */
  private static final class Pickle {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    Pickle bytes(int... bytes) {
      for (int b : bytes) {
        out.write(b);
      }
      return this;
    }

    Pickle global(String module, String name) {
      return bytes('c').raw(module + "\n" + name + "\n");
    }

    Pickle text(String text) {
      int length = text.getBytes(StandardCharsets.UTF_8).length;
      return bytes('X', length, length >> 8, length >> 16, length >> 24).raw(text);
    }

    Pickle integer(long value) {
      bytes(0x8a, Long.BYTES);
      for (int shift = 0; shift < Long.SIZE; shift += Byte.SIZE) {
        bytes((int) (value >> shift));
      }
      return this;
    }

    Pickle tuple(List<Long> values) {
      bytes('(');
      for (long value : values) {
        integer(value);
      }
      return bytes('t');
    }

    private Pickle raw(String text) {
      out.writeBytes(text.getBytes(StandardCharsets.UTF_8));
      return this;
    }
  }
}
