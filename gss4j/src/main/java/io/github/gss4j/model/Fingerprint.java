package io.github.gss4j.model;

import io.github.gss4j.files.Digests;
import io.github.gss4j.layers.Parameter;
import io.github.gss4j.ops.Tensors;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import java.util.zip.CRC32C;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/**
 * Tells models apart: the same configuration and the same weights, to the bit and in the same
 * dtype, have the same fingerprint. It guards against mistakes, not against malice.
 */
public final class Fingerprint {
  private static final long CHUNK_BYTES = 1 << 30;

  private Fingerprint() {}

  /** The fingerprint of a model's configuration and weights, in hexadecimal. */
  public static String of(LanguageModel model) {
    return of(model.config().toJson().toString(), model.parameters());
  }

  /** The fingerprint of a GPT-2's configuration and weights, in hexadecimal. */
  public static String of(Gpt2 model) {
    return of(model.config().toString(), model.parameters());
  }

  private static String of(String config, List<Parameter> parameters) {
    MessageDigest digest = Digests.sha256();
    digest.update(config.getBytes(StandardCharsets.UTF_8));
    for (Parameter p : parameters) {
      try (PointerScope scope = new PointerScope()) {
        Tensor value = p.plain();
        String line = p.name() + " " + value.scalar_type().intern() + " " + checksum(value);
        digest.update(line.getBytes(StandardCharsets.UTF_8));
      }
    }
    return Digests.hex(digest);
  }

  /** CRC-32C of a tensor's bytes in row-major order. */
  private static long checksum(Tensor tensor) {
    CRC32C crc = new CRC32C();
    try (PointerScope scope = new PointerScope()) {
      Tensor plain = tensor.detach().cpu().contiguous();
      BytePointer memory = Tensors.bytes(plain);
      for (long done = 0; done < memory.capacity(); done += CHUNK_BYTES) {
        long count = Math.min(CHUNK_BYTES, memory.capacity() - done);
        crc.update(memory.getPointer(done).capacity(count).asByteBuffer());
      }
    }
    return crc.getValue();
  }
}
