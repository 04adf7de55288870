package io.github.gss4j.study.classifier;

import io.github.gss4j.batches.LabelledData;
import io.github.gss4j.batches.LabelledSequences;
import io.github.gss4j.fuzz.FuzzKind;
import java.nio.file.Path;

/** The data of a task that is classified. */
abstract class TaskKind implements FuzzKind {
  @Override
  public void read(Path target) {
    LabelledData task = Arena.open(target);
    for (LabelledSequences part : new LabelledSequences[] {task.task().train(), task.test()}) {
      for (int i = 0; i < part.size(); i++) {
        part.sequence(i);
        part.label(i);
      }
    }
  }

  /** What decodes images. */
  @Override
  public long besidesBytes() {
    return 8L << 20;
  }
}
