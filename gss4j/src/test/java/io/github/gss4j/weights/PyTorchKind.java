package io.github.gss4j.weights;

import io.github.gss4j.fuzz.FuzzKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;

/** Files of {@code torch.save} in all forms: zipped, legacy, nested, with other tensors beside. */
public final class PyTorchKind implements FuzzKind {
  @Override
  public String name() {
    return "pytorch";
  }

  @Override
  public List<Path> prepare(Path home) throws IOException {
    List<Path> copies = new ArrayList<>();
    for (String directory : List.of("pt", "pt/forms", "reference/pretrained_form")) {
      try (Stream<Path> files = Files.list(Samples.resource(directory))) {
        for (Path file : files.filter(f -> f.toString().endsWith(".pt")).sorted().toList()) {
          copies.add(Files.copy(file, home.resolve(copies.size() + "-" + file.getFileName())));
        }
      }
    }
    return copies;
  }

  @Override
  public void read(Path target) {
    try (PointerScope scope = new PointerScope()) {
      TensorFiles.read(target);
    }
  }
}
