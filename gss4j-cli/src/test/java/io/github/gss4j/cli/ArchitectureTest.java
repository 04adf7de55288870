package io.github.gss4j.cli;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.github.gss4j.DevicesOfTensors;
import io.github.gss4j.PackageOrder;
import io.github.gss4j.PublicTypes;
import io.github.gss4j.cli.terminal.Terminal;
import java.util.stream.Stream;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import org.junit.jupiter.api.Test;

class ArchitectureTest {
  /** What of the library commands are adapters of. */
  private static final String[] LIBRARY = {
    "",
    "batches",
    "checkpoint",
    "config",
    "config.training",
    "data",
    "data.documents",
    "distributed",
    "engine",
    "evaluation",
    "files",
    "generation",
    "hub",
    "layers",
    "loss",
    "mlflow",
    "model",
    "ops",
    "optim",
    "run",
    "run.files",
    "run.inputs",
    "run.listener",
    "serve",
    "serve.api",
    "serve.decode",
    "serve.http",
    "study",
    "study.classifier",
    "study.listops",
    "study.pathfinder",
    "study.probe",
    "tokenizer",
    "torch",
    "tracking",
    "trainer",
    "weights"
  };

  @Test
  void importsRunOneWay() {
    PackageOrder.above(with("terminal", "options", "inference"))
        .add("cli.run", with("terminal", "options"))
        .add("cli.inspect", with("terminal", "options"))
        .add("cli.convert", with("terminal", "options", "inspect"))
        .add("cli.evaluation", with("terminal", "options", "run"))
        .add("cli.train", with("terminal", "options", "run"))
        .add("cli.launch", with("terminal"))
        .add("cli.study", with("terminal", "options", "run"))
        .add("cli.bench", with("terminal", "options", "run"))
        .addTop("cli.commands")
        .check();
  }

  private static String[] with(String... packages) {
    return PackageOrder.and(
        LIBRARY, Stream.of(packages).map("cli."::concat).toArray(String[]::new));
  }

  /** Drawn otherwise, a bar takes Ctrl-C away from Java. */
  @Test
  void barsAreDrawnByTerminalAlone() {
    noClasses()
        .that()
        .areNotAssignableTo(Terminal.class)
        .should()
        .dependOnClassesThat()
        .areAssignableTo(ConsoleProgressBarConsumer.class)
        .check(
            new ClassFileImporter()
                .withImportOption(new ImportOption.DoNotIncludeTests())
                .importPackages("io.github.gss4j.cli"));
  }

  /** In all modules that the command line has on its class path. */
  @Test
  void noTensorIsMadeWithoutADevice() {
    DevicesOfTensors.check();
  }

  /** Of all modules that the command line has on its class path. */
  @Test
  void nothingIsPublicThatItsOwnPackageAloneUses() {
    new PublicTypes()
        .except("main classes", "cli.Gss", "cli.Launcher")
        .except(
            "found by ServiceLoader",
            "cli.commands.AllCommands",
            "cli.inference.InferenceCommands",
            "cli.terminal.Logging",
            "java.JavaEngine",
            "parquet.ParquetFormat",
            "tokenizer.json.JsonTokenizers",
            "torch.TorchEngine")
        .except(
            "caught by users of the library",
            "distributed.RankException",
            "hub.HubException",
            "loss.TeacherCacheException")
        .except(
            "read first, and what tests are compared with",
            "reference.DynamicConvolutionReference",
            "reference.GatedLayerReference",
            "reference.LocalAttentionReference",
            "reference.SmoothingReference",
            "reference.StateSpaceReference",
            "reference.Weights")
        .except(
            "made or named by users of the library",
            "batches.CorpusBatches",
            "batches.LongStretches",
            "layers.ConvolutionKernel",
            "layers.DiagonalStateSpace",
            "layers.GatedLayer",
            "layers.Reversed",
            "tokenizer.ByteTokenizer",
            "tokenizer.json.JsonTokenizer",
            "tracking.MetricsFollower")
        .except(
            "in signatures that other packages call",
            "config.ParameterShapes",
            "data.documents.DocumentShard",
            "data.documents.ShardFacts",
            "distributed.Pending",
            "layers.MixerInspection",
            "loss.BatchTargets",
            "serve.http.ServerMetrics",
            "study.probe.Probe",
            "trainer.MicroLoss")
        .except("run by the tests of commands", "cli.study.ChildRuns")
        .check();
  }
}
