package io.github.gss4j.weights;

import io.github.gss4j.fuzz.FuzzKind;
import io.github.gss4j.fuzz.Mutations;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.bytedeco.javacpp.PointerScope;

/** Safetensors files; as often as bytes, the tokens of the header are spoilt. */
public final class SafetensorsKind implements FuzzKind {
  @Override
  public String name() {
    return "safetensors";
  }

  @Override
  public List<Path> prepare(Path home) throws IOException {
    return List.of(
        Files.copy(Samples.resource("pt/dtypes.safetensors"), home.resolve("a.safetensors")),
        Files.copy(
            Samples.resource("reference/pretrained_form/greedy.safetensors"),
            home.resolve("b.safetensors")));
  }

  @Override
  public byte[] mutate(Path file, byte[] sound, Random random) {
    return random.nextBoolean() ? Mutations.bytes(sound, random) : headerSpoilt(sound, random);
  }

  /** Another header of its true length before the same data. */
  static byte[] headerSpoilt(byte[] sound, Random random) {
    int length = ByteBuffer.wrap(sound).order(ByteOrder.LITTLE_ENDIAN).getInt();
    byte[] header = Mutations.json(Arrays.copyOfRange(sound, 8, 8 + length), random);
    ByteBuffer file =
        ByteBuffer.allocate(8 + header.length + sound.length - 8 - length)
            .order(ByteOrder.LITTLE_ENDIAN);
    file.putLong(header.length).put(header).put(sound, 8 + length, sound.length - 8 - length);
    return file.array();
  }

  @Override
  public void read(Path target) {
    try (PointerScope scope = new PointerScope()) {
      TensorFiles.read(target);
    }
  }
}
