package io.github.gss4j.study;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.gss4j.files.AtomicFile;
import io.github.gss4j.study.Study.Finding;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/**
 * What a study found, written as {@code study.json}, {@code study.md} and plots beside it.
 *
 * @param config what was compared
 * @param findings one per model, corpus and length
 */
record StudyReport(StudyConfig config, List<Finding> findings) {
  private static final ObjectMapper JSON =
      JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

  void write(Path directory) throws IOException {
    AtomicFile.write(directory.resolve("study.json"), JSON.writeValueAsBytes(json()));
    StringBuilder text = new StringBuilder("# Models of equal size side by side\n");
    for (String data : config.data()) {
      for (int seqLen : config.seqLens()) {
        List<Finding> sameSize =
            findings.stream().filter(f -> f.data().equals(data) && f.seqLen() == seqLen).toList();
        if (!sameSize.isEmpty()) {
          String name = config.data().indexOf(data) + "-" + seqLen;
          StudyPlots.write(sameSize, name, directory);
          text.append(section(data, seqLen, sameSize, name));
        }
      }
    }
    AtomicFile.write(directory.resolve("study.md"), text);
  }

  private static String section(String data, int seqLen, List<Finding> findings, String name) {
    StringBuilder text = new StringBuilder();
    text.append("\n## ").append(data).append(", trained at ").append(seqLen).append(" tokens\n\n");
    text.append(table(findings));
    text.append("\nMean over the seeds, ± their standard deviation. Bits per byte of all held-out")
        .append(" text: read as one stream, the state carried, and in windows of ")
        .append(seqLen)
        .append(" tokens, each from the zero state. Far repeats are ")
        .append(
            String.format(
                Locale.ROOT, "%.1f %%", 100 * findings.get(0).measured().get(0).farShare()))
        .append(" of the stream: tokens that end 8 bytes which were read before, last more than")
        .append(" 1,000 bytes ago.\n\n");
    for (String plot : List.of("tokens", "seconds", "positions")) {
      text.append("![loss against %s](%s-%s.svg)\n\n".formatted(plot, name, plot));
    }
    text.append(positions(findings, seqLen));
    return text.toString();
  }

  private static String table(List<Finding> findings) {
    StringBuilder text =
        new StringBuilder(
            """
            | model | parameters | lr | seeds | tokens | stream | windows | far repeats | rest | tokens/s |
            | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |
            """);
    for (Finding f : findings) {
      StudyRun first = f.runs().get(0);
      text.append(
          String.format(
              Locale.ROOT,
              "| %s | %,d | %.2g | %d | %,d | %s | %s | %s | %s | %,.0f |\n",
              f.model(),
              f.parameters(),
              f.lr(),
              f.runs().size(),
              first.config().schedule().steps() * first.config().tokensPerStep(),
              Spread.of(f.runs(), StudyRun::bitsPerByte),
              Spread.of(f.measured(), m -> m.windows().bitsPerByte()),
              Spread.of(f.measured(), m -> m.farRepeats().bitsPerByte()),
              Spread.of(f.measured(), m -> m.rest().bitsPerByte()),
              Spread.of(f.runs(), StudyRun::tokensPerSecond).mean()));
    }
    return text.toString();
  }

  /** The loss at each stretch, one line a model. */
  private static String positions(List<Finding> findings, int seqLen) {
    List<LossByPosition> longest =
        findings.stream()
            .map(f -> f.measured().get(0).positions())
            .max(Comparator.comparingInt(List::size))
            .orElseThrow();
    StringBuilder text =
        new StringBuilder(
            """
            Loss by position, in nats; 1× is the length of training. How hard the text is at each place is
            taken out: beyond 1× the same tokens were also read with the state reset every 1×.

            | model |\
            """);
    for (LossByPosition p : longest) {
      text.append(String.format(Locale.ROOT, " to %s× |", times(p.to(), seqLen)));
    }
    text.append("\n| --- |").append(" --- |".repeat(longest.size())).append('\n');
    for (Finding f : findings) {
      text.append("| ").append(f.model()).append(" |");
      for (int i = 0; i < longest.size(); i++) {
        text.append(
            i < f.measured().get(0).positions().size()
                ? String.format(Locale.ROOT, " %.3f |", StudyPlots.lossAt(f, i).y())
                : " – |");
      }
      text.append('\n');
    }
    return text.toString();
  }

  private static String times(long position, int seqLen) {
    return String.format(Locale.ROOT, "%.2f", (double) position / seqLen)
        .replaceFirst("0+$", "")
        .replaceFirst("\\.$", "");
  }

  private ArrayNode json() {
    ArrayNode all = JSON.createArrayNode();
    for (Finding f : findings) {
      ObjectNode one = all.addObject();
      one.put("data", f.data()).put("seq_len", f.seqLen()).put("model", f.model());
      one.put("parameters", f.parameters()).put("lr", f.lr());
      one.set("stream", JSON.valueToTree(Spread.of(f.runs(), StudyRun::bitsPerByte)));
      one.set("windows", JSON.valueToTree(Spread.of(f.measured(), m -> m.windows().bitsPerByte())));
      one.set(
          "far_repeats",
          JSON.valueToTree(Spread.of(f.measured(), m -> m.farRepeats().bitsPerByte())));
      one.set("rest", JSON.valueToTree(Spread.of(f.measured(), m -> m.rest().bitsPerByte())));
      ArrayNode runs = one.putArray("runs");
      for (int i = 0; i < f.runs().size(); i++) {
        StudyRun run = f.runs().get(i);
        ObjectNode node = runs.addObject();
        node.put("seed", run.config().seed()).put("loss", run.loss());
        node.put("bits_per_byte", run.bitsPerByte()).put("seconds", run.seconds());
        node.put("tokens_per_second", run.tokensPerSecond());
        node.set("curve", JSON.valueToTree(run.curve()));
        node.set("windows", JSON.valueToTree(f.measured().get(i).windows()));
        node.set("far_repeats", JSON.valueToTree(f.measured().get(i).farRepeats()));
        node.set("rest", JSON.valueToTree(f.measured().get(i).rest()));
        node.put("far_share", f.measured().get(i).farShare());
        node.set("positions", JSON.valueToTree(f.measured().get(i).positions()));
      }
    }
    return all;
  }
}
