package io.github.gss4j.batches;

import io.github.gss4j.files.Digests;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.List;

/**
 * What a classifier is trained on.
 *
 * @param stages easier forms of the task that are learned first, each in its turn, and at last the
 *     task itself
 * @param promoteAt the share of right answers on a stage's validation part at which the next begins
 * @param test what is reported
 * @param leftOut files that could not be read and are in no part
 */
public record LabelledData(
    List<Stage> stages, double promoteAt, LabelledSequences test, long leftOut) {
  /**
   * One form of the task.
   *
   * @param name for the log and {@code metrics.jsonl}
   * @param train the training part
   * @param validation the validation part
   */
  public record Stage(String name, LabelledSequences train, LabelledSequences validation) {}

  /** Checks that there is a task. */
  public LabelledData {
    stages = List.copyOf(stages);
    if (stages.isEmpty()) {
      throw new IllegalArgumentException("there are no stages, expected at least the task itself");
    }
  }

  /** The task alone. */
  public LabelledData(
      LabelledSequences train, LabelledSequences validation, LabelledSequences test, long leftOut) {
    this(List.of(new Stage("task", train, validation)), 1, test, leftOut);
  }

  /** Tells data apart by the labels of all parts that have an end, in their order. */
  public String fingerprint() {
    MessageDigest digest = Digests.sha256();
    for (LabelledSequences part : List.of(task().train(), task().validation(), test)) {
      if (part.isEndless()) {
        continue;
      }
      digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(part.size()).flip());
      for (int i = 0; i < part.size(); i++) {
        digest.update((byte) part.label(i));
      }
    }
    return Digests.hex(digest);
  }

  /** The task itself: the last stage. */
  public Stage task() {
    return stages.get(stages.size() - 1);
  }
}
