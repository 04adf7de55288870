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
    Distribution alone = new Distribution(new SingleProcess(), shard, inBfloat16());
    Optional<Rendezvous> at = rendezvous(System.getenv());
    if (at.isEmpty()) {
      return work.in(alone);
    }
    settings.put("device", device(settings.path("device").asText("cpu"), at.get()));
    if (at.get().worldSize() == 1) {
      return work.in(alone);
    }
    String device = settings.path("device").asText();
    try (ProcessGroup group = join(at.get(), device)) {
      try {
        return work.in(new Distribution(group, shard, inBfloat16()));
      } catch (IOException | RuntimeException e) {
        group.fail(Native.reason(e).lines().findFirst().orElse(e.toString()));
        throw e;
      }
    }
  }

  private static ProcessGroup join(Rendezvous at, String device) {
    return StandardOutput.silenced(() -> C10d.join(at, Tensors.device(device)));
  }

  private Optional<Rendezvous> rendezvous(Map<String, String> environment) {
    if (!(timeout > 0 && timeout < 1e6)) {
      throw new IllegalArgumentException("--timeout is " + timeout + ", expected seconds, above 0");
    }
    Duration limit = Duration.ofMillis(Math.round(timeout * 1000));
    return Rendezvous.from(environment, networkInterface, limit);
  }

  private static String device(String wanted, Rendezvous at) {
    return wanted.startsWith("cuda") ? "cuda:" + at.localRank() : wanted;
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
