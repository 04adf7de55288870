package io.github.gss4j;

import static com.tngtech.archunit.library.Architectures.layeredArchitecture;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** Imports run one way: cli → mlflow, study → training → data → library. */
class ArchitectureTest {
  private static final String ROOT = "io.github.gss4j.";

  @Test
  void importsRunOneWay() {
    JavaClasses all =
        new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("io.github.gss4j");
    layeredArchitecture()
        .consideringOnlyDependenciesInLayers()
        .layer("library")
        .definedBy(
            ROOT + "files..",
            ROOT + "ops..",
            ROOT + "layers..",
            ROOT + "model..",
            ROOT + "tokenizer..",
            ROOT + "checkpoint..",
            ROOT + "generation..")
        .layer("data")
        .definedBy(ROOT + "data..")
        .layer("training")
        .definedBy(
            ROOT + "loss..",
            ROOT + "tracking..",
            ROOT + "distributed..",
            ROOT + "optim..",
            ROOT + "config.training..",
            ROOT + "batches..",
            ROOT + "trainer..",
            ROOT + "run..")
        .layer("study")
        .definedBy(ROOT + "study..")
        .layer("mlflow")
        .definedBy(ROOT + "mlflow..")
        .layer("parquet")
        .definedBy(ROOT + "parquet..")
        .layer("cli")
        .definedBy(ROOT + "cli..")
        .whereLayer("library")
        .mayNotAccessAnyLayer()
        .whereLayer("data")
        .mayOnlyAccessLayers("library")
        .whereLayer("training")
        .mayOnlyAccessLayers("library", "data")
        .whereLayer("study")
        .mayOnlyAccessLayers("library", "data", "training")
        .whereLayer("mlflow")
        .mayOnlyAccessLayers("library", "training")
        .whereLayer("parquet")
        .mayOnlyAccessLayers("library", "data")
        .whereLayer("cli")
        .mayOnlyAccessLayers("library", "data", "training", "study", "mlflow")
        .check(all);
  }
}
