package io.github.gss4j.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class SplitTest {
  private static List<Member> members(int count, long bytes) {
    List<Member> members = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      members.add(new Member("file" + i, bytes, "content" + i, 0));
    }
    return members;
  }

  private static long heldOut(List<Member> members) {
    return members.stream().mapToLong(Member::heldOutBytes).sum();
  }

  private static Set<String> names(List<Member> members) {
    Set<String> names = new HashSet<>();
    members.stream().filter(m -> m.heldOutBytes() > 0).forEach(m -> names.add(m.name()));
    return names;
  }

  @Property(tries = 300)
  void shareIsNearWhatWasAskedAndBothPartsHaveText(
      @ForAll @IntRange(min = 1, max = 60) int count,
      @ForAll @DoubleRange(min = 0.01, max = 0.95) double fraction,
      @ForAll long seed) {
    Random random = new Random(seed);
    List<Member> members = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      long bytes = 2 + (long) Math.exp(random.nextDouble() * 12);
      members.add(new Member("m" + i, bytes, "c" + random.nextInt(count), 0));
    }
    long total = members.stream().mapToLong(Member::bytes).sum();
    long target = Split.tailBytes(total, fraction);
    List<Member> split = Split.of(members, fraction);
    assertThat(split).extracting(Member::name).containsExactlyElementsOf(names(members, split));
    assertThat(heldOut(split)).isBetween(Math.max(1, target / 2), Math.min(total - 1, 2 * target));
  }

  private static List<String> names(List<Member> before, List<Member> after) {
    assertThat(after).hasSameSizeAs(before);
    return before.stream().map(Member::name).toList();
  }

  @Test
  void wholeMembersAreHeldOut() {
    List<Member> split = Split.of(members(200, 1000), 0.05);
    assertThat(split).allSatisfy(m -> assertThat(m.heldOutBytes()).isIn(0L, m.bytes()));
    assertThat(heldOut(split)).isEqualTo(10_000);
  }

  @Test
  void pickHardlyChangesWhenOthersCome() {
    Set<String> before = names(Split.of(members(1000, 1000), 0.05));
    Set<String> after = names(Split.of(members(1100, 1000), 0.05));
    assertThat(before).hasSize(50);
    Set<String> kept = new HashSet<>(before);
    kept.retainAll(after);
    assertThat(kept).hasSizeGreaterThanOrEqualTo(45);
  }

  @Test
  void copyOfHeldOutTextIsNotTrainedOn() {
    List<Member> members = members(200, 1000);
    String heldOutName = names(Split.of(members, 0.05)).iterator().next();
    String content = heldOutName.replace("file", "content");
    members.add(new Member("copy", 1000, content, 0));
    Set<String> held = names(Split.of(members, 0.05));
    assertThat(held.contains("copy")).isEqualTo(held.contains(heldOutName));
    assertThat(held).contains("copy");
  }

  @Test
  void oneOrTwoMembersGiveTheirTail() {
    assertThat(Split.of(members(1, 1000), 0.05))
        .extracting(Member::heldOutBytes)
        .containsExactly(50L);
    assertThat(Split.of(members(2, 1000), 0.05))
        .extracting(Member::heldOutBytes)
        .containsExactly(0L, 100L);
    assertThat(Split.of(members(2, 1000), 0.05).get(1).heldOutName())
        .isEqualTo("file1 (last 100 bytes)");
  }

  @Test
  void tailMayTakeMoreThanTheLastMember() {
    List<Member> members =
        List.of(
            new Member("a", 1_000_000, "x", 0),
            new Member("b", 100, "y", 0),
            new Member("c", 5, "z", 0));
    assertThat(Split.of(members, 0.05))
        .extracting(Member::heldOutName)
        .containsExactly("a (last 49900 bytes)", "b", "c");
  }
}
