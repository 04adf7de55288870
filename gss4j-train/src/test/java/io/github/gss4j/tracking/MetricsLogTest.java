package io.github.gss4j.tracking;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.gss4j.tracking.MetricLine.Evaluation;
import io.github.gss4j.tracking.MetricLine.LayerStats;
import io.github.gss4j.tracking.MetricLine.Sample;
import io.github.gss4j.tracking.MetricLine.SkippedData;
import io.github.gss4j.tracking.MetricLine.Step;
import io.github.gss4j.tracking.MetricLine.Taught;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MetricsLogTest {
  @TempDir Path directory;
  private Path file;

  @BeforeEach
  void nameFile() {
    file = directory.resolve("run/metrics.jsonl");
  }

  @Property
  void everyStepComesBackToTheBit(
      @ForAll double loss, @ForAll double lr, @ForAll double norm, @ForAll double speed) {
    Step step = new Step(Long.MAX_VALUE, loss, lr, norm, speed);
    assertThat(MetricJson.read(MetricJson.write(step))).isEqualTo(step);
  }

  @Test
  void aTaughtStepSaysWhatItsLossIs() {
    Taught mixed = new Taught("alternating", 2.5, 1.5);
    Step both = new Step(3, 2, 1e-3, 1.5, 6000, Optional.of(mixed), SkippedData.NONE);
    String line = MetricJson.write(both);
    assertThat(line)
        .endsWith("\"objective\":\"alternating\",\"cross_entropy\":2.5,\"distillation\":1.5}");
    assertThat(MetricJson.read(line)).isEqualTo(both);
    Taught first = new Taught("cross_entropy", 2, Double.NaN);
    Step one = new Step(3, 2, 1e-3, 1.5, 6000, Optional.of(first), SkippedData.NONE);
    assertThat(MetricJson.write(one)).doesNotContain("distillation");
    assertThat(MetricJson.read(MetricJson.write(one))).isEqualTo(one);
    assertThatThrownBy(() -> MetricJson.read(line.replace("cross_entropy", "entropy")))
        .hasMessageContaining("has the keys")
        .hasMessageContaining("distillation");
  }

  @Test
  void whatIsBrokenIsCountedWhereThereIsAny() {
    Step whole = step(3);
    assertThat(MetricJson.write(whole)).doesNotContain("broken");
    SkippedData some = new SkippedData(7, 0, 0, 0);
    Taught taught = new Taught("distillation", 2.5, 1.5);
    for (Optional<Taught> how : List.of(Optional.<Taught>empty(), Optional.of(taught))) {
      Step broken = new Step(3, 2, 1e-3, 1.5, 6000, how, some);
      String line = MetricJson.write(broken);
      assertThat(line).endsWith(",\"broken_rows\":7}");
      assertThat(MetricJson.read(line)).isEqualTo(broken);
      assertThatThrownBy(() -> MetricJson.read(line.replace("7}", "\"many\"}")))
          .hasMessageContaining("has broken_rows \"many\", expected a whole number");
    }
    Step ends = new Step(3, 2, 1e-3, 1.5, 6000, Optional.empty(), new SkippedData(0, 1, 3, 0));
    assertThat(MetricJson.read(MetricJson.write(ends))).isEqualTo(ends);
    assertThat(MetricJson.write(ends)).endsWith(",\"broken_shards\":1,\"left_out_files\":3}");
    assertThat(Scalars.of(ends)).containsEntry("run/broken_shards", 1.0);
    Step cut = new Step(3, 2, 1e-3, 1.5, 6000, Optional.empty(), new SkippedData(0, 0, 0, 5));
    assertThat(MetricJson.write(cut)).endsWith(",\"cuts\":5}");
    assertThat(MetricJson.read(MetricJson.write(cut))).isEqualTo(cut);
    String evaluation = MetricJson.write(evaluation(2)).replace("}", ",\"broken_rows\":7}");
    assertThatThrownBy(() -> MetricJson.read(evaluation)).hasMessageContaining("has the keys");
  }

  @Property
  void everyTextComesBackAndStaysOnOneAsciiLine(@ForAll String prompt, @ForAll String text) {
    Sample sample = new Sample(3, prompt, text + "\u2028\n\ud83d");
    String line = MetricJson.write(sample);
    assertThat(line).matches("[\\x20-\\x7f]*");
    assertThat(MetricJson.read(line)).isEqualTo(sample);
  }

  @Test
  void numbersThatAreNotFiniteAreStrings() {
    Step step = new Step(1, Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, -0.0);
    String line = MetricJson.write(step);
    assertThat(line)
        .isEqualTo(
            "{\"step\":1,\"loss\":\"NaN\",\"lr\":\"Infinity\",\"grad_norm\":\"-Infinity\","
                + "\"tokens_per_second\":-0.0}");
    assertThat(MetricJson.read(line)).isEqualTo(step);
  }

  @Test
  void keysAreThoseOfTheFileFormat() {
    assertThat(MetricJson.write(step(2)))
        .isEqualTo(
            "{\"step\":2,\"loss\":0.5,\"lr\":0.001,\"grad_norm\":1.5,"
                + "\"tokens_per_second\":6000.0}");
    assertThat(MetricJson.write(evaluation(2)))
        .isEqualTo(
            "{\"step\":2,\"eval_loss\":1.0,\"bits_per_byte\":1.44,\"perplexity\":2.7,"
                + "\"eval_tokens\":512,\"whole\":true}");
    assertThat(MetricJson.write(watch(2)))
        .isEqualTo(
            "{\"step\":2,\"layer_grad_norms\":{\"token_emb\":0.5,\"layers.0\":\"NaN\"},"
                + "\"layer_update_ratios\":{},\"clipped_share\":0.25,\"skipped\":3,"
                + "\"resident_bytes\":4096}");
    assertThat(MetricJson.write(new Sample(2, "a", "b")))
        .isEqualTo("{\"step\":2,\"prompt\":\"a\",\"sample\":\"b\"}");
  }

  @Test
  void aLookAtTheLayersComesBackAndWrongOnesAreNamed() {
    String line = MetricJson.write(watch(7));
    assertThat(MetricJson.read(line)).isEqualTo(watch(7));
    assertThatThrownBy(() -> MetricJson.read(line.replace("{}", "[]")))
        .hasMessageContaining("has layer_update_ratios [], expected an object of numbers");
    assertThatThrownBy(() -> MetricJson.read(line.replace("0.5", "\"much\"")))
        .hasMessageContaining("has token_emb \"much\", expected a number");
  }

  @Test
  void whatIsAppendedCanBeReadAtOnce() throws IOException {
    try (MetricsLog log = MetricsLog.open(file, 0)) {
      log.append(step(1));
      log.append(evaluation(1));
      log.append(new Sample(1, "p", "t"));
      assertThat(MetricsLog.read(file))
          .containsExactly(step(1), evaluation(1), new Sample(1, "p", "t"));
    }
  }

  @Test
  void resumingDropsWhatIsMeasuredAgain() throws IOException {
    write(step(1), step(2), evaluation(2), step(3), evaluation(3), new Sample(3, "p", "t"));
    try (MetricsLog log = MetricsLog.open(file, 2)) {
      log.append(step(3));
    }
    assertThat(MetricsLog.read(file)).containsExactly(step(1), step(2), evaluation(2), step(3));
    assertThat(directory.resolve("run")).isDirectoryContaining(f -> f.equals(file));
    try (var files = Files.list(directory.resolve("run"))) {
      assertThat(files).hasSize(1);
    }
  }

  @Test
  void aTornLastLineIsDropped() throws IOException {
    write(step(1), step(2));
    append("{\"step\":3,\"loss\":0.2");
    assertThat(MetricsLog.read(file)).containsExactly(step(1), step(2));
    try (MetricsLog log = MetricsLog.open(file, 2)) {
      log.append(step(3));
    }
    assertThat(MetricsLog.read(file)).containsExactly(step(1), step(2), step(3));
  }

  @Test
  void aLastLineThatLacksItsEndAloneIsKept() throws IOException {
    write(step(1));
    append(MetricJson.write(step(2)));
    try (MetricsLog log = MetricsLog.open(file, 2)) {
      log.append(step(3));
    }
    assertThat(MetricsLog.read(file)).containsExactly(step(1), step(2), step(3));
  }

  @Test
  void anUnreadableLineElsewhereIsNamed() throws IOException {
    write(step(1));
    append("{\"step\":2,\"lo\n" + MetricJson.write(step(3)) + "\n");
    assertThatThrownBy(() -> MetricsLog.open(file, 3))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("metrics.jsonl: line 2 is not JSON");
    assertThat(Files.readString(file)).contains("\"lo\n"); // left as it was
  }

  @Test
  void anUnreadableLastLineThatHasItsEndIsNamed() throws IOException {
    write(step(1));
    append("\n");
    assertThatThrownBy(() -> MetricsLog.read(file)).hasMessageContaining("line 2");
  }

  @Test
  void wrongKeysAndValuesAreNamed() {
    assertThatThrownBy(() -> MetricJson.read("{\"step\":1,\"loss\":2}"))
        .hasMessageContaining("has the keys [step, loss], expected [step, loss, lr");
    assertThatThrownBy(() -> MetricJson.read("{\"step\":1.5,\"prompt\":\"\",\"sample\":\"\"}"))
        .hasMessageContaining("has step 1.5, expected a whole number");
    assertThatThrownBy(() -> MetricJson.read("{\"step\":-1,\"prompt\":\"\",\"sample\":\"\"}"))
        .hasMessageContaining("step is -1");
    assertThatThrownBy(() -> MetricJson.read("[]")).hasMessageContaining("has the keys []");
    assertThatThrownBy(() -> MetricJson.read("")).hasMessageContaining("has the keys []");
  }

  @Test
  void noStepIsWrittenTwice() throws IOException {
    write(step(1), step(2));
    try (MetricsLog log = MetricsLog.open(file, 2)) {
      assertThatThrownBy(() -> log.append(step(2)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("step is 2")
          .hasMessageContaining("already holds step 2");
    }
    assertThat(MetricsLog.read(file)).containsExactly(step(1), step(2));
  }

  private static Step step(long step) {
    return new Step(step, 1.0 / step, 1e-3, 1.5, 6000);
  }

  private static LayerStats watch(long step) {
    Map<String, Double> norms = new LinkedHashMap<>();
    norms.put("token_emb", 0.5);
    norms.put("layers.0", Double.NaN);
    return new LayerStats(step, norms, Map.of(), 0.25, 3, 4096);
  }

  private static Evaluation evaluation(long step) {
    return new Evaluation(step, 1.0, 1.44, 2.7, 512, true);
  }

  private void write(MetricLine... lines) throws IOException {
    try (MetricsLog log = MetricsLog.open(file, 0)) {
      for (MetricLine line : List.of(lines)) {
        log.append(line);
      }
    }
  }

  private void append(String text) throws IOException {
    Files.writeString(file, text, StandardOpenOption.APPEND);
  }

  @Test
  void bytesThatAreNoUtf8AreNamedWithTheFile(@TempDir Path dir) throws IOException {
    Path odd = dir.resolve("odd.jsonl");
    Files.write(odd, new byte[] {'{', (byte) 0xff, '}', '\n'});
    assertThatThrownBy(() -> MetricsLog.read(odd))
        .isInstanceOf(IOException.class)
        .hasMessage(odd + ": is not UTF-8 after line 0");
  }
}
