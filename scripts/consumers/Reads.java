import io.github.gss4j.checkpoint.TensorSource;
import java.nio.file.Path;

/** Reads a checkpoint's tensors with gss4j-core alone. */
class Reads {
  public static void main(String[] args) {
    TensorSource.open(Path.of(args[0]))
        .tensors()
        .forEach(
            (name, tensor) ->
                System.out.println(name + " " + tensor.shape() + " " + tensor.toFloats()[0]));
  }
}
