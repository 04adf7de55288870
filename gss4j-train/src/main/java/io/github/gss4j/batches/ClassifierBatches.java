package io.github.gss4j.batches;

import io.github.gss4j.batches.LabelledBatches.Batch;
import io.github.gss4j.config.ClassifierConfig;
import io.github.gss4j.layers.Lengths;
import io.github.gss4j.ops.Tensors;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Batches of sequences as a model reads them: ids, or numbers from −1 to 1, padded to the longest.
 *
 * @param sequences where they come from
 * @param input what the model reads
 * @param type of the numbers
 * @param device of the model
 */
public record ClassifierBatches(
    LabelledSequences sequences, ClassifierConfig.Input input, ScalarType type, Device device) {
  /** Sequences drawn at random with their number, the same for the same step and seed. */
  public Batch drawn(long seed, long number, int count) {
    SplittableRandom random = new SplittableRandom(new SplittableRandom(seed).nextLong() + number);
    return of(IntStream.range(0, count).map(i -> random.nextInt(sequences.size())).toArray());
  }

  /** Sequences in a row. */
  public Batch inOrder(int from, int to) {
    return of(IntStream.range(from, to).toArray());
  }

  private Batch of(int[] indices) {
    List<int[]> rows = Arrays.stream(indices).parallel().mapToObj(sequences::sequence).toList();
    int longest = rows.stream().mapToInt(row -> row.length).max().orElseThrow();
    long[] lengths = rows.stream().mapToLong(row -> row.length).toArray();
    long[] labels = Arrays.stream(indices).mapToLong(sequences::label).toArray();
    Tensor read = read(rows, longest).to(device, isTokens() ? ScalarType.Long : type);
    return new Batch(
        read,
        Lengths.of(lengths, longest, read),
        Tensors.of(labels, labels.length).to(device, ScalarType.Long),
        Arrays.stream(lengths).sum());
  }

  private boolean isTokens() {
    return input instanceof ClassifierConfig.Tokens;
  }

  private Tensor read(List<int[]> rows, int longest) {
    if (isTokens()) {
      long[] ids = new long[rows.size() * longest];
      for (int r = 0; r < rows.size(); r++) {
        int[] row = rows.get(r);
        for (int i = 0; i < row.length; i++) {
          ids[r * longest + i] = row[i];
        }
      }
      return Tensors.of(ids, rows.size(), longest);
    }
    float scale = 2f / (sequences.numTokens() - 1);
    float[] numbers = new float[rows.size() * longest];
    for (int r = 0; r < rows.size(); r++) {
      int[] row = rows.get(r);
      for (int i = 0; i < row.length; i++) {
        numbers[r * longest + i] = row[i] * scale - 1;
      }
    }
    return Tensors.of(numbers, rows.size(), longest, 1);
  }
}
