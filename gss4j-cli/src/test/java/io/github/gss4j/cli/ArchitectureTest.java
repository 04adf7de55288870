package io.github.gss4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.github.gss4j.PackageOrder;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
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
    PackageOrder.above(LIBRARY)
        .add("cli.terminal", LIBRARY)
        .add("cli.options", with("terminal"))
        .add("cli.inspect", with("terminal", "options"))
        .add("cli.convert", with("terminal", "options", "inspect"))
        .add("cli.inference", with("terminal", "options"))
        .add("cli.train", with("terminal", "options"))
        .add("cli.launch", with("terminal"))
        .add("cli.study", with("terminal", "options"))
        .add("cli.bench", with("terminal", "options"))
        .addTop("cli")
        .check();
  }

  private static String[] with(String... packages) {
    return PackageOrder.and(
        LIBRARY, Stream.of(packages).map("cli."::concat).toArray(String[]::new));
  }

  /**
   * Public though no other package names them: for users of the library (references, exceptions,
   * types in signatures), found by ServiceLoader, named for a constant alone, or used by modules
   * that are not seen here.
   */
  private static final Set<String> FOR_USERS =
      Set.of(
          "batches.CorpusBatches",
          "batches.LongStretches",
          "cli.Gss",
          "cli.study.ChildRuns",
          "cli.terminal.Logging",
          "config.ParameterShapes",
          "config.training.LongRun",
          "data.documents.DocumentShard",
          "data.documents.ShardFacts",
          "distributed.Pending",
          "distributed.RankException",
          "hub.HubException",
          "java.JavaEngine",
          "layers.DiagonalStateSpace",
          "layers.GatedLayer",
          "layers.MixerInspection",
          "layers.Reversed",
          "loss.BatchTargets",
          "loss.TeacherCacheException",
          "parquet.ParquetFormat",
          "reference.DynamicConvolutionReference",
          "reference.GatedLayerReference",
          "reference.LocalAttentionReference",
          "reference.SmoothingReference",
          "reference.StateSpaceReference",
          "reference.Weights",
          "run.inputs.RunTeacher",
          "serve.decode.Job",
          "serve.decode.StateStore",
          "serve.http.ServerMetrics",
          "study.Budget",
          "study.probe.Probe",
          "tokenizer.ByteTokenizer",
          "tokenizer.json.JsonTokenizer",
          "tokenizer.json.JsonTokenizers",
          "torch.TorchEngine",
          "tracking.MetricsFollower",
          "trainer.MicroLoss");

  @Test
  void publicTypesAreUsedByOtherPackages() {
    JavaClasses all =
        new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .withImportOption(location -> !location.contains("-tests.jar"))
            .importPackages("io.github.gss4j");
    Set<String> used = new TreeSet<>();
    for (JavaClass type : all) {
      for (Dependency dependency : type.getDirectDependenciesFromSelf()) {
        JavaClass target = dependency.getTargetClass().getBaseComponentType();
        if (!target.getPackageName().equals(type.getPackageName())) {
          used.add(target.getName().replaceFirst("\\$.*", ""));
        }
      }
    }
    assertThat(all.stream())
        .filteredOn(type -> type.isTopLevelClass() && !type.getSimpleName().equals("package-info"))
        .filteredOn(type -> type.getModifiers().contains(JavaModifier.PUBLIC))
        .filteredOn(type -> !used.contains(type.getName()))
        .extracting(type -> type.getName().replace("io.github.gss4j.", ""))
        .filteredOn(name -> !FOR_USERS.contains(name))
        .as("public types that only their own package uses")
        .isEmpty();
  }
}
