package io.github.gss4j.spark;

import io.github.gss4j.distributed.Rendezvous;
import java.io.IOException;
import java.net.ServerSocket;
import java.util.Arrays;
import java.util.Map;
import org.apache.spark.BarrierTaskContext;
import org.apache.spark.BarrierTaskInfo;

/**
 * What the tasks of a barrier stage agree on before their ranks start.
 *
 * @param port where the first rank's store listens: one that was free on its machine
 * @param resume whether the run has begun, as the first task sees it
 */
record StageSetup(int port, boolean resume) {
  /** The first task chooses, and all others receive it. */
  static StageSetup of(BarrierTaskContext context, RankCommand command) throws IOException {
    String own = context.partitionId() == 0 ? freePort() + " " + command.run().isUsed() : "";
    String[] chosen = context.allGather(own)[0].split(" ", -1);
    return new StageSetup(Integer.parseInt(chosen[0]), Boolean.parseBoolean(chosen[1]));
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  /** The variables of this task's rank. */
  Map<String, String> variables(BarrierTaskContext context) {
    String[] hosts =
        Arrays.stream(context.getTaskInfos()).map(StageSetup::host).toArray(String[]::new);
    int rank = context.partitionId();
    int local = 0;
    for (int before = 0; before < rank; before++) {
      local += hosts[before].equals(hosts[rank]) ? 1 : 0;
    }
    return Rendezvous.variables(hosts[0], port, rank, hosts.length, local);
  }

  private static String host(BarrierTaskInfo task) {
    return task.address().replaceFirst(":\\d+$", "");
  }
}
