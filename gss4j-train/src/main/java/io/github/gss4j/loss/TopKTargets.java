package io.github.gss4j.loss;

import io.github.gss4j.ops.Scopes;
import io.github.gss4j.ops.Tensors;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * A teacher's k likeliest tokens, with all others in one bucket; kept on disk, so that a sequence
 * is read by the teacher once however often a run comes back to it.
 *
 * <pre>
 * Σ_{v in top} p_v (log p_v − log q_v) + p_r (log p_r − log q_r),   r: all others together
 * </pre>
 *
 * <p>Never more than the divergence of the whole distributions, and 0 for equal ones.
 */
public final class TopKTargets implements TeacherTargets, AutoCloseable {
  /** The teacher's logits of a slice take at most this many numbers. */
  private static final long SLICE = 1 << 22;

  private final Teacher teacher;
  private final double temperature;
  private final int count;
  private final TeacherCache cache;

  private TopKTargets(Teacher teacher, double temperature, int count, TeacherCache cache) {
    this.teacher = teacher;
    this.temperature = temperature;
    this.count = count;
    this.cache = cache;
  }

  /**
   * Opens a teacher's cache, and makes it where there is none.
   *
   * @param count k, below the vocabulary
   * @param directory may hold the caches of other teachers too
   * @throws TeacherCacheException if the cache is damaged, in use, or cannot be written
   */
  public static TopKTargets open(Teacher teacher, double temperature, int count, Path directory) {
    if (count < 1 || count >= teacher.vocabulary()) {
      throw new IllegalArgumentException(
          "teacher_top_k is "
              + count
              + ", expected 1 to "
              + (teacher.vocabulary() - 1)
              + ", fewer than the teacher's tokens");
    }
    TeacherCache cache = TeacherCache.open(directory, teacher.fingerprint(), temperature, count);
    return new TopKTargets(teacher, temperature, count, cache);
  }

  @Override
  public double temperature() {
    return temperature;
  }

  @Override
  public int vocabulary() {
    return teacher.vocabulary();
  }

  @Override
  public BatchTargets targets(Tensor ids) {
    TopTokens[] rows = rows(ids);
    int length = (int) ids.size(1);
    int[] tops = new int[rows.length * length * count];
    float[] logs = new float[rows.length * length * count];
    float[] others = new float[rows.length * length];
    for (int b = 0; b < rows.length; b++) {
      rows[b].copy(b, tops, logs, others);
    }
    Tensor top = Tensors.of(tops, (long) rows.length * length, count);
    Tensor log = Tensors.of(logs, (long) rows.length * length, count);
    Tensor rest = Tensors.of(others, (long) rows.length * length);
    return (student, from) -> divergence(student, from, top, log, rest);
  }

  private static Tensor divergence(Tensor student, long from, Tensor top, Tensor log, Tensor rest) {
    long tokens = student.size(0);
    Tensor chosen = top.narrow(0, from, tokens).to(student.device(), ScalarType.Long); // (T, k)
    Tensor p = log.narrow(0, from, tokens).to(student.device(), student.scalar_type());
    Tensor pRest = rest.narrow(0, from, tokens).to(student.device(), student.scalar_type());
    return sum(student.gather(1, chosen), p).add(sum(withoutTop(student, chosen), pRest));
  }

  /** Σ p (log p − log q). */
  private static Tensor sum(Tensor logQ, Tensor logP) {
    return torch.kl_div(logQ, logP, torch.Reduction.Sum.value, true);
  }

  /** The log of the probability of all tokens but those, (T). */
  private static Tensor withoutTop(Tensor logProbabilities, Tensor top) {
    return logProbabilities.scatter(1, top, new Scalar(Double.NEGATIVE_INFINITY)).logsumexp(1);
  }

  /**
   * One a sequence. Where any is missing, the teacher reads the whole micro-batch again, so that
   * what it says does not depend on which were there.
   */
  private TopTokens[] rows(Tensor ids) {
    long[] all = Tensors.toLongs(ids);
    int length = (int) ids.size(1);
    TopTokens[] rows = new TopTokens[(int) ids.size(0)];
    TopTokens[] asked = null;
    for (int b = 0; b < rows.length; b++) {
      long[] row = Arrays.copyOfRange(all, b * length, (b + 1) * length);
      Optional<TopTokens> kept = cache.get(row);
      if (kept.isEmpty()) {
        asked = asked == null ? ask(ids) : asked;
        cache.put(row, asked[b]);
      }
      TopTokens[] fresh = asked;
      int number = b;
      rows[b] = kept.orElseGet(() -> fresh[number]);
    }
    return rows;
  }

  /** The teacher's word on every sequence of a micro-batch. */
  private TopTokens[] ask(Tensor ids) {
    int length = (int) ids.size(1);
    int tokens = (int) ids.size(0) * length;
    long[] top = new long[tokens * count];
    float[] log = new float[tokens * count];
    float[] rest = new float[tokens];
    try (PointerScope scope = new PointerScope()) {
      Tensor hidden = teacher.hidden(ids).flatten(0, 1); // (B·L, D)
      int step = (int) Math.max(1, SLICE / teacher.vocabulary());
      for (int from = 0; from < tokens; from += step) {
        try (PointerScope slice = new PointerScope()) {
          Tensor part = hidden.narrow(0, from, Math.min(step, tokens - from));
          read(part, from, top, log, rest);
        }
      }
    }
    TopTokens[] rows = new TopTokens[(int) ids.size(0)];
    for (int b = 0; b < rows.length; b++) {
      int start = b * length * count;
      int end = start + length * count;
      rows[b] =
          TopTokens.of(
              count,
              Arrays.stream(top, start, end).mapToInt(Math::toIntExact).toArray(),
              Arrays.copyOfRange(log, start, end),
              Arrays.copyOfRange(rest, b * length, (b + 1) * length));
    }
    return rows;
  }

  private void read(Tensor hidden, int from, long[] top, float[] log, float[] rest) {
    Tensor p =
        Scopes.withoutGradient(
            () -> TeacherTargets.logProbabilities(teacher.head(hidden), temperature)); // (T, V)
    var best = p.topk(count, 1, true, true);
    int tokens = (int) hidden.size(0);
    System.arraycopy(Tensors.toLongs(best.get1()), 0, top, from * count, tokens * count);
    System.arraycopy(Tensors.toFloats(best.get0()), 0, log, from * count, tokens * count);
    float[] others = Tensors.toFloats(withoutTop(p, best.get1()));
    System.arraycopy(others, 0, rest, from, tokens);
  }

  /** Closes the cache; the teacher stays the caller's. */
  @Override
  public void close() {
    cache.close();
  }
}
