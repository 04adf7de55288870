package io.github.gss4j.spark;

import io.github.gss4j.tracking.MetricLine;
import io.github.gss4j.tracking.MetricsFollower;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.apache.spark.HashPartitioner;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.rdd.RDD;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import scala.Tuple2;
import scala.reflect.ClassTag$;

/**
 * Trains on a Spark cluster. All ranks start together, as the tasks of one barrier stage; when one
 * fails Spark starts the stage again, up to {@code spark.stage.maxConsecutiveAttempts} times in
 * all, and the run resumes from its last checkpoint.
 *
 * <p>The run's directory is on a file system that the driver and all workers share; it is the one
 * that {@code gss train} leaves.
 */
public final class SparkTraining {
  private static final Logger LOG = LoggerFactory.getLogger(SparkTraining.class);
  private static final long POLL_MILLIS = 200;

  private final JavaSparkContext spark;
  private final RankCommand command;
  private final int ranks;

  /**
   * A run on this cluster.
   *
   * @param command resumes the run in its directory, or starts a new one
   * @param ranks how many, at least 1; as many task slots must be free at once
   */
  public SparkTraining(JavaSparkContext spark, RankCommand command, int ranks) {
    if (ranks < 1) {
      throw new IllegalArgumentException("--ranks is " + ranks + ", expected at least 1");
    }
    this.spark = spark;
    this.command = command;
    this.ranks = ranks;
  }

  /**
   * Trains to the end.
   *
   * @param metrics takes what the first rank measures during the run, and what a resumed run
   *     measured before
   * @param failures takes a line for each attempt that has failed, on a thread of Spark's
   * @return what the first rank printed as its results, by lines
   * @throws IllegalStateException if Spark has given up; the message names the last reason
   */
  public List<String> run(Consumer<MetricLine> metrics, Consumer<String> failures) {
    FailedAttempts listener = new FailedAttempts(failures);
    spark.sc().addSparkListener(listener);
    Future<List<String>> job = stage().collectAsync();
    try {
      follow(job, metrics);
      List<String> results = job.get();
      if (!command.run().isUsed()) {
        LOG.warn(
            "{} is not seen by the driver, and so no metrics: it shares no file system with the"
                + " ranks",
            command.run().path());
      }
      return results;
    } catch (ExecutionException e) {
      throw new IllegalStateException(reason(e.getCause()), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while ranks run", e);
    } finally {
      job.cancel(true);
      spark.sc().removeSparkListener(listener);
    }
  }

  /** Until the job has ended. What cannot be read ends no training. */
  private void follow(Future<?> job, Consumer<MetricLine> metrics) throws InterruptedException {
    MetricsFollower follower = new MetricsFollower(command.run().metrics());
    String trouble = "";
    boolean goesOn = true;
    while (goesOn) {
      goesOn = !job.isDone();
      try {
        follower.poll().forEach(metrics);
      } catch (IOException e) {
        if (!trouble.equals(e.toString())) {
          trouble = e.toString();
          LOG.warn("metrics cannot be read, the run continues: {}", trouble);
        }
      }
      Thread.sleep(goesOn ? POLL_MILLIS : 0);
    }
  }

  /** A shuffle comes after the barrier stage, as Spark never tries a job's last stage again. */
  private JavaRDD<String> stage() {
    List<Integer> numbers = IntStream.range(0, ranks).boxed().toList();
    RDD<String> results =
        spark
            .parallelize(numbers, ranks)
            .rdd()
            .barrier()
            .mapPartitions(new RankTask(command), false, ClassTag$.MODULE$.apply(String.class));
    JavaPairRDD<Integer, String> keyed =
        results.toJavaRDD().mapToPair(line -> new Tuple2<>(0, line));
    return keyed.partitionBy(new HashPartitioner(1)).values();
  }

  /** What the last rank to fail said, out of all that Spark says around it. */
  private static String reason(Throwable failure) {
    String mark = RankFailure.class.getName() + ": ";
    String message = String.valueOf(failure.getMessage());
    return message
        .lines()
        .filter(line -> line.contains(mark))
        .map(line -> line.substring(line.indexOf(mark) + mark.length()))
        .findFirst()
        .orElseGet(() -> message.lines().findFirst().orElse(failure.toString()));
  }
}
