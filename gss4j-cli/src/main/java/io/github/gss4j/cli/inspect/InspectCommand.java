package io.github.gss4j.cli.inspect;

import io.github.gss4j.checkpoint.StoredModel;
import io.github.gss4j.cli.options.AttachedText;
import io.github.gss4j.cli.options.Models;
import io.github.gss4j.cli.terminal.ExitCode;
import io.github.gss4j.cli.terminal.JsonOutput;
import io.github.gss4j.files.AtomicFile;
import io.github.gss4j.files.OverwriteCheck;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code gss inspect}. */
@Command(
    name = "inspect",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description =
        "Shows what is in a model: its tensors, its sizes, and how long each state space layer"
            + " remembers.")
public final class InspectCommand implements Callable<Integer> {
  private static final int LAGS = 256;

  @Spec private CommandSpec spec;

  @Parameters(
      paramLabel = "MODEL",
      description = "a model's file or directory, a run's directory, or hf:OWNER/NAME")
  private String model;

  @Option(names = "--json", description = "print the facts as one JSON object")
  private boolean json;

  @Option(
      names = "--kernels",
      paramLabel = "FILE.svg",
      description = "also draw the layers' kernels as a picture")
  private Path kernels;

  @Option(
      names = "--html",
      paramLabel = "FILE",
      description = "also write a web page: layers, sizes, time constants, kernels, tensors")
  private Path html;

  @Option(
      names = "--lags",
      paramLabel = "N",
      description = "how many lags of a kernel to draw (default: " + LAGS + ")")
  private Integer lags;

  @Option(
      names = "--prompt",
      preprocessor = AttachedText.class,
      converter = AttachedText.class,
      paramLabel = "TEXT",
      description = "the text that a dsconv's kernel is drawn for")
  private String prompt;

  @Override
  public Integer call() throws IOException {
    if (kernels == null && html == null && (lags != null || prompt != null)) {
      throw new ParameterException(
          spec.commandLine(), "--lags and --prompt go with --kernels or --html");
    }
    for (Path picture : Stream.of(kernels, html).filter(Objects::nonNull).toList()) {
      OverwriteCheck.check(picture, KernelFigure.MARK);
    }
    StoredModel stored = Models.open(model, spec.commandLine().getErr());
    ModelFacts facts = ModelFacts.of(stored);
    if (kernels != null || html != null) {
      draw(stored, facts);
    }
    var stdout = spec.commandLine().getOut();
    if (json) {
      JsonOutput.print(stdout, facts.json());
    } else {
      facts.print(stdout);
    }
    stdout.flush();
    return ExitCode.OK;
  }

  private void draw(StoredModel stored, ModelFacts facts) throws IOException {
    List<KernelPlot> plots = new KernelPlots(stored, lags == null ? LAGS : lags, prompt).all();
    if (kernels != null) {
      AtomicFile.write(kernels, KernelFigure.of(plots));
    }
    if (html != null) {
      AtomicFile.write(html, new ModelPage(facts, plots).html());
    }
  }
}
