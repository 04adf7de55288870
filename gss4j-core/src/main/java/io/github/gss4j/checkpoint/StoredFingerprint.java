package io.github.gss4j.checkpoint;

import io.github.gss4j.files.Digests;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.zip.CRC32C;

/**
 * Tells stored models apart: the same configuration and the same stored weights have the same
 * fingerprint, whatever engine runs them and in whatever dtype. It guards against mistakes, not
 * against malice.
 */
public final class StoredFingerprint {
  private StoredFingerprint() {}

  /** The fingerprint of a model's configuration and weights, in hexadecimal; reads all of them. */
  public static String of(StoredModel model) {
    MessageDigest digest = Digests.sha256();
    digest.update(model.config().toJson().toString().getBytes(StandardCharsets.UTF_8));
    for (String name : model.config().shapes().keySet()) {
      StoredTensor tensor = model.tensors().get(name);
      String line = name + " " + dtype(tensor.dtype()) + " " + checksum(tensor);
      digest.update(line.getBytes(StandardCharsets.UTF_8));
    }
    return Digests.hex(digest);
  }

  /** A dtype as libtorch names it: states of earlier versions have fingerprints made so. */
  private static String dtype(TensorType type) {
    return switch (type) {
      case F64 -> "Double";
      case F32 -> "Float";
      case F16 -> "Half";
      case BF16 -> "BFloat16";
      default -> type.name();
    };
  }

  private static long checksum(StoredTensor tensor) {
    CRC32C crc = new CRC32C();
    tensor.forEachChunk((from, bytes) -> crc.update(bytes));
    return crc.getValue();
  }
}
