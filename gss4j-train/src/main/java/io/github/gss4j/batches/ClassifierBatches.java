package io.github.gss4j.batches;

import io.github.gss4j.batches.LabelledBatches.Batch;
import io.github.gss4j.config.Checks;
import io.github.gss4j.config.ClassifierConfig;
import io.github.gss4j.config.training.ClassifierObjective;
import io.github.gss4j.layers.Lengths;
import io.github.gss4j.loss.CrossEntropy;
import io.github.gss4j.ops.Tensors;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Batches of sequences as a model reads them: ids, or numbers from −1 to 1, padded to the longest.
 * Where a model reads two numbers at a place, the second is 1 where the first is hidden from it.
 *
 * @param sequences where they come from
 * @param objective what of them is asked for
 * @param input what the model reads
 * @param type of the numbers
 * @param device of the model
 */
public record ClassifierBatches(
    LabelledSequences sequences,
    ClassifierObjective objective,
    ClassifierConfig.Input input,
    ScalarType type,
    Device device) {
  /** The share of places that are hidden, as in Amos et al. 2023 (arXiv 2310.02980). */
  private static final double HIDDEN = 0.5;

  /**
   * Checks that the model can be shown what is hidden.
   *
   * @throws IllegalArgumentException if its input has no place for that
   */
  public ClassifierBatches {
    if (objective == ClassifierObjective.MASKED) {
      if (input instanceof ClassifierConfig.Values values) {
        Checks.that(
            values.channels() == 2,
            "input_dim",
            values.channels(),
            "2 with objective masked: a pixel, and whether it is hidden");
      } else if (input instanceof ClassifierConfig.Tokens tokens) {
        int least = sequences.numTokens() + 1;
        Checks.that(
            tokens.numTokens() >= least,
            "num_tokens",
            tokens.numTokens(),
            "at least " + least + " with objective masked: the last stands for what is hidden");
      }
    }
  }

  /** Sequences drawn at random with their number, the same for the same step and seed. */
  public Drawn drawn(long seed, long number, int count) {
    SplittableRandom random = new SplittableRandom(new SplittableRandom(seed).nextLong() + number);
    int size = sequences.size();
    int[] indices =
        sequences.isEndless()
            ? LongStream.range(number * count, (number + 1) * count)
                .mapToInt(i -> (int) (i % size))
                .toArray()
            : IntStream.range(0, count).map(i -> random.nextInt(size)).toArray();
    return read(indices, random);
  }

  /** Sequences in a row. */
  public Drawn inOrder(int from, int to) {
    return read(IntStream.range(from, to).toArray(), new SplittableRandom(from));
  }

  private Drawn read(int[] indices, SplittableRandom random) {
    long seed = random.nextLong(); // of what is hidden
    return new Drawn(
        Arrays.stream(indices)
            .parallel()
            .mapToObj(i -> example(i, new SplittableRandom(seed + i)))
            .toList());
  }

  private LabelledExample example(int index, SplittableRandom random) {
    int label = sequences.label(index);
    return switch (objective) {
      case LABEL ->
          new LabelledExample(sequences.sequence(index), Optional.empty(), label, Optional.empty());
      case MASKED -> {
        int[] tokens = sequences.sequence(index);
        boolean[] hidden = new boolean[tokens.length];
        long[] places = new long[tokens.length];
        for (int i = 0; i < tokens.length; i++) {
          hidden[i] = random.nextDouble() < HIDDEN;
          places[i] = hidden[i] ? tokens[i] : CrossEntropy.IGNORED;
        }
        yield new LabelledExample(tokens, Optional.of(hidden), label, Optional.of(places));
      }
      case LABEL_AND_PATH -> {
        LabelledSequences.Traced traced = sequences.traced(index);
        long[] places = Arrays.stream(traced.path()).asLongStream().toArray();
        yield new LabelledExample(traced.sequence(), Optional.empty(), label, Optional.of(places));
      }
    };
  }

  /** Sequences of a batch, still in Java's memory: any thread may read them ahead. */
  public static final class Drawn {
    private final List<LabelledExample> examples;

    private Drawn(List<LabelledExample> examples) {
      this.examples = examples;
    }
  }

  /** What the model reads, on its device, in the caller's scope. */
  public Batch batch(Drawn drawn) {
    List<LabelledExample> rows = drawn.examples;
    int longest = rows.stream().mapToInt(row -> row.tokens().length).max().orElseThrow();
    long[] lengths = rows.stream().mapToLong(row -> row.tokens().length).toArray();
    long[] labels = rows.stream().mapToLong(LabelledExample::label).toArray();
    Tensor read = read(rows, longest).to(device, isTokens() ? ScalarType.Long : type);
    return new Batch(
        read,
        Lengths.of(lengths, longest, read),
        Tensors.of(labels, labels.length).to(device, ScalarType.Long),
        Arrays.stream(lengths).sum(),
        places(rows, longest));
  }

  private Optional<Tensor> places(List<LabelledExample> rows, int longest) {
    if (objective == ClassifierObjective.LABEL) {
      return Optional.empty();
    }
    long[] places = new long[rows.size() * longest];
    Arrays.fill(places, CrossEntropy.IGNORED);
    for (int r = 0; r < rows.size(); r++) {
      long[] row = rows.get(r).places().orElseThrow();
      System.arraycopy(row, 0, places, r * longest, row.length);
    }
    return Optional.of(Tensors.of(places, rows.size(), longest).to(device, ScalarType.Long));
  }

  private boolean isTokens() {
    return input instanceof ClassifierConfig.Tokens;
  }

  private Tensor read(List<LabelledExample> rows, int longest) {
    return isTokens() ? ids(rows, longest) : numbers(rows, longest);
  }

  private Tensor ids(List<LabelledExample> rows, int longest) {
    long[] ids = new long[rows.size() * longest];
    for (int r = 0; r < rows.size(); r++) {
      LabelledExample row = rows.get(r);
      boolean[] hidden = row.hidden().orElse(new boolean[row.tokens().length]);
      for (int i = 0; i < row.tokens().length; i++) {
        ids[r * longest + i] = hidden[i] ? sequences.numTokens() : row.tokens()[i];
      }
    }
    return Tensors.of(ids, rows.size(), longest);
  }

  private Tensor numbers(List<LabelledExample> rows, int longest) {
    int channels = ((ClassifierConfig.Values) input).channels();
    float scale = 2f / (sequences.numTokens() - 1);
    float[] numbers = new float[rows.size() * longest * channels];
    for (int r = 0; r < rows.size(); r++) {
      LabelledExample row = rows.get(r);
      boolean[] hidden = row.hidden().orElse(new boolean[row.tokens().length]);
      for (int i = 0; i < row.tokens().length; i++) {
        int at = (r * longest + i) * channels;
        numbers[at] = hidden[i] ? 0 : row.tokens()[i] * scale - 1;
        if (channels > 1) {
          numbers[at + 1] = hidden[i] ? 1 : 0;
        }
      }
    }
    return Tensors.of(numbers, rows.size(), longest, channels);
  }
}
