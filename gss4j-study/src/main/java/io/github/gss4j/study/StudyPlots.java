package io.github.gss4j.study;

import io.github.gss4j.files.AtomicFile;
import io.github.gss4j.study.LinePlot.Line;
import io.github.gss4j.study.LinePlot.Point;
import io.github.gss4j.study.Study.Finding;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/** The plots of one corpus at one length: loss against tokens, against seconds, by position. */
final class StudyPlots {
  private static final String LOSS = "held-out loss, nats per token";

  private StudyPlots() {}

  static void write(List<Finding> findings, String name, Path directory) throws IOException {
    List<Line> tokens = new ArrayList<>();
    List<Line> seconds = new ArrayList<>();
    List<Line> positions = new ArrayList<>();
    for (Finding f : findings) {
      int marks = f.runs().stream().mapToInt(r -> r.curve().size()).min().orElse(0);
      if (marks > 0) {
        tokens.add(new Line(f.model(), curve(f, marks, StudyRun.Mark::tokens)));
        seconds.add(new Line(f.model(), curve(f, marks, StudyRun.Mark::seconds)));
      }
      positions.add(
          new Line(
              f.model(),
              IntStream.range(0, f.measured().get(0).positions().size())
                  .mapToObj(i -> lossAt(f, i))
                  .toList()));
    }
    if (!tokens.isEmpty()) {
      String byTokens = "Loss against tokens trained on, mean and range of seeds";
      write(directory, name + "-tokens", new LinePlot(byTokens, "tokens", LOSS, false, tokens));
      String bySeconds = "Loss against seconds of training, mean and range of seeds";
      write(directory, name + "-seconds", new LinePlot(bySeconds, "seconds", LOSS, false, seconds));
    }
    String title = "Loss by position, the state carried, mean and range of seeds";
    String across = "tokens read before, at most";
    write(directory, name + "-positions", new LinePlot(title, across, LOSS, true, positions));
  }

  private static List<Point> curve(Finding f, int marks, ToDoubleFunction<StudyRun.Mark> across) {
    return IntStream.range(0, marks)
        .mapToObj(
            i -> {
              List<StudyRun.Mark> seeds = f.runs().stream().map(r -> r.curve().get(i)).toList();
              double x = seeds.stream().mapToDouble(across).average().orElseThrow();
              return point(x, seeds.stream().mapToDouble(StudyRun.Mark::loss).toArray());
            })
        .toList();
  }

  private static void write(Path directory, String name, LinePlot plot) throws IOException {
    AtomicFile.write(directory.resolve(name + ".svg"), plot.svg());
  }

  /** A stretch's loss, the mean over the seeds, at the context it ends with. */
  static Point lossAt(Finding f, int stretch) {
    List<LossByPosition> seeds =
        f.measured().stream().map(m -> m.positions().get(stretch)).toList();
    return point(
        (double) seeds.get(0).to(), seeds.stream().mapToDouble(LossByPosition::loss).toArray());
  }

  private static Point point(double x, double[] values) {
    double mean = DoubleStream.of(values).average().orElseThrow();
    double low = DoubleStream.of(values).min().orElseThrow();
    return new Point(x, mean, low, DoubleStream.of(values).max().orElseThrow());
  }
}
