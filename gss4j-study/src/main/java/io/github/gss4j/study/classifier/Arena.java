package io.github.gss4j.study.classifier;

import io.github.gss4j.batches.LabelledData;
import io.github.gss4j.batches.LabelledSequences;
import io.github.gss4j.batches.Rehearsal;
import io.github.gss4j.config.training.ClassifierObjective;
import io.github.gss4j.config.training.ClassifyConfig;
import io.github.gss4j.config.training.DrawnImages;
import io.github.gss4j.data.DataException;
import io.github.gss4j.study.listops.ListOps;
import io.github.gss4j.study.pathfinder.DrawnPathfinder;
import io.github.gss4j.study.pathfinder.PathfinderImages;
import io.github.gss4j.study.pathfinder.Variant;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Tasks of the Long Range Arena, on disk or drawn on the way. Of Pathfinder's images 80 % are
 * trained on, 10 % are for validation and 10 % for the test, by a fixed shuffle; ListOps has files
 * of its own for each.
 */
public final class Arena {
  private static final long SHUFFLE = 42;

  /** Seeds of images that no run is trained on; those of runs are small. */
  private static final long VALIDATION = 1L << 40;

  private static final long TEST = VALIDATION + 1;

  private Arena() {}

  /**
   * What a configuration is trained on: images that are drawn, or what is in its directory. Of
   * hidden pixels there is no curriculum: those of short contours are easier to guess, not to
   * learn.
   *
   * @throws DataException if nothing is there
   */
  public static LabelledData of(ClassifyConfig config) {
    return config
        .images()
        .map(images -> drawn(images, config.seed(), config.objective()))
        .orElseGet(() -> open(Path.of(config.data())));
  }

  private static LabelledData drawn(DrawnImages images, long seed, ClassifierObjective objective) {
    Variant task = Variant.of(images.size()).withContourLength(images.contourLength());
    List<LabelledData.Stage> stages = new ArrayList<>();
    List<LabelledSequences> earlier = new ArrayList<>();
    boolean masked = objective == ClassifierObjective.MASKED;
    List<Integer> curriculum = masked ? List.of() : images.curriculum();
    Stream.concat(curriculum.stream().map(task::easier), Stream.of(task))
        .forEach(
            variant -> {
              LabelledSequences own = DrawnPathfinder.endless(variant, seed);
              stages.add(
                  new LabelledData.Stage(
                      "contours of " + variant.contourLength() + " pieces",
                      new Rehearsal(own, earlier, images.rehearsal()),
                      DrawnPathfinder.of(variant, VALIDATION, images.tested())));
              earlier.add(own);
            });
    return new LabelledData(
        stages, images.promoteAt(), DrawnPathfinder.of(task, TEST, images.tested()), 0);
  }

  /**
   * Opens a directory of Pathfinder's images or ListOps' files.
   *
   * @throws DataException if it is neither
   */
  static LabelledData open(Path directory) {
    if (ListOps.isAt(directory)) {
      return new LabelledData(
          listOps(directory, ListOps.Part.TRAIN),
          listOps(directory, ListOps.Part.VAL),
          listOps(directory, ListOps.Part.TEST),
          0);
    }
    if (!PathfinderImages.isAt(directory)) {
      throw new DataException(
          directory,
          "holds no task, expected Pathfinder (metadata/*.npy) or ListOps (basic_train.tsv)");
    }
    PathfinderImages images = PathfinderImages.open(directory);
    LabelledSequences all = images.labelled();
    int tenth = all.size() / 10;
    if (tenth < 1) {
      throw new DataException(
          directory, "holds " + all.size() + " images, expected at least 10 to divide");
    }
    int[] order = shuffled(all.size());
    int held = all.size() - 2 * tenth;
    return new LabelledData(
        all.at(Arrays.copyOfRange(order, 0, held)),
        all.at(Arrays.copyOfRange(order, held, held + tenth)),
        all.at(Arrays.copyOfRange(order, held + tenth, order.length)),
        images.empty());
  }

  private static int[] shuffled(int size) {
    SplittableRandom random = new SplittableRandom(SHUFFLE);
    int[] order = IntStream.range(0, size).toArray();
    for (int i = size - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      int swapped = order[i];
      order[i] = order[j];
      order[j] = swapped;
    }
    return order;
  }

  private static LabelledSequences listOps(Path directory, ListOps.Part part) {
    ListOps expressions = ListOps.read(directory, part);
    return new LabelledSequences() {
      @Override
      public int size() {
        return expressions.examples().size();
      }

      @Override
      public int numClasses() {
        return ListOps.NUM_CLASSES;
      }

      @Override
      public int numTokens() {
        return ListOps.NUM_TOKENS;
      }

      @Override
      public int[] sequence(int index) {
        byte[] ids = expressions.examples().get(index).ids();
        return IntStream.range(0, ids.length).map(i -> ids[i]).toArray();
      }

      @Override
      public int label(int index) {
        return expressions.examples().get(index).value();
      }
    };
  }
}
