package io.github.gss4j.cli.launch;

import io.github.gss4j.cli.terminal.ExitCode;
import io.github.gss4j.cli.terminal.Interrupt;
import io.github.gss4j.cli.terminal.Program;
import io.github.gss4j.distributed.Rendezvous;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code gss launch}. */
@Command(
    name = "launch",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Starts this machine's ranks of a training run, such as: gss launch --nproc 2 train …",
      "Each sees MASTER_ADDR, MASTER_PORT, RANK, WORLD_SIZE and LOCAL_RANK, as torchrun sets them."
    })
public final class LaunchCommand implements Callable<Integer> {
  private static final long POLL_MILLIS = 20;

  /** How long ranks have to say why they end, once one has failed, and how long to save. */
  private static final long GRACE_SECONDS = 15;

  @Spec private CommandSpec spec;

  @ParentCommand private Program gss;

  @Option(names = "--nproc", required = true, description = "ranks on this machine")
  private int nproc;

  @Option(names = "--nnodes", defaultValue = "1", description = "machines (default: 1)")
  private int nnodes;

  @Option(
      names = "--node-rank",
      defaultValue = "0",
      description = "this machine's number, from 0 (default: 0)")
  private int nodeRank;

  @Option(
      names = "--master",
      paramLabel = "HOST:PORT",
      description = "where machine 0's first rank is met (default: this machine, any free port)")
  private String master;

  @Option(
      names = "--bind-cores",
      description = "give each rank cores of its own, where nothing else wants them (Linux)")
  private boolean bindCores;

  @Option(
      names = "--logs",
      paramLabel = "DIR",
      defaultValue = "runs/launch",
      description = "one log per rank goes here (default: runs/launch)")
  private Path logs;

  @Parameters(
      arity = "1..*",
      paramLabel = "COMMAND",
      description = "what each rank runs: train … or classify …")
  private List<String> command = List.of();

  @Override
  public Integer call() throws IOException {
    check(nproc >= 1, "--nproc", nproc, "at least 1");
    check(nnodes >= 1, "--nnodes", nnodes, "at least 1");
    check(nodeRank >= 0 && nodeRank < nnodes, "--node-rank", nodeRank, "0 to " + (nnodes - 1));
    check(nnodes == 1 || master != null, "--master", "not given", "HOST:PORT of machine 0");
    check(
        List.of("train", "classify").contains(command.get(0)),
        "COMMAND",
        command.get(0),
        "train or classify");
    Files.createDirectories(logs);
    String[] met = (master == null ? freePort() : master).split(":(?=\\d+$)", -1);
    check(met.length == 2 && met[1].length() <= 5, "--master", master, "HOST:PORT");
    int port = Integer.parseInt(met[1]);
    List<LocalRank> ranks = new ArrayList<>();
    try (Interrupt.Flag interrupt = gss.interrupt().flag()) {
      for (int local = 0; local < nproc; local++) {
        ranks.add(start(local, met[0], port));
      }
      Optional<LocalRank> failed = awaitFirstFailure(ranks, interrupt);
      failed.ifPresent(first -> stop(ranks));
      for (LocalRank rank : ranks) {
        rank.awaitOutput();
      }
      failed.ifPresent(first -> spec.commandLine().getErr().println("gss: " + first.whyItEnded()));
      return failed.isPresent() ? ExitCode.FAILED : ExitCode.OK;
    } finally {
      ranks.forEach(rank -> rank.process().kill());
    }
  }

  private static String freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return "127.0.0.1:" + socket.getLocalPort();
    }
  }

  private LocalRank start(int local, String host, int port) throws IOException {
    int rank = nodeRank * nproc + local;
    Map<String, String> variables =
        new LinkedHashMap<>(Rendezvous.variables(host, port, rank, nnodes * nproc, local));
    int cores = Runtime.getRuntime().availableProcessors();
    variables.put(
        "OMP_NUM_THREADS",
        System.getenv()
            .getOrDefault("OMP_NUM_THREADS", Integer.toString(Math.max(1, cores / nproc))));
    PrintWriter out = spec.commandLine().getOut();
    PrintWriter err = spec.commandLine().getErr();
    List<String> line = new ArrayList<>();
    if (bindCores) {
      line.addAll(Cores.ofThisProcess().share(local, nproc).binding());
    }
    line.addAll(gss.commandLine(command));
    return LocalRank.start(
        rank, line, command, variables, logs.resolve("rank-" + rank + ".log"), out, err);
  }

  /** Waits until all have ended well, or one has not. */
  private static Optional<LocalRank> awaitFirstFailure(
      List<LocalRank> ranks, Interrupt.Flag interrupt) {
    boolean told = false;
    while (true) {
      for (LocalRank rank : ranks) {
        if (rank.process().hasFailed()) {
          return Optional.of(rank);
        }
      }
      if (ranks.stream().noneMatch(rank -> rank.process().isAlive())) {
        return Optional.empty();
      }
      if (interrupt.getAsBoolean() && !told) {
        ranks.forEach(rank -> rank.process().askToStop());
        told = true;
      }
      pause();
    }
  }

  /** Lets the others find out by themselves and say so, then ends them. */
  private static void stop(List<LocalRank> ranks) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(GRACE_SECONDS);
    while (System.nanoTime() < end && ranks.stream().anyMatch(rank -> rank.process().isAlive())) {
      pause();
    }
    ranks.forEach(rank -> rank.process().kill());
  }

  private static void pause() {
    try {
      Thread.sleep(POLL_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while ranks run", e);
    }
  }

  private static void check(boolean holds, String name, Object value, String expected) {
    if (!holds) {
      throw new IllegalArgumentException(name + " is " + value + ", expected " + expected);
    }
  }
}
