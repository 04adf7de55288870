package io.github.gss4j.study.classifier;

import io.github.gss4j.study.pathfinder.Generator;
import io.github.gss4j.study.pathfinder.Variant;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Images of Pathfinder and their list. */
public final class PathfinderKind extends TaskKind {
  @Override
  public String name() {
    return "pathfinder";
  }

  @Override
  public List<Path> prepare(Path home) throws IOException {
    new Generator(Variant.PATH32, 1, 1).write(home.resolve("images"), 10, drawn -> {});
    return List.of(home.resolve("images"));
  }
}
