package io.github.gss4j.cli.inspect;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.gss4j.checkpoint.CheckpointLink;
import io.github.gss4j.checkpoint.StoredModel;
import io.github.gss4j.config.LayerConfig;
import io.github.gss4j.config.ModelConfig;
import io.github.gss4j.tracking.Page;
import io.github.gss4j.tracking.Svg;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** A model as a web page: sizes, layers, how far they reach, configuration, tensors. */
record ModelPage(ModelFacts facts, List<KernelPlot> plots) {
  String html() throws IOException {
    StringBuilder body = new StringBuilder("<main " + KernelFigure.MARK + ">\n");
    header(body);
    layers(body);
    memory(body);
    kernels(body);
    config(body);
    tensors(body);
    body.append(
        "<footer>Written by <code>gss inspect</code>. This page loads nothing from anywhere.");
    return Page.of(name() + " – gss4j model", body.append("</footer>\n</main>").toString());
  }

  private StoredModel model() {
    return facts.model();
  }

  /** The directory's; a checkpoint's has its run's before it. */
  private String name() {
    Path directory = model().directory().toAbsolutePath().normalize();
    String name = String.valueOf(directory.getFileName());
    return name.matches(CheckpointLink.CHECKPOINT)
        ? directory.getParent().getFileName() + ", " + name
        : name;
  }

  private void header(StringBuilder body) {
    ModelConfig config = model().config();
    body.append("<header>\n<p>gss4j model</p>\n<h1>").append(Svg.escaped(name()));
    body.append("</h1>\n<p>").append(Svg.escaped(model().file().toString()));
    body.append("</p>\n<div class=\"tiles\">\n");
    tile(body, "parameters", grouped(ModelFacts.parameters(model())), "");
    tile(body, "weights", bytes(facts.bytes()), dtypes());
    tile(body, "layers", Integer.toString(config.depth()), config.dim() + " wide");
    tile(body, "vocabulary", grouped(config.numTokens()), config.tokenizer());
    String full =
        facts.longest() == 0 ? "however long" : "after " + grouped(facts.longest()) + " tokens";
    tile(body, "state of a text", grouped(facts.stateNumbers()), "numbers, " + full);
    tile(body, "multiplications a token", grouped(facts.multiplications()), "");
    double longest =
        facts.stateSpaces().stream()
            .flatMapToDouble(l -> Arrays.stream(l.tokens()))
            .max()
            .orElse(Double.NaN);
    if (Double.isFinite(longest)) {
      tile(body, "longest time constant", rounded(longest), "tokens");
    }
    body.append("</div>\n</header>\n");
  }

  private static void tile(StringBuilder body, String name, String value, String more) {
    body.append("<div class=\"card tile\"><span>").append(name).append("</span><b>");
    body.append(Svg.escaped(value)).append("</b>");
    body.append(more.isEmpty() ? "" : "<i>" + Svg.escaped(more) + "</i>").append("</div>\n");
  }

  private String dtypes() {
    return String.join(
        ", ",
        model().tensors().names().stream()
            .map(name -> model().tensors().dtype(name).name())
            .distinct()
            .toList());
  }

  private void layers(StringBuilder body) {
    ModelConfig config = model().config();
    section(body, "Layers");
    body.append("<div class=\"card scroll\" tabindex=\"0\"><table class=\"numbers\"><thead><tr>");
    for (String column :
        List.of("layer", "parameters", "state", "multiplications", "time constants, tokens")) {
      body.append("<th>").append(column).append("</th>");
    }
    body.append("</tr></thead><tbody>\n");
    for (int i = 0; i < config.depth(); i++) {
      LayerConfig layer = config.layers().get(i);
      cells(
          body,
          i + " " + layer.kind(),
          grouped(parameters("layers." + i + ".")),
          grouped(layer.stateNumbers(config.dim(), facts.longest())),
          grouped(layer.multiplications(config.dim(), config.innerDim(), facts.longest())),
          timeConstants("layers." + i + "."));
    }
    long rest = ModelFacts.parameters(model()) - parameters("layers.");
    cells(body, "embedding, head", grouped(rest), "", "", "");
    body.append(
        "</tbody></table></div>\n<p class=\"note\">Time constants −1 / Re Λ: least, median, most.");
    body.append(" State and multiplications are of one text");
    body.append(facts.longest() == 0 ? "" : " after " + grouped(facts.longest()) + " tokens");
    body.append(".</p>\n</section>\n");
  }

  private long parameters(String prefix) {
    return model().tensors().shapes().entrySet().stream()
        .filter(tensor -> tensor.getKey().startsWith(prefix))
        .mapToLong(tensor -> ModelFacts.numbers(tensor.getValue()))
        .sum();
  }

  private String timeConstants(String prefix) {
    return facts.stateSpaces().stream()
        .filter(space -> space.layer().startsWith(prefix))
        .map(StateSpaceFacts::tokens)
        .map(
            t ->
                "%s, %s, %s"
                    .formatted(rounded(t[0]), rounded(t[t.length / 2]), rounded(t[t.length - 1])))
        .findFirst()
        .orElse("–");
  }

  private void memory(StringBuilder body) {
    if (facts.stateSpaces().isEmpty()) {
      return;
    }
    section(body, "How long they remember");
    body.append("<div class=\"grid\">\n");
    card(
        body,
        "Time constants of all layers",
        "<figure>" + SpectrumFigure.memory(facts.stateSpaces()) + "</figure>");
    StringBuilder discs = new StringBuilder("<div class=\"discs\">\n");
    for (StateSpaceFacts layer : facts.stateSpaces()) {
      discs.append("<figure>").append(SpectrumFigure.disc(layer)).append("<figcaption>");
      discs.append(Svg.escaped(layer.layer())).append("</figcaption></figure>\n");
    }
    discs.append(
        "</div>\n<p class=\"note\">A mode turns and shrinks by e^Λ a token: the nearer to the rim,");
    discs.append(" the longer it remembers; 1 is at the right.</p>");
    card(body, "Eigenvalues e^Λ in the unit disc", discs.toString());
    body.append("</div>\n</section>\n");
  }

  private void kernels(StringBuilder body) {
    section(body, "What they have learned");
    body.append("<div class=\"grid\">\n");
    for (KernelPlot plot : plots) {
      card(
          body,
          plot.title(),
          plot.curves().isEmpty() ? "" : "<figure>" + KernelFigure.small(plot) + "</figure>");
    }
    body.append("</div>\n</section>\n");
  }

  private static void card(StringBuilder body, String title, String figure) {
    body.append("<div class=\"card\"><h3>").append(Svg.escaped(title)).append("</h3>");
    body.append(figure).append("</div>\n");
  }

  private void config(StringBuilder body) {
    section(body, "Config");
    body.append("<div class=\"card\"><table class=\"facts\"><tbody>\n");
    for (Map.Entry<String, JsonNode> field : model().config().toJson().properties()) {
      JsonNode value = field.getValue();
      cells(body, field.getKey(), value.isTextual() ? value.asText() : value.toString());
    }
    body.append("</tbody></table></div>\n</section>\n");
  }

  private void tensors(StringBuilder body) {
    Map<String, List<Long>> shapes = model().tensors().shapes();
    body.append("<section>\n<details><summary><h2>Tensors</h2><span class=\"choose\">");
    body.append(shapes.size())
        .append(" of them</span></summary>\n<div class=\"card scroll\" tabindex=\"0\">");
    body.append(
        "<table class=\"numbers\"><thead><tr><th>name</th><th>type</th><th>shape</th></tr></thead><tbody>\n");
    shapes.forEach(
        (name, shape) ->
            cells(
                body,
                name,
                model().tensors().dtype(name).name(),
                String.join(" × ", shape.stream().map(ModelPage::grouped).toList())));
    body.append("</tbody></table></div>\n</details>\n</section>\n");
  }

  private static void section(StringBuilder body, String title) {
    body.append("<section>\n<div class=\"head\"><h2>").append(title).append("</h2></div>\n");
  }

  private static void cells(StringBuilder body, String... texts) {
    body.append("<tr>");
    for (String text : texts) {
      body.append("<td>").append(Svg.escaped(text)).append("</td>");
    }
    body.append("</tr>\n");
  }

  /** With thin spaces, as the run's report. */
  private static String grouped(long number) {
    return String.format(Locale.ROOT, "%,d", number).replace(',', '\u202f');
  }

  private static String bytes(long bytes) {
    return bytes >= 1_000_000_000
        ? String.format(Locale.ROOT, "%.2f GB", bytes / 1e9)
        : String.format(Locale.ROOT, "%.1f MB", bytes / 1e6);
  }

  private static String rounded(double tokens) {
    return tokens < 100 ? String.format(Locale.ROOT, "%.3g", tokens) : grouped(Math.round(tokens));
  }
}
