package io.github.gss4j.cli.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class CoresTest {
  @Test
  void linuxWritesRangesAndSingleCores() {
    assertThat(Cores.parse("0-3,8,10-11").numbers()).containsExactly(0, 1, 2, 3, 8, 10, 11);
    assertThat(Cores.parse("5").numbers()).containsExactly(5);
  }

  @Test
  void ranksShareAllCoresAndHaveNoneInCommon() {
    Cores seven = Cores.parse("0-3,8,10-11");
    List<Integer> all =
        IntStream.range(0, 3).boxed().flatMap(r -> seven.share(r, 3).numbers().stream()).toList();
    assertThat(all).isEqualTo(seven.numbers());
    assertThat(seven.share(2, 3).numbers()).containsExactly(8, 10, 11);
  }

  @Test
  void moreRanksThanCoresAreRefused() {
    assertThatThrownBy(() -> Cores.parse("0,4").share(0, 3))
        .hasMessageStartingWith("--nproc is 3, expected at most 2 with --bind-cores");
  }

  @Test
  void aBoundProcessRunsOnItsCoresAlone() throws Exception {
    Cores last = new Cores(List.of(lastOf(Cores.ofThisProcess().numbers())));
    List<String> command = new ArrayList<>(last.binding());
    command.addAll(List.of("grep", "Cpus_allowed_list", "/proc/self/status"));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(said.strip()).isEqualTo("Cpus_allowed_list:\t" + last.numbers().get(0));
  }

  private static int lastOf(List<Integer> numbers) {
    return numbers.get(numbers.size() - 1);
  }
}
