package io.github.gss4j.cli.train;

import io.github.gss4j.distributed.C10d;
import io.github.gss4j.distributed.Distribution;
import io.github.gss4j.distributed.ProcessGroup;
import io.github.gss4j.distributed.Rendezvous;
import io.github.gss4j.distributed.ShardingMode;
import io.github.gss4j.distributed.SingleProcess;
import io.github.gss4j.distributed.StandardOutput;
import io.github.gss4j.ops.Tensors;
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
      names = "--shard",
      paramLabel = "KIND",
      defaultValue = "none",
      description = "what is sharded over the ranks: none (default), optimizer or full")
  private String shard;

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

  /** Where the ranks meet; empty for one process alone. */
  Optional<Rendezvous> rendezvous(Map<String, String> environment) {
    if (!(timeout > 0 && timeout < 1e6)) {
      throw new IllegalArgumentException("--timeout is " + timeout + ", expected seconds, above 0");
    }
    Duration limit = Duration.ofMillis(Math.round(timeout * 1000));
    return Rendezvous.from(environment, networkInterface, limit);
  }

  /** The device of a rank: each process of a machine takes a GPU of its own. */
  static String device(String wanted, Optional<Rendezvous> at) {
    boolean shared = wanted.startsWith("cuda") && at.isPresent();
    return shared ? "cuda:" + at.get().localRank() : wanted;
  }

  /** Meets the others, where there are any. */
  ProcessGroup join(Optional<Rendezvous> at, String device) {
    distribution(new SingleProcess()); // what is asked for is checked before anybody waits
    if (at.isEmpty() || at.get().worldSize() == 1) {
      return new SingleProcess();
    }
    return StandardOutput.silenced(() -> C10d.join(at.get(), Tensors.device(device)));
  }

  /** What the ranks of a group share, and how. */
  Distribution distribution(ProcessGroup group) {
    boolean bfloat16 = communicate.equals("bfloat16");
    if (!bfloat16 && !communicate.equals("exact")) {
      throw new IllegalArgumentException(
          "--communicate is '" + communicate + "', expected exact or bfloat16");
    }
    return new Distribution(group, ShardingMode.parse(shard), bfloat16);
  }
}
