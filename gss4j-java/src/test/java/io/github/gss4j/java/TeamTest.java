package io.github.gss4j.java;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Threads that work together, and that do not wait for those who are late. */
class TeamTest {
  private static final long SECOND = 1_000_000_000L;

  @Test
  void whoWaitedLongForOthersGoesOnAloneForAWhile() {
    AtomicLong time = new AtomicLong();
    List<Integer> sizes = new ArrayList<>();
    try (Team team = new Team(2, time::get)) {
      Team.Work work = worker -> record(worker, sizes);
      team.run(work);
      team.run(worker -> comeLate(worker, time));
      team.run(work);
      time.addAndGet(SECOND);
      team.run(work);
    }
    assertThat(sizes).containsExactly(2, 1, 2);
  }

  @Test
  void whoIsLateAgainAndAgainIsLeftOutForLonger() {
    AtomicLong time = new AtomicLong();
    List<Integer> sizes = new ArrayList<>();
    try (Team team = new Team(2, time::get)) {
      for (int times : new int[] {1, 3}) {
        for (int i = 0; i < times; i++) {
          team.run(worker -> comeLate(worker, time));
          time.addAndGet(SECOND / 200);
        }
        team.run(worker -> record(worker, sizes));
      }
    }
    assertThat(sizes).containsExactly(2, 1);
  }

  private static void record(Team.Worker worker, List<Integer> sizes) {
    if (worker.index() == 0) {
      sizes.add(worker.size());
    }
    worker.meet();
  }

  /** The caller waits meanwhile, by the clock that it is given. */
  private static void comeLate(Team.Worker worker, AtomicLong time) {
    if (worker.index() == 1) {
      pause();
      time.addAndGet(SECOND / 100);
    }
    worker.meet();
  }

  private static void pause() {
    try {
      new CountDownLatch(1).await(200, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
