package io.github.gss4j.batches;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.gss4j.config.ClassifierConfig;
import io.github.gss4j.config.training.ClassifierObjective;
import io.github.gss4j.ops.Tensors;
import java.util.concurrent.atomic.AtomicInteger;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;

class ClassifierBatchesTest {
  /** Places 0 and 2 of each sequence are its path; counts how often one is made. */
  private record Counted(AtomicInteger made) implements LabelledSequences {
    @Override
    public int size() {
      return 4;
    }

    @Override
    public int numClasses() {
      return 2;
    }

    @Override
    public int numTokens() {
      return 8;
    }

    @Override
    public int[] sequence(int index) {
      made.incrementAndGet();
      return new int[] {index, 1, 2};
    }

    @Override
    public int label(int index) {
      return index % 2;
    }

    @Override
    public Traced traced(int index) {
      return new Traced(sequence(index), new int[] {1, 0, 1});
    }
  }

  @Test
  void aSequenceAndItsPathAreMadeTogether() {
    AtomicInteger made = new AtomicInteger();
    try (PointerScope scope = new PointerScope()) {
      ClassifierBatches batches =
          new ClassifierBatches(
              new Counted(made),
              ClassifierObjective.LABEL_AND_PATH,
              new ClassifierConfig.Tokens(8),
              ScalarType.Float,
              Tensors.device("cpu"));
      LabelledBatches.Batch batch = batches.batch(batches.inOrder(0, 4));
      assertThat(made).hasValue(4);
      assertThat(Tensors.toLongs(batch.input().select(0, 3))).containsExactly(3, 1, 2);
      assertThat(Tensors.toLongs(batch.places().orElseThrow().select(0, 3)))
          .containsExactly(1, 0, 1);
    }
  }
}
