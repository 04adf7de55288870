package io.github.gss4j.distributed;

import io.github.gss4j.layers.Parameter;
import io.github.gss4j.ops.Scopes;
import io.github.gss4j.ops.Tensors;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.bytedeco.pytorch.Tensor;

/**
 * Work on whole tensors that ranks share out among them: the largest first, each to the rank that
 * has least to do.
 */
final class SharedWork {
  private final ProcessGroup group;
  private final Set<String> mine;

  /** The share of this rank in the work on some parameters, the same on all ranks. */
  SharedWork(ProcessGroup group, List<Parameter> parameters) {
    this.group = group;
    List<Parameter> largestFirst = new ArrayList<>(parameters);
    largestFirst.sort(Comparator.comparingLong(p -> -p.value().numel()));
    long[] loads = new long[group.worldSize()];
    this.mine =
        largestFirst.stream()
            .filter(p -> give(loads, p.value().numel()) == group.rank())
            .map(Parameter::name)
            .collect(Collectors.toSet());
  }

  private static int give(long[] loads, long load) {
    int least = 0;
    for (int rank = 1; rank < loads.length; rank++) {
      least = loads[rank] < loads[least] ? rank : least;
    }
    loads[least] += load;
    return least;
  }

  /** This rank's results in their places, zeros in the others': the sum over ranks has all. */
  Tensor map(FlatLayout flat, Function<Parameter, Tensor> values, UnaryOperator<Tensor> map) {
    return flat.flatten(
        p -> mine.contains(p.name()) ? map.apply(values.apply(p)) : new Tensor(),
        Tensors.type(flat.like()));
  }

  /** Gathers, maps, and gives each rank the results for its pieces. */
  Map<String, Tensor> mapParts(
      FlatLayout flat, Map<String, Tensor> pieces, UnaryOperator<Tensor> map) {
    Tensor part = Tensors.zerosLike(flat.like(), flat.partLength());
    Scopes.run(
        () -> {
          Map<String, Tensor> whole = flat.gather(group, pieces);
          Tensor mapped = map(flat, p -> whole.get(p.name()), map);
          group.reduceScatter(part, mapped).await();
        });
    Map<String, Tensor> results = new LinkedHashMap<>();
    for (FlatLayout.Piece piece : flat.pieces()) {
      results.put(piece.parameter().name(), part.narrow(0, piece.at(), piece.length()));
    }
    return results;
  }
}
