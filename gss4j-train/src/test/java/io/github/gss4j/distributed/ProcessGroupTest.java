package io.github.gss4j.distributed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.gss4j.ops.Tensors;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;

/** Ranks that meet, talk, and lose each other. */
class ProcessGroupTest {
  private static final Duration LONG = Duration.ofSeconds(60);
  private static final Duration SHORT = Duration.ofSeconds(2);

  @Test
  void collectivesGiveWhatTheySay() throws Exception {
    Ranks.run(
        3,
        LONG,
        group -> {
          int r = group.rank();
          try (PointerScope scope = new PointerScope()) {
            assertThat(group.sum(r, 10)).containsExactly(3, 30);
            Tensor part = Tensors.of(new double[2], 2);
            group.reduceScatter(part, Tensors.of(new double[] {1, 2, 3, 4, 5, r}, 6)).await();
            assertThat(Tensors.toDoubles(part))
                .containsExactly(r == 0 ? 3 : r == 1 ? 9 : 15, r == 0 ? 6 : r == 1 ? 12 : 3);
            Tensor whole = Tensors.of(new double[3], 3);
            group.allGather(whole, Tensors.of(new double[] {r + 0.5}, 1)).await();
            assertThat(Tensors.toDoubles(whole)).containsExactly(0.5, 1.5, 2.5);
          }
          assertThat(group.fromFirst(() -> new double[] {r, 1e-300})).containsExactly(0, 1e-300);
          group.barrier();
          return r;
        });
  }

  @Test
  void aRankThatFailsEndsTheOthersWithItsReason() {
    RankException e =
        catchThrowableOfType(
            RankException.class,
            () ->
                Ranks.run(
                    2,
                    SHORT,
                    group -> {
                      if (group.rank() == 1) {
                        group.fail("no space left on device");
                      } else {
                        group.sum(1);
                      }
                      return 0;
                    }));
    assertThat(e).hasMessage("rank 1 ended: no space left on device");
  }

  @Test
  void aRankThatDoesNotComeIsNamedThoughItsHeartBeats() {
    assertThatThrownBy(
            () ->
                Ranks.run(
                    2,
                    SHORT,
                    group -> {
                      if (group.rank() == 1) {
                        Thread.sleep(3 * SHORT.toMillis());
                      } else {
                        group.sum(1);
                      }
                      return 0;
                    }))
        .isInstanceOf(RankException.class)
        .hasMessage("rank 1 answers, but did not come to a collective within 2.0 s");
  }

  @Test
  void ranksThatDoNotArriveAreNamed() {
    C10d.OpenStore open = C10d.open(Ranks.at(0, 0, 3, Duration.ofMillis(300)));
    assertThatThrownBy(() -> C10d.join(open, Tensors.device("cpu")))
        .isInstanceOf(RankException.class)
        .hasMessageStartingWith(
            "no sign of rank 1, 2 of 3 at 127.0.0.1:" + open.at().port() + " within 0.3 s");
  }

  @Test
  void theVariablesOfTorchrunAreRead() {
    Map<String, String> environment = new HashMap<>();
    assertThat(Rendezvous.from(environment, "", LONG)).isEmpty();
    environment.putAll(
        Map.of(
            "MASTER_ADDR",
            "node1",
            "MASTER_PORT",
            "29500",
            "RANK",
            "3",
            "WORLD_SIZE",
            "4",
            "LOCAL_RANK",
            "1",
            "GLOO_SOCKET_IFNAME",
            "eth0"));
    assertThat(Rendezvous.from(environment, "", LONG))
        .isEqualTo(Optional.of(new Rendezvous("node1", 29500, 3, 4, 1, false, "eth0", LONG)));
    assertThat(Rendezvous.from(environment, "ib0", LONG).orElseThrow().networkInterface())
        .isEqualTo("ib0");
    environment.put("RANK", "0");
    assertThat(Rendezvous.from(environment, "", LONG).orElseThrow().keepsStore()).isTrue();
    environment.put("TORCHELASTIC_USE_AGENT_STORE", "True");
    assertThat(Rendezvous.from(environment, "", LONG).orElseThrow().keepsStore()).isFalse();
  }

  @Test
  void variablesThatAreMissingOrWrongAreNamed() {
    Map<String, String> environment = new HashMap<>(Map.of("RANK", "4", "WORLD_SIZE", "4"));
    assertThatThrownBy(() -> Rendezvous.from(environment, "", LONG))
        .hasMessageStartingWith("MASTER_ADDR is not set, expected MASTER_ADDR, MASTER_PORT");
    environment.putAll(Map.of("MASTER_ADDR", "node1", "MASTER_PORT", "x"));
    assertThatThrownBy(() -> Rendezvous.from(environment, "", LONG))
        .hasMessage("MASTER_PORT is 'x', expected a number");
    environment.put("MASTER_PORT", "1");
    assertThatThrownBy(() -> Rendezvous.from(environment, "", LONG))
        .hasMessage("RANK is 4, expected 0 to 3 of 4");
    assertThat(List.of(ShardingMode.values()).stream().map(s -> ShardingMode.parse(s.label())))
        .containsExactly(ShardingMode.values());
    assertThatThrownBy(() -> ShardingMode.parse("half"))
        .hasMessage("shard is 'half', expected none, optimizer or full");
  }
}
