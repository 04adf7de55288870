package io.github.gss4j.study.classifier;

import io.github.gss4j.study.listops.ListOpsGenerator;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Files of ListOps. */
public final class ListOpsKind extends TaskKind {
  @Override
  public String name() {
    return "listops";
  }

  @Override
  public List<Path> prepare(Path home) throws IOException {
    new ListOpsGenerator(4, 4, 5, 40, 1).write(home.resolve("listops"), 20, 4, made -> {});
    return List.of(home.resolve("listops"));
  }
}
