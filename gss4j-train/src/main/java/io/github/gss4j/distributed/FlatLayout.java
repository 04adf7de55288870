package io.github.gss4j.distributed;

import io.github.gss4j.layers.Parameter;
import io.github.gss4j.ops.Scopes;
import io.github.gss4j.ops.Tensors;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Where parameters are when they are put end to end in one tensor that is cut into equal parts, one
 * per rank. Each begins at a multiple of a few elements; what is between them is zero.
 */
final class FlatLayout {
  private static final long ALIGNMENT = 16;

  private final Map<Parameter, Long> offsets = new LinkedHashMap<>();
  private final int rank;
  private final long partLength;
  private final long length;

  /**
   * Where a parameter and this rank's part meet.
   *
   * @param parameter which
   * @param from the first of its elements that this rank has, in row-major order
   * @param at where that is in the part
   * @param length how many elements
   */
  record Piece(Parameter parameter, long from, long at, long length) {}

  FlatLayout(List<Parameter> parameters, int rank, int worldSize) {
    this.rank = rank;
    long end = 0;
    for (Parameter p : parameters) {
      offsets.put(p, end);
      end = aligned(end + p.value().numel());
    }
    this.partLength = aligned((end + worldSize - 1) / worldSize);
    this.length = partLength * worldSize;
  }

  private static long aligned(long elements) {
    return (elements + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
  }

  List<Parameter> parameters() {
    return List.copyOf(offsets.keySet());
  }

  boolean has(String name) {
    return offsets.keySet().stream().anyMatch(p -> p.name().equals(name));
  }

  /** Elements of a rank's part. */
  long partLength() {
    return partLength;
  }

  /** Elements of all parts. */
  long length() {
    return length;
  }

  /** The parameters' dtype and device, for others like them. */
  Tensor like() {
    return offsets.keySet().iterator().next().value();
  }

  /**
   * Puts tensors end to end.
   *
   * @param values one of each parameter's shape; an undefined one is zero
   * @return (length) in the caller's scope
   */
  Tensor flatten(Function<Parameter, Tensor> values, ScalarType dtype) {
    return Scopes.withoutGradient(
        () -> {
          Tensor flat = torch.zeros(new long[] {length}, Tensors.options(dtype, like().device()));
          offsets.forEach(
              (p, offset) ->
                  Scopes.run(
                      () -> {
                        Tensor value = values.apply(p);
                        if (value.defined()) {
                          flat.narrow(0, offset, value.numel()).copy_(value.flatten());
                        }
                      }));
          return flat;
        });
  }

  /** The place of a parameter in a tensor of all, with its own shape. */
  Tensor view(Tensor flat, Parameter p) {
    return flat.narrow(0, offsets.get(p), p.value().numel()).view(Tensors.shape(p.value()));
  }

  /** This rank's part of a tensor of all. */
  Tensor part(Tensor flat) {
    return flat.narrow(0, rank * partLength, partLength);
  }

  /** Which pieces of parameters this rank's part is made of. */
  List<Piece> pieces() {
    List<Piece> pieces = new ArrayList<>();
    long begin = rank * partLength;
    offsets.forEach(
        (p, offset) -> {
          long from = Math.max(begin, offset);
          long to = Math.min(begin + partLength, offset + p.value().numel());
          if (from < to) {
            pieces.add(new Piece(p, from - offset, from - begin, to - from));
          }
        });
    return pieces;
  }

  /** The pieces of this rank's part as parameters of their own, which the caller owns. */
  List<Parameter> owned(Tensor part) {
    return pieces().stream()
        .map(
            piece ->
                new Parameter(
                    piece.parameter().name(),
                    piece.parameter().role(),
                    Scopes.kept(() -> part.narrow(0, piece.at(), piece.length()))))
        .toList();
  }

  /** What this rank has of a whole tensor of a parameter's shape. */
  Tensor piece(String name, Tensor whole) {
    Piece piece =
        pieces().stream().filter(c -> c.parameter().name().equals(name)).findFirst().orElseThrow();
    return whole.flatten().narrow(0, piece.from(), piece.length());
  }

  /**
   * Puts the ranks' pieces side by side.
   *
   * @param values of this rank's pieces, by parameter; one left out is zero
   * @return whole tensors by parameter, in the caller's scope
   */
  Map<String, Tensor> gather(ProcessGroup group, Map<String, Tensor> values) {
    Tensor flat = Tensors.zerosLike(like(), length);
    try (PointerScope scope = new PointerScope();
        NoGradGuard guard = new NoGradGuard()) {
      Tensor part = Tensors.zerosLike(like(), partLength);
      for (Piece piece : pieces()) {
        Tensor value = values.get(piece.parameter().name());
        if (value != null) {
          part.narrow(0, piece.at(), piece.length()).copy_(value);
        }
      }
      group.allGather(flat, part).await();
    }
    Map<String, Tensor> whole = new LinkedHashMap<>();
    offsets.keySet().forEach(p -> whole.put(p.name(), view(flat, p)));
    return whole;
  }
}
