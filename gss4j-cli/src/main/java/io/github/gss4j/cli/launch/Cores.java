package io.github.gss4j.cli.launch;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The processor cores that this process may run on, shared out among ranks: threads of two ranks
 * that now and then meet on one core make both wait for the slower.
 *
 * @param numbers as Linux has them
 */
record Cores(List<Integer> numbers) {
  private static final Path STATUS = Path.of("/proc/self/status");
  private static final String FIELD = "Cpus_allowed_list:";

  /** Those of this process. */
  static Cores ofThisProcess() throws IOException {
    if (!Files.exists(STATUS)) {
      throw new IllegalArgumentException(
          "--bind-cores needs Linux: " + STATUS + " is not there; leave it out");
    }
    return Files.readAllLines(STATUS).stream()
        .filter(line -> line.startsWith(FIELD))
        .map(line -> parse(line.substring(FIELD.length()).strip()))
        .findFirst()
        .orElseThrow(() -> new IllegalStateException(STATUS + " has no line " + FIELD));
  }

  /** Of a list as Linux writes it: {@code 0-3,8}. */
  static Cores parse(String list) {
    List<Integer> numbers = new ArrayList<>();
    for (String range : list.split(",", -1)) {
      String[] ends = range.split("-", 2);
      IntStream.rangeClosed(Integer.parseInt(ends[0]), Integer.parseInt(ends[ends.length - 1]))
          .forEach(numbers::add);
    }
    return new Cores(numbers);
  }

  /** The share of one of several ranks; the last one has what does not divide. */
  Cores share(int rank, int ranks) {
    int each = numbers.size() / ranks;
    if (each == 0) {
      throw new IllegalArgumentException(
          "--nproc is "
              + ranks
              + ", expected at most "
              + numbers.size()
              + " with --bind-cores, the cores of this machine; leave it out");
    }
    return new Cores(
        numbers.subList(rank * each, rank == ranks - 1 ? numbers.size() : (rank + 1) * each));
  }

  /** What goes before a command that is to run on them alone; taskset is part of util-linux. */
  List<String> binding() {
    String list = numbers.stream().map(String::valueOf).collect(Collectors.joining(","));
    return List.of("taskset", "--cpu-list", list);
  }
}
