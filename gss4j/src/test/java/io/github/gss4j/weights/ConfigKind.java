package io.github.gss4j.weights;

import java.nio.file.Path;
import java.util.List;

/** The configs of models of every sort, beside sound weights. */
public final class ConfigKind extends ModelKind {
  @Override
  public String name() {
    return "configs";
  }

  @Override
  public List<Path> spoilt(Path target) {
    return List.of(target.resolve("config.json"));
  }
}
