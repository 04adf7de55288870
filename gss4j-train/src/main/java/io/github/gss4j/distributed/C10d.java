package io.github.gss4j.distributed;

import io.github.gss4j.ops.Native;
import io.github.gss4j.ops.Scopes;
import io.github.gss4j.ops.Tensors;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Backend;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.Work;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * A process group of libtorch's c10d: Gloo between CPUs, NCCL between NVIDIA GPUs.
 *
 * <p>Three connections to the first rank's store: c10d's own, the heartbeat's, and one for waiting.
 */
public final class C10d implements ProcessGroup {
  private static final Duration POLL = Duration.ofMillis(10);
  private static final Duration PARTING = Duration.ofSeconds(1);

  private final Rendezvous at;
  private final Device device;
  private final KeyValueStore store;
  private final Heartbeat heartbeat;
  private final Backend backend;
  private long waits;
  private boolean failed;

  private C10d(Rendezvous at, Device device, KeyValueStore store) {
    this.at = at;
    this.device = device;
    this.store = store;
    arrive();
    this.heartbeat = new Heartbeat(at);
    try {
      this.backend = Backends.open(at, device);
    } catch (RuntimeException e) {
      RankException cause = heartbeat.diagnosed(Native.reason(e));
      heartbeat.close();
      throw cause;
    }
  }

  /**
   * Meets the other ranks.
   *
   * @param device where the tensors will be
   * @throws RankException if they are not all there within the time-out
   */
  public static C10d join(Rendezvous at, Device device) {
    if (at.keepsStore()) {
      return new C10d(at, device, KeyValueStore.server(at));
    }
    return new C10d(at, device, KeyValueStore.client(at, at.timeout()));
  }

  /**
   * Opens a group's store at a free port, before its ranks are started.
   *
   * @return whom the others meet there; {@link #join(OpenStore, Device)} makes it the first rank
   */
  static OpenStore open(Rendezvous at) {
    KeyValueStore store = KeyValueStore.server(at);
    return new OpenStore(at.withPort(store.port()), store);
  }

  /** A store that is open already. */
  record OpenStore(Rendezvous at, KeyValueStore store) {}

  static C10d join(OpenStore open, Device device) {
    return new C10d(open.at(), device, open.store());
  }

  /** Waits for the others; the first to give up says so to those that are there. */
  private void arrive() {
    store.put("here/" + at.rank(), "");
    long end = System.nanoTime() + at.timeout().toNanos();
    List<Integer> missing = missing("here/");
    while (!missing.isEmpty()) {
      if (System.nanoTime() > end) {
        store.putFirst(Heartbeat.FAILED, noSignOf(missing));
      }
      Optional<String> failure = store.get(Heartbeat.FAILED);
      if (failure.isPresent()) {
        giveUp(failure.get());
      }
      pause();
      missing = missing("here/");
    }
  }

  /** The store ends with its process: the others have a moment to read why. */
  private void giveUp(String reason) {
    if (at.keepsStore()) {
      for (long waited = 0; waited < PARTING.toMillis(); waited += POLL.toMillis()) {
        pause();
      }
    }
    throw new RankException(reason);
  }

  private String noSignOf(List<Integer> missing) {
    return "no sign of rank "
        + missing.stream().map(Object::toString).collect(Collectors.joining(", "))
        + " of "
        + at.worldSize()
        + " at "
        + at.store()
        + " within "
        + at.timeout().toMillis() / 1e3
        + " s: start all with the same MASTER_ADDR, MASTER_PORT and WORLD_SIZE";
  }

  private List<Integer> missing(String prefix) {
    return IntStream.range(0, at.worldSize())
        .filter(r -> store.get(prefix + r).isEmpty())
        .boxed()
        .toList();
  }

  @Override
  public int rank() {
    return at.rank();
  }

  @Override
  public int worldSize() {
    return at.worldSize();
  }

  @Override
  public Pending allReduce(Tensor values) {
    return start(() -> backend.allreduce(new TensorVector(values)));
  }

  @Override
  public Pending reduceScatter(Tensor part, Tensor whole) {
    return start(() -> backend._reduce_scatter_base(part, whole));
  }

  @Override
  public Pending allGather(Tensor whole, Tensor part) {
    return start(() -> backend._allgather_base(whole, part));
  }

  private Pending start(Supplier<Work> collective) {
    heartbeat.called();
    try {
      Work work = Scopes.kept(collective);
      return () -> await(work);
    } catch (RuntimeException e) {
      throw failure(e);
    }
  }

  private void await(Work work) {
    try {
      work._wait();
    } catch (RuntimeException e) {
      throw failure(e);
    } finally {
      work.releaseReference();
    }
  }

  private RankException failure(RuntimeException e) {
    failed = true;
    return heartbeat.diagnosed(Native.reason(e));
  }

  @Override
  public double[] sum(double... values) {
    try (PointerScope scope = new PointerScope()) {
      Tensor sums = Tensors.of(values, values.length).to(device, ScalarType.Double);
      allReduce(sums).await();
      return Tensors.toDoubles(sums);
    }
  }

  @Override
  public void barrier() {
    String key = "wait/" + waits++ + "/";
    store.put(key + at.rank(), "");
    for (int r = 0; r < at.worldSize(); r++) {
      awaitKey(key + r, r);
    }
  }

  @Override
  public double[] fromFirst(Supplier<double[]> work) {
    String key = "wait/" + waits++;
    if (isFirst()) {
      double[] values = work.get();
      store.put(
          key, Arrays.stream(values).mapToObj(Double::toString).collect(Collectors.joining(" ")));
      return values;
    }
    String text = awaitKey(key, 0);
    return text.isEmpty()
        ? new double[0]
        : Arrays.stream(text.split(" ", -1)).mapToDouble(Double::parseDouble).toArray();
  }

  /** Waits for what another rank puts there, for as long as its heart beats. */
  private String awaitKey(String key, int from) {
    while (true) {
      Optional<String> text = store.get(key);
      if (text.isPresent()) {
        return text.get();
      }
      if (heartbeat.failure().isPresent()) {
        failed = true;
        throw new RankException(heartbeat.failure().get());
      }
      if (heartbeat.isSilent(from, at.timeout().dividedBy(2))) {
        failed = true;
        throw new RankException(heartbeat.fail(heartbeat.silent(from)));
      }
      pause();
    }
  }

  private static void pause() {
    try {
      Thread.sleep(POLL.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new RankException("interrupted while waiting for other ranks", e);
    }
  }

  @Override
  public void fail(String reason) {
    failed = true;
    heartbeat.fail("rank " + at.rank() + " ended: " + reason);
  }

  @Override
  public void close() {
    try {
      store.put("left/" + at.rank(), "");
      if (at.rank() == 0) {
        awaitOthersLeaving();
      }
    } catch (RankException storeGone) {
      failed = true; // nobody is left to say goodbye to
    }
    heartbeat.close();
    if (!failed) {
      backend.releaseReference(); // waits for what is under way, which after a failure never ends
    }
    store.close();
  }

  /** The store ends with this process: those that are still there read why it does. */
  private void awaitOthersLeaving() {
    long end = System.nanoTime() + Math.min(at.timeout().toNanos(), 10_000_000_000L);
    for (int r : missing("left/")) {
      while (System.nanoTime() < end
          && !heartbeat.isSilent(r, Duration.ZERO)
          && store.get("left/" + r).isEmpty()) {
        pause();
      }
    }
  }
}
