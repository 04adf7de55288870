package io.github.gss4j.cli.study;

import io.github.gss4j.batches.LabelledSequences;
import io.github.gss4j.checkpoint.ConfigFile;
import io.github.gss4j.cli.terminal.ExitCode;
import io.github.gss4j.config.JsonFields;
import io.github.gss4j.config.training.ClassifyConfig;
import io.github.gss4j.files.OverwriteCheck;
import io.github.gss4j.layers.Precision;
import io.github.gss4j.model.SequenceClassifier;
import io.github.gss4j.ops.Tensors;
import io.github.gss4j.run.files.RunDirectory;
import io.github.gss4j.study.classifier.Answers;
import io.github.gss4j.study.classifier.Arena;
import io.github.gss4j.study.pathfinder.ContactSheet;
import io.github.gss4j.study.pathfinder.PathfinderImages;
import io.github.gss4j.weights.PretrainedClassifier;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code gss pathfinder sheet}. */
@Command(
    name = "sheet",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description =
        "Puts some images side by side into one PNG: above, those whose markers lie on one contour;"
            + " below, others.")
final class PathfinderSheet implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "images as gss pathfinder generate or the arena's release has them")
  private Path data;

  @Option(
      names = "--run",
      paramLabel = "DIR",
      description =
          "instead: test images of a run of gss classify with its answers, right ones framed in"
              + " green; a bar says how sure it is of one contour")
  private Path run;

  @Option(names = "--out", required = true, paramLabel = "FILE", description = "a PNG")
  private Path out;

  @Option(
      names = "--columns",
      defaultValue = "5",
      paramLabel = "N",
      description = "images of each label (default: 5)")
  private int columns;

  @Override
  public Integer call() throws IOException {
    if ((data == null) == (run == null)) {
      throw new ParameterException(spec.commandLine(), "expected --data DIR or --run DIR");
    }
    if (run == null) {
      PathfinderImages images = PathfinderImages.open(data);
      OverwriteCheck.refuse(out);
      new ContactSheet(images.labelled()).write(columns, out);
    } else {
      writeAnswers();
    }
    spec.commandLine().getOut().println(out);
    spec.commandLine().getOut().flush();
    return ExitCode.OK;
  }

  private void writeAnswers() throws IOException {
    OverwriteCheck.refuse(out);
    Path settings = new RunDirectory(run).config();
    ClassifyConfig config =
        ClassifyConfig.from(new JsonFields(settings.toString(), ConfigFile.read(settings)));
    LabelledSequences images = Arena.of(config).test();
    if (images.numClasses() != 2) {
      throw new IllegalArgumentException(
          run + ": is a run on " + config.data() + ", expected one on Pathfinder's images");
    }
    try (SequenceClassifier model =
        PretrainedClassifier.load(run, Precision.FLOAT32, Tensors.device("cpu"))) {
      Answers answers = new Answers(model, images);
      new ContactSheet(images, i -> answers.probabilities(i)[1]).write(columns, out);
    }
  }
}
