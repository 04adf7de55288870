package io.github.gss4j.cli.train;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.gss4j.distributed.C10d;
import io.github.gss4j.distributed.Distribution;
import io.github.gss4j.distributed.ProcessGroup;
import io.github.gss4j.distributed.Rendezvous;
import io.github.gss4j.distributed.ShardingMode;
import io.github.gss4j.distributed.SingleProcess;
import io.github.gss4j.distributed.StandardOutput;
import io.github.gss4j.ops.Native;
import io.github.gss4j.ops.Tensors;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Option;

/**
 * How several processes train together. Whether there are several is for the environment to say,
 * which {@code gss launch}, torchrun, Slurm or Kubernetes sets.
 */
final class RankOptions {
  @Option(
      names = "--communicate",
      paramLabel = "KIND",
      defaultValue = "exact",
      description = "how gradients are sent between ranks: exact (default) or bfloat16")
  private String communicate;

  @Option(
      names = "--interface",
      paramLabel = "NAME",
      defaultValue = "",
      description = "network interface between ranks, such as eth0 (default: GLOO_SOCKET_IFNAME)")
  private String networkInterface;

  @Option(
      names = "--timeout",
      paramLabel = "SECONDS",
      defaultValue = "120",
      description = "how long a rank may keep the others waiting (default: ${DEFAULT-VALUE})")
  private double timeout;

  /** What a rank does, once all have met. */
  @FunctionalInterface
  interface Work {
    int in(Distribution ranks) throws IOException;
  }

  /**
   * Meets the others, where there are any, and works. Each process of a machine takes a GPU of its
   * own; what ends this rank ends the others, too, and they are told why.
   *
   * @param settings of the run, whose {@code device} becomes this rank's
   */
  int together(ObjectNode settings, ShardingMode shard, Work work) throws IOException {
    boolean bfloat16 = inBfloat16(); // what is asked for is checked before anybody waits
    Optional<Rendezvous> at = rendezvous(System.getenv());
    String device = device(settings.path("device").asText("cpu"), at);
    if (at.isPresent()) {
      settings.put("device", device);
    }
    try (ProcessGroup group = join(at, device)) {
      try {
        return work.in(new Distribution(group, shard, bfloat16));
      } catch (IOException | RuntimeException e) {
        group.fail(Native.reason(e).lines().findFirst().orElse(e.toString()));
        throw e;
      }
    }
  }

  private static ProcessGroup join(Optional<Rendezvous> at, String device) {
    if (at.isEmpty() || at.get().worldSize() == 1) {
      return new SingleProcess();
    }
    return StandardOutput.silenced(() -> C10d.join(at.get(), Tensors.device(device)));
  }

  private Optional<Rendezvous> rendezvous(Map<String, String> environment) {
    if (!(timeout > 0 && timeout < 1e6)) {
      throw new IllegalArgumentException("--timeout is " + timeout + ", expected seconds, above 0");
    }
    Duration limit = Duration.ofMillis(Math.round(timeout * 1000));
    return Rendezvous.from(environment, networkInterface, limit);
  }

  private static String device(String wanted, Optional<Rendezvous> at) {
    boolean shared = wanted.startsWith("cuda") && at.isPresent();
    return shared ? "cuda:" + at.get().localRank() : wanted;
  }

  private boolean inBfloat16() {
    boolean bfloat16 = communicate.equals("bfloat16");
    if (!bfloat16 && !communicate.equals("exact")) {
      throw new IllegalArgumentException(
          "--communicate is '" + communicate + "', expected exact or bfloat16");
    }
    return bfloat16;
  }
}
