package io.github.gss4j.tracking;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.gss4j.tracking.MetricLine.Evaluation;
import io.github.gss4j.tracking.MetricLine.LayerStats;
import io.github.gss4j.tracking.MetricLine.Sample;
import io.github.gss4j.tracking.MetricLine.SkippedData;
import io.github.gss4j.tracking.MetricLine.Step;
import io.github.gss4j.tracking.MetricLine.Taught;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportTest {
  private static final Pattern ISLAND =
      Pattern.compile("<script type=\"application/json\" id=\"data\">([^<]*)</script>");

  private static final List<KernelPicture> KERNELS = ReportExample.kernels(2);

  @TempDir Path directory;

  @Test
  void thePageLoadsNothing() throws IOException {
    String page = Files.readString(example(ReportExample.lines(100)).write(directory));
    assertThat(page).contains("Content-Security-Policy\" content=\"default-src 'none'");
    String markup = page.replaceAll("(?s)<script[^>]*>.*?</script>", "<script></script>");
    assertThat(markup)
        .doesNotContain("http:", "https:", "//", "<link", "<img", "<iframe", "@import", "url(")
        .doesNotContainPattern("(?i)\\s(src|href)\\s*=");
    assertThat(page.split("<script", -1)).as("charts, data and drawing").hasSize(4);
    String drawing = page.substring(page.lastIndexOf("<script>"));
    assertThat(drawing).doesNotContainPattern("fetch\\(|XMLHttpRequest|import\\(|https?:");
  }

  @Test
  void theChartLibraryIsInThePage() throws IOException {
    assertThat(example(List.of()).html()).contains("Apache Software Foundation", "echarts={}");
  }

  @Test
  void noTextBreaksThePage() throws IOException {
    String evil =
        "</script><script>alert(1)</script><!-- <script> {{data}} {{charts}} $1 \\ \" \u2028\u2029"
            + " \u0000";
    Report report =
        new Report(
            new RunFacts(evil, 1, 1, java.time.Duration.ofSeconds(1)),
            List.of(new Sample(1, evil, evil + '\ud83d')),
            ReportExample.config().put("note", evil),
            Map.of(evil, evil),
            List.of(new Comparison(evil, 1)),
            List.of(new KernelPicture(evil, new double[0][], new double[0], new double[0])));
    String page = report.html();
    assertThat(page.split("<script", -1)).hasSize(4);
    assertThat(page).doesNotContain("alert(1)<", "\u2028", "\u2029");
    JsonNode data = island(page);
    assertThat(data.at("/samples/0/text").asText()).isEqualTo(evil + '\ud83d');
    assertThat(data.at("/samples/0/prompt").asText()).isEqualTo(evil);
    assertThat(data.at("/run/name").asText()).isEqualTo(evil);
    assertThat(data.at("/config/note").asText()).isEqualTo(evil);
    assertThat(data.path("environment").path(evil).asText()).isEqualTo(evil);
    assertThat(data.at("/layers/0/name").asText()).isEqualTo(evil);
  }

  @Test
  void theDataIsThatOfTheRun() throws IOException {
    JsonNode data = island(example(ReportExample.lines(600)).html());
    assertThat(data.at("/run/steps").asLong()).isEqualTo(600);
    assertThat(data.at("/loss/x")).hasSize(600);
    assertThat(data.at("/loss/smooth")).hasSize(600);
    assertThat(data.at("/evaluations")).hasSize(6);
    assertThat(data.at("/evaluations/5/whole").asBoolean()).isTrue();
    assertThat(data.at("/samples")).hasSize(5);
    assertThat(data.at("/layers")).hasSize(2);
    assertThat(data.at("/layers/1/re")).hasSize(64);
    assertThat(data.at("/config/model/dim").asInt()).isEqualTo(256);
    assertThat(data.at("/environment/processor").asText()).isEqualTo("some");
  }

  @Test
  void aLongRunIsThinnedAndKeepsItsSpike() throws IOException {
    List<MetricLine> lines = new java.util.ArrayList<>(ReportExample.lines(30_000));
    lines.add(new Step(40_000, 99, 1e-3, 1, 1));
    lines.add(new Step(40_001, Double.NaN, 1e-3, Double.POSITIVE_INFINITY, 1));
    lines.add(new Step(40_002, 1, 1e-3, 1, 1));
    lines.add(new Evaluation(40_002, Double.NaN, Double.NaN, Double.NaN, 1, false));
    JsonNode data = island(example(lines).html());
    assertThat(data.at("/loss/x")).hasSizeBetween(500, Downsampling.MAX_POINTS + 1);
    assertThat(data.at("/loss/y")).hasSameSizeAs(data.at("/loss/x"));
    assertThat(data.at("/loss/y").toString()).contains(",99.0,null,1.0]");
    assertThat(data.at("/run/notFinite").asLong()).isEqualTo(1);
    assertThat(data.at("/evaluations/6/bitsPerByte").asText()).isEqualTo("NaN");
  }

  @Test
  void whatWasLeftOutOfTheTextIsSaid() throws IOException {
    List<MetricLine> lines = new java.util.ArrayList<>();
    for (int step = 1; step <= 3; step++) {
      SkippedData soFar = new SkippedData(2L * step, 1, 4, 0);
      lines.add(new Step(step, 1, 1e-3, 1, 1, Optional.empty(), soFar));
    }
    JsonNode data = island(example(lines).html());
    assertThat(data.at("/run/brokenRows").asLong()).isEqualTo(6);
    assertThat(data.at("/run/brokenShards").asLong()).isEqualTo(1);
    assertThat(data.at("/run/leftOutFiles").asLong()).isEqualTo(4);
  }

  @Test
  void aTaughtRunHasACurveForEachObjective() throws IOException {
    List<MetricLine> lines = new java.util.ArrayList<>();
    for (int step = 1; step <= 6; step++) {
      boolean even = step % 2 == 0;
      Taught taught =
          even ? new Taught("distillation", 3, 1.5) : new Taught("cross_entropy", 3, Double.NaN);
      lines.add(new Step(step, even ? 1.5 : 3, 1e-3, 1, 1, Optional.of(taught), SkippedData.NONE));
    }
    JsonNode data = island(example(lines).html());
    assertThat(data.at("/crossEntropy/x")).hasSize(6);
    assertThat(data.at("/distillation/x")).hasToString("[2,4,6]");
    assertThat(data.at("/distillation/y")).hasToString("[1.5,1.5,1.5]");
    assertThat(island(example(ReportExample.lines(60)).html()).at("/crossEntropy/x")).isEmpty();
  }

  @Test
  void aClassifiersRunHasItsRightAnswersAndItsStages() throws IOException {
    Optional<MetricLine.StageAccuracy> stage =
        Optional.of(new MetricLine.StageAccuracy("contours of 2 pieces", 0.75));
    List<MetricLine> lines = new java.util.ArrayList<>(ReportExample.lines(20));
    lines.add(new MetricLine.Validation(10, 0.7, 1e-3, 0.5, stage));
    lines.add(new MetricLine.Validation(20, 0.6, 1e-3, 0.625, Optional.empty()));
    JsonNode validations = island(example(lines).html()).at("/validations");
    assertThat(validations.get(0))
        .hasToString(
            "{\"step\":10,\"accuracy\":0.5,\"stage\":\"contours of 2 pieces\","
                + "\"stageAccuracy\":0.75}");
    assertThat(validations.get(1)).hasToString("{\"step\":20,\"accuracy\":0.625}");
  }

  @Test
  void layersHaveCurvesAndSkippedStepsAreCounted() throws IOException {
    List<MetricLine> lines = new java.util.ArrayList<>(ReportExample.lines(600));
    for (int i = 1; i <= 3_000; i++) {
      Map<String, Double> ratios = i == 7 ? Map.of() : Map.of("layers.0", 1e-3 * i);
      lines.add(new LayerStats(i, Map.of("layers.0", 2.0 * i), ratios, 0.5, 0, 1L << 30));
    }
    lines.add(new Step(3_001, 1, 1e-3, Double.NaN, 1));
    JsonNode data = island(example(lines).html());
    assertThat(data.at("/watch/x")).hasSizeBetween(400, 501);
    assertThat(data.at("/watch/gradNorms/layers.0")).hasSameSizeAs(data.at("/watch/x"));
    assertThat(data.at("/watch/updateRatios/layers.0/1").isNull()).as("step 7").isTrue();
    assertThat(data.at("/watch/residentBytes/0").floatValue()).isEqualTo((float) (1 << 30));
    assertThat(data.at("/run/notFinite").asLong()).isEqualTo(1);
  }

  @Test
  void aRunWithoutAnyStepHasAPage() throws IOException {
    assertThat(island(example(List.of()).html()).at("/loss/x")).isEmpty();
  }

  @Test
  void theReportIsWrittenWhole() throws IOException {
    Path file = example(List.of()).write(directory.resolve("new"));
    assertThat(file).isEqualTo(directory.resolve("new/report.html"));
    example(ReportExample.lines(60)).write(directory.resolve("new"));
    try (var files = Files.list(directory.resolve("new"))) {
      assertThat(files).containsExactly(file);
    }
  }

  @Test
  void lambdaMustBeWhole() {
    assertThatThrownBy(
            () -> new KernelPicture("layer 0", new double[0][], new double[2], new double[3]))
        .hasMessageContaining("layer 0: Λ has 2 real and 3 imaginary parts");
  }

  @Test
  void theEnvironmentIsKnown() {
    assertThat(Environment.facts())
        .containsKeys("processor", "threads", "Java", "operating system", "gss4j", "libtorch")
        .doesNotContainValue("")
        .doesNotContainValue(System.getProperty("user.name"));
    assertThat(Environment.facts().get("libtorch")).startsWith("2.");
  }

  private static Report example(List<MetricLine> lines) {
    return new Report(
        ReportExample.run(100),
        lines,
        ReportExample.config(),
        Map.of("processor", "some"),
        ReportExample.comparisons(),
        KERNELS);
  }

  private static JsonNode island(String page) throws IOException {
    Matcher matcher = ISLAND.matcher(page);
    assertThat(matcher.find()).isTrue();
    return MetricJson.JSON.readTree(matcher.group(1));
  }
}
