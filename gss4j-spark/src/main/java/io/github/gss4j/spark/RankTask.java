package io.github.gss4j.spark;

import io.github.gss4j.distributed.RankProcess;
import java.io.IOException;
import java.io.Serializable;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.apache.spark.BarrierTaskContext;
import org.apache.spark.TaskKilledException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import scala.collection.Iterator;
import scala.jdk.javaapi.CollectionConverters;
import scala.runtime.AbstractFunction1;

/**
 * A task of the barrier stage: starts its rank and stays until that has ended. A rank that fails
 * fails the stage; a task that is killed ends its rank.
 *
 * <p>What the rank says goes to the executor's log; the results that the first one prints are those
 * of the stage.
 */
final class RankTask extends AbstractFunction1<Iterator<Integer>, Iterator<String>>
    implements Serializable {
  private static final long serialVersionUID = 1L;
  private static final Logger LOG = LoggerFactory.getLogger(RankTask.class);
  private static final long POLL_MILLIS = 20;

  private final RankCommand command;

  RankTask(RankCommand command) {
    this.command = command;
  }

  @Override
  public Iterator<String> apply(Iterator<Integer> unused) {
    BarrierTaskContext context = BarrierTaskContext.get();
    Queue<String> results = new ConcurrentLinkedQueue<>();
    try {
      StageSetup setup = StageSetup.of(context, command);
      RankProcess rank = start(context, setup, results);
      try {
        await(rank, context);
      } finally {
        rank.kill();
        rank.awaitOutput();
      }
      if (rank.hasFailed()) {
        throw new RankFailure(rank.whyItEnded() + " (on " + host(context) + ")");
      }
    } catch (IOException e) {
      String where = "rank " + context.partitionId() + " (on " + host(context) + "): ";
      throw new RankFailure(where + e.getMessage(), e);
    }
    List<String> lines = context.partitionId() == 0 ? List.copyOf(results) : List.of();
    return CollectionConverters.asScala(lines.iterator());
  }

  private RankProcess start(BarrierTaskContext context, StageSetup setup, Queue<String> results)
      throws IOException {
    int rank = context.partitionId();
    ProcessBuilder builder = command.process(setup.resume());
    builder.environment().putAll(setup.variables(context));
    builder.environment().putIfAbsent("OMP_NUM_THREADS", Integer.toString(context.cpus()));
    LOG.info("rank {}: {}", rank, builder.command());
    return RankProcess.start(
        builder, rank, results::add, line -> LOG.info("[rank {}] {}", rank, line));
  }

  /** Spark asks a task to end by a mark alone, so it is looked for. */
  private static void await(RankProcess rank, BarrierTaskContext context) {
    try {
      while (rank.isAlive()) {
        if (context.isInterrupted()) {
          throw new TaskKilledException("another rank has failed, or the job was cancelled");
        }
        Thread.sleep(POLL_MILLIS);
      }
    } catch (InterruptedException e) {
      throw new TaskKilledException("interrupted");
    }
  }

  private static String host(BarrierTaskContext context) {
    return context.getTaskInfos()[context.partitionId()].address();
  }
}
