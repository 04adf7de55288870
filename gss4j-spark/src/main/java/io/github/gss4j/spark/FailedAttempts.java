package io.github.gss4j.spark;

import java.util.function.Consumer;
import org.apache.spark.ExceptionFailure;
import org.apache.spark.ExecutorLostFailure;
import org.apache.spark.TaskEndReason;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerTaskEnd;

/** Reports why each attempt at the barrier stage failed, by its first failed task. */
final class FailedAttempts extends SparkListener {
  private final Consumer<String> reasons;
  private int lastAttempt = -1;

  FailedAttempts(Consumer<String> reasons) {
    this.reasons = reasons;
  }

  @Override
  public void onTaskEnd(SparkListenerTaskEnd task) {
    String reason = reason(task.reason());
    if (!reason.isEmpty() && task.stageAttemptId() > lastAttempt) {
      lastAttempt = task.stageAttemptId();
      reasons.accept("attempt " + (lastAttempt + 1) + " failed: " + reason);
    }
  }

  private static String reason(TaskEndReason reason) {
    if (reason instanceof ExceptionFailure failure) {
      return failure.description();
    }
    return reason instanceof ExecutorLostFailure lost ? lost.toErrorString().strip() : "";
  }
}
