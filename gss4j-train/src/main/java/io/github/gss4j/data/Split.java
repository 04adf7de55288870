package io.github.gss4j.data;

import io.github.gss4j.files.Digests;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which part of a corpus is held out.
 *
 * <p>Whole members, in the order of a hash of their names, until the share is reached: so the pick
 * hardly changes when other members come. Members of equal content are held out together, so that a
 * copy is not trained on. Where this does not come near the share (one or two members, or few and
 * large ones), the end of the last members is held out instead.
 */
final class Split {
  private Split() {}

  /** How many bytes are held out: at least one, and not all. */
  static long tailBytes(long total, double fraction) {
    return Math.max(1, Math.min(total - 1, Math.round(total * fraction)));
  }

  static String tailName(String name, long bytes) {
    return name + " (last " + bytes + " bytes)";
  }

  /**
   * Says of each member how much of it is held out.
   *
   * @param members of at least two bytes together
   */
  static List<Member> of(List<Member> members, double fraction) {
    long total = members.stream().mapToLong(Member::bytes).sum();
    long target = tailBytes(total, fraction);
    Set<String> picked = new HashSet<>();
    long held = 0;
    if (members.size() > 2) {
      for (Group group : Group.inHashOrder(members)) {
        if (group.bytes > 2 * target || held + group.bytes >= total) {
          continue; // too large to be held out
        }
        if (2 * held + group.bytes > 2 * target) {
          break;
        }
        picked.add(group.sha256);
        held += group.bytes;
      }
    }
    return held < target - held
        ? tail(members, target)
        : members.stream()
            .map(m -> m.withHeldOut(picked.contains(m.sha256()) ? m.bytes() : 0))
            .toList();
  }

  private static List<Member> tail(List<Member> members, long target) {
    List<Member> cut = new ArrayList<>(members);
    long left = target;
    for (int i = cut.size() - 1; i >= 0; i--) {
      long length = Math.min(left, cut.get(i).bytes());
      cut.set(i, cut.get(i).withHeldOut(length));
      left -= length;
    }
    return cut;
  }

  /** Members of equal content. */
  private record Group(String hash, String sha256, long bytes) {
    static Collection<Group> inHashOrder(List<Member> members) {
      Map<String, Group> groups = new LinkedHashMap<>();
      for (Member m : members) {
        groups.merge(
            m.sha256(),
            new Group(Digests.hex(m.name()), m.sha256(), m.bytes()),
            (first, more) -> new Group(first.hash, first.sha256, first.bytes + more.bytes));
      }
      return groups.values().stream().sorted(Comparator.comparing(Group::hash)).toList();
    }
  }
}
