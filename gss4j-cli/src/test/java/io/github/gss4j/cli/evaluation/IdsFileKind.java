package io.github.gss4j.cli.evaluation;

import io.github.gss4j.fuzz.FuzzKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** What {@code --ids-file} takes. */
public final class IdsFileKind implements FuzzKind {
  @Override
  public String name() {
    return "ids-files";
  }

  @Override
  public List<Path> prepare(Path home) throws IOException {
    return List.of(
        Files.writeString(home.resolve("one.json"), "[3, 1, 4, 1, 5, 9, 2, 6]"),
        Files.writeString(home.resolve("some.json"), "[[3, 1, 4], [1, 5, 9], [2, 6, 5]]"));
  }

  @Override
  public void read(Path target) throws IOException {
    IdsFile.read(target);
  }
}
