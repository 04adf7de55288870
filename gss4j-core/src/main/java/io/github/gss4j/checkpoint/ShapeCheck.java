package io.github.gss4j.checkpoint;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Whether the tensors of a file are those that a configuration asks for. */
public final class ShapeCheck {
  private ShapeCheck() {}

  /**
   * Compares names and shapes.
   *
   * @param inFile the file's own names by ours
   * @param expected shapes by our names
   * @param found shapes by our names
   * @throws CheckpointException if a tensor is missing, unexpected, or of another shape
   */
  public static void check(
      Path file,
      Map<String, String> inFile,
      Map<String, List<Long>> expected,
      Map<String, List<Long>> found) {
    List<String> missing = new ArrayList<>(expected.keySet());
    missing.removeAll(inFile.keySet());
    List<String> unexpected = new ArrayList<>();
    inFile.forEach(
        (ours, theirs) -> {
          if (!expected.containsKey(ours)) {
            unexpected.add(theirs);
          }
        });
    if (!missing.isEmpty() || !unexpected.isEmpty()) {
      throw new CheckpointException(
          file,
          "does not fit its configuration: missing tensors: %s; unexpected tensors: %s"
              .formatted(Lists.brief(missing), Lists.brief(unexpected)));
    }
    List<String> wrong = new ArrayList<>();
    expected.forEach(
        (name, shape) -> {
          if (!found.get(name).equals(shape)) {
            wrong.add(
                "'%s' has shape %s, expected %s"
                    .formatted(inFile.get(name), Shapes.text(found.get(name)), Shapes.text(shape)));
          }
        });
    if (!wrong.isEmpty()) {
      throw new CheckpointException(
          file, "does not fit its configuration: tensor " + Lists.brief(wrong));
    }
  }
}
