package io.github.gss4j.batches;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.gss4j.config.training.TrainConfig;
import io.github.gss4j.data.documents.DocumentOptions;
import io.github.gss4j.data.documents.DocumentSource;
import io.github.gss4j.data.documents.StreamedCorpus;
import io.github.gss4j.ops.Tensors;
import io.github.gss4j.tokenizer.ByteTokenizer;
import io.github.gss4j.tracking.MetricLine;
import io.github.gss4j.trainer.TinyRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.bytedeco.javacpp.PointerScope;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A stream as the batches of a run. */
class StreamBatchesTest {
  private static final TrainConfig CONFIG = TinyRun.config("float32", 2, 3, false, false);

  @TempDir Path dir;
  private StreamedCorpus corpus;

  @BeforeEach
  void open() throws IOException {
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < 500; i++) {
      lines.append("{\"text\": \"document number ").append(i).append(" of some\"}\n");
    }
    Path file = Files.writeString(dir.resolve("a.jsonl"), lines);
    DocumentSource source =
        DocumentSource.parse(file.toString(), Optional.empty(), dir, () -> null).orElseThrow();
    DocumentOptions options = new DocumentOptions("text", 0.1, false);
    corpus = new StreamedCorpus(source, Optional.empty(), options, 20, new ByteTokenizer(), dir);
  }

  @AfterEach
  void close() {
    corpus.close();
  }

  private static double[] ids(BatchSource batches, long step, int micro) {
    try (PointerScope scope = new PointerScope()) {
      return Tensors.toDoubles(batches.ids(step, micro));
    }
  }

  @Test
  void aStepMayBeAskedForAgain() {
    try (StreamBatches batches = new StreamBatches(corpus, CONFIG, 0, 1)) {
      double[] second = ids(batches, 1, 2);
      assertThat(second).hasSize(2 * 33).isNotEqualTo(ids(batches, 1, 0));
      assertThat(ids(batches, 1, 2)).isEqualTo(second);
      assertThat(ids(batches, 2, 2)).isNotEqualTo(second);
      assertThatThrownBy(() -> batches.ids(1, 0))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("step 1 was asked for after step 2");
    }
  }

  @Test
  void aPositionIsWhereTheNextStepBegins() {
    try (StreamBatches batches = new StreamBatches(corpus, CONFIG, 0, 1);
        StreamBatches resumed = new StreamBatches(corpus, CONFIG, 0, 1)) {
      ids(batches, 1, 0);
      ids(batches, 2, 0);
      JsonNode position = batches.position().orElseThrow();
      double[] third = ids(batches, 3, 1);
      resumed.seek(position);
      assertThat(resumed.position()).contains(position);
      assertThat(ids(resumed, 3, 1)).isEqualTo(third);
      assertThat(resumed.position()).isEqualTo(batches.position());
      assertThat(resumed.leftOut()).contains(MetricLine.SkippedData.NONE);
    }
  }

  @Test
  void noPositionIsNoBeginning() {
    try (StreamBatches batches = new StreamBatches(corpus, CONFIG, 0, 1)) {
      assertThatThrownBy(() -> batches.ids(4, 0))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("keeps no position");
    }
    CorpusBatches pure = new CorpusBatches(corpus.heldOut(), CONFIG, 0, 1);
    assertThat(pure.position()).isEmpty();
    assertThatThrownBy(() -> pure.seek(null))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("the text is not a stream");
  }
}
