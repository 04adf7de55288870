package io.github.gss4j.cli.train;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.gss4j.cli.run.RunInputs;
import io.github.gss4j.cli.run.RunOptions;
import io.github.gss4j.cli.run.TorchThreads;
import io.github.gss4j.cli.terminal.DownloadProgress;
import io.github.gss4j.cli.terminal.ExitCode;
import io.github.gss4j.cli.terminal.Interrupt;
import io.github.gss4j.cli.terminal.JsonOutput;
import io.github.gss4j.cli.terminal.Program;
import io.github.gss4j.config.training.StateConfig;
import io.github.gss4j.config.training.TrainConfig;
import io.github.gss4j.data.Compressors;
import io.github.gss4j.data.Corpus;
import io.github.gss4j.optim.Decay;
import io.github.gss4j.run.TrainingRun;
import io.github.gss4j.run.files.RunDirectory;
import io.github.gss4j.run.inputs.RunConfigs;
import io.github.gss4j.run.inputs.RunContext;
import io.github.gss4j.run.listener.RunOutcome;
import io.github.gss4j.tracking.Comparison;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code gss demo}. */
@Command(
    name = "demo",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description =
        "Trains a small model on real Java source for four minutes on two cores, compares it with"
            + " gzip and xz on text it has not seen, and shows what it writes.")
public final class DemoCommand implements Callable<Integer> {
  /** A file's beginning, for a model this small is at a loss in the middle of nowhere. */
  private static final String PROMPT =
      """
      package org.apache.lucene.util;

      import java.io.IOException;

      /** A list of terms. */
      public class TermList {
        private int size;

        /** Returns the number of terms. */
        public int size() {
          return size;
        }

      """;

  /** Pairs of sequences, 128 of them open; a pair begins from a state, 15 times of 16. */
  private static final StateConfig READING_ON = new StateConfig(true, 1024, 128, 16, 0);

  @Spec private CommandSpec spec;

  @ParentCommand private Program gss;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "the run's directory (default: the first free of runs/demo, runs/demo-2, …)")
  private Path out;

  @Option(names = "--json", description = "print the outcome as one JSON object")
  private boolean json;

  @Mixin private final TorchThreads threads = new TorchThreads();

  @Mixin private final TrackingOptions tracking = new TrackingOptions();

  @Mixin(name = "run")
  private final RunOptions run = new RunOptions(recipe());

  /**
   * What holds where no flag says otherwise: the recommended model, on byte pairs of the text,
   * every other sequence read on from where its text was left; four minutes on two cores.
   */
  public static TrainConfig recipe() {
    TrainConfig model = TrainConfig.recommended();
    return model
        .withTokenizer("bpe:2048")
        .with(model.batch().withSize(4).with(READING_ON))
        .with(model.intervals().withSamples(PROMPT, 0.7))
        .with(model.schedule().withSteps(1150).withDecay(new Decay.Linear(0)));
  }

  @Override
  public Integer call() throws IOException {
    threads.apply();
    Path directory = out == null ? free() : out;
    ObjectNode flags = run.overlay(JsonNodeFactory.instance.objectNode());
    try (DownloadProgress downloads = new DownloadProgress(spec.commandLine().getErr())) {
      RunContext context = RunInputs.context().withDownloads(downloads);
      TrainConfig config = RunConfigs.begin(flags, "command line", recipe(), context);
      return train(config, directory, context);
    }
  }

  private int train(TrainConfig config, Path directory, RunContext context) throws IOException {
    try (Interrupt.Flag interrupt = gss.interrupt().flag();
        RunProgress progress = new RunProgress(spec.commandLine().getErr());
        TrackingOptions.Listeners heard = tracking.listeners(progress, directory);
        TrainingRun training =
            TrainingRun.start(config, directory, context.withListener(heard.all()))) {
      RunOutcome outcome = training.run(interrupt);
      progress.close();
      if (!outcome.finished()) {
        spec.commandLine()
            .getErr()
            .printf("Stopped. To resume: %s train --resume %s%n", gss.calledAs(), directory);
        return ExitCode.OK;
      }
      List<Comparison> others =
          context.texts().plain(config.data()).map(this::compressors).orElse(List.of());
      training.writeReport(others);
      print(outcome, others, config, directory);
      return Outcomes.exitCode(outcome, spec.commandLine().getErr());
    }
  }

  private static Path free() {
    Path path = Path.of("runs", "demo");
    for (int i = 2; new RunDirectory(path).isUsed(); i++) {
      path = Path.of("runs", "demo-" + i);
    }
    return path;
  }

  private List<Comparison> compressors(Corpus corpus) {
    try (corpus) {
      return List.of(
          new Comparison("gzip -9", Compressors.gzipBitsPerByte(corpus.heldOut())),
          new Comparison("xz -9", Compressors.xzBitsPerByte(corpus.heldOut())));
    }
  }

  private void print(
      RunOutcome outcome, List<Comparison> others, TrainConfig config, Path directory)
      throws IOException {
    PrintWriter stdout = spec.commandLine().getOut();
    if (json) {
      ObjectNode object = Outcomes.json(outcome, directory);
      others.forEach(o -> object.put(o.name().replace(" -", "_"), o.bitsPerByte()));
      JsonOutput.print(stdout, object);
    } else {
      List<Comparison> rows = new ArrayList<>(others);
      rows.add(new Comparison("this model", outcome.heldOut().bitsPerByte()));
      rows.sort(Comparator.comparingDouble(Comparison::bitsPerByte).reversed());
      String text = config.data().data().equals(recipe().data().data()) ? "Java" : "text";
      stdout.printf("%nBits per byte of held-out %s that the model has never seen:%n", text);
      rows.forEach(r -> stdout.printf(Locale.ROOT, "  %-12s %.3f%n", r.name(), r.bitsPerByte()));
      String prompt = config.intervals().prompt();
      stdout.printf(
          "%nThe first %,d bytes of this are given, the rest is the model's:%n%n%s%s%n%n",
          prompt.getBytes(StandardCharsets.UTF_8).length, prompt, outcome.sample());
      stdout.printf("report   %s%n", directory.resolve("report.html"));
      stdout.printf("model    %s%n", directory.resolve(RunDirectory.BEST));
      stdout.printf(
          "write    %s generate --model %s --temperature 0.7 --prompt \"$(head -20 FILE.java)\"%n",
          gss.calledAs(), directory.resolve(RunDirectory.BEST));
    }
    stdout.flush();
  }
}
