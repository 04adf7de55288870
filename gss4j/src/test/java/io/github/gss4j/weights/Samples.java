package io.github.gss4j.weights;

import io.github.gss4j.checkpoint.TensorType;
import io.github.gss4j.ops.Native;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** Files and tensors that several tests of this package use. */
final class Samples {
  private Samples() {}

  static Path resource(String name) {
    try {
      return Path.of(Samples.class.getResource("/" + name).toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  /** One tensor of each type and of each awkward form. */
  static Map<String, Tensor> tensors() {
    Native.load();
    torch.manual_seed(7);
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    for (TensorType type : TensorType.values()) {
      tensors.put(
          type.name(), torch.randn(3, 5).mul(new Scalar(50.0)).to(TensorTypes.scalar(type)));
    }
    Tensor base = torch.randn(4, 6);
    tensors.put("transposed", base.t());
    tensors.put("row", base.select(0, 2));
    tensors.put("scalar", torch.tensor(2.5f));
    tensors.put("empty", torch.empty(0, 3));
    tensors.put("layers.0.Λ '\"\\", torch.randn(1, 1, 7));
    return tensors;
  }
}
