package io.github.gss4j.tracking;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.gss4j.files.AtomicFile;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;

/**
 * A run as one web page that opens without a network: curves, samples, learned kernels and
 * eigenvalues, config and environment.
 *
 * <p>The page is the resource {@code report.html} with two places to fill: the chart library
 * (Apache ECharts, inlined) and the data, one island of JSON. The page's own content security
 * policy forbids it to load anything.
 *
 * @param run what the tiles at the top say
 * @param metrics as {@link MetricsLog#read} gives them
 * @param config of the run, a JSON object, nested as it may be
 * @param environment facts by name, as {@link Environment#facts} gives them
 * @param comparisons what others need for the held-out text; may be empty
 * @param kernels of the state-space layers, first layer first; may be empty
 */
public record Report(
    RunFacts run,
    List<MetricLine> metrics,
    JsonNode config,
    Map<String, String> environment,
    List<Comparison> comparisons,
    List<KernelPicture> kernels) {
  /** The page's name in a run's directory. */
  public static final String FILE_NAME = "report.html";

  private static final String ECHARTS = "META-INF/resources/webjars/echarts/";
  private static final String ECHARTS_POM = "META-INF/maven/org.webjars/echarts/pom.properties";

  /** Copies the lists and the map, keeping their order. */
  public Report {
    metrics = List.copyOf(metrics);
    environment = Collections.unmodifiableMap(new LinkedHashMap<>(environment));
    comparisons = List.copyOf(comparisons);
    kernels = List.copyOf(kernels);
  }

  /**
   * Writes {@code report.html}, aside first and then renamed.
   *
   * @return the file
   */
  public Path write(Path runDirectory) throws IOException {
    Path file = runDirectory.resolve(FILE_NAME);
    AtomicFile.write(file, html());
    return file;
  }

  /** The whole page. */
  String html() throws IOException {
    Properties pom = new Properties();
    pom.load(new StringReader(resource(ECHARTS_POM)));
    String charts = resource(ECHARTS + pom.getProperty("version") + "/echarts.common.min.js");
    return Page.fill(FILE_NAME, Map.of("charts", charts, "data", island()));
  }

  /** The data as ASCII JSON without a "<", so that no text in it can end its script. */
  private String island() throws IOException {
    return MetricJson.JSON.writeValueAsString(PageData.of(this)).replace("<", "\\u003c");
  }

  private static String resource(String name) throws IOException {
    try (InputStream in = Report.class.getClassLoader().getResourceAsStream(name)) {
      if (in == null) {
        throw new IOException(
            "the class path has no "
                + name
                + ": add org.webjars:echarts, which the report inlines");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
