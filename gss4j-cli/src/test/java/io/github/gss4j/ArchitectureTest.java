package io.github.gss4j;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/**
 * Imports run one way: cli → mlflow, study → trainer → data, loss, tracking, optim → distributed →
 * library.
 */
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
        .layer("loss")
        .definedBy(ROOT + "loss..")
        .layer("tracking")
        .definedBy(ROOT + "tracking..")
        .layer("distributed")
        .definedBy(ROOT + "distributed..")
        .layer("optim")
        .definedBy(ROOT + "optim..")
        .layer("trainer")
        .definedBy(ROOT + "trainer..")
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
        .whereLayer("loss")
        .mayOnlyAccessLayers("library")
        .whereLayer("distributed")
        .mayOnlyAccessLayers("library")
        .whereLayer("optim")
        .mayOnlyAccessLayers("library", "distributed")
        .whereLayer("tracking")
        .mayOnlyAccessLayers("library")
        .whereLayer("trainer")
        .mayOnlyAccessLayers("library", "data", "loss", "tracking", "distributed", "optim")
        .whereLayer("study")
        .mayOnlyAccessLayers("library", "data", "loss", "tracking", "optim", "trainer")
        .whereLayer("mlflow")
        .mayOnlyAccessLayers("library", "tracking", "trainer")
        .whereLayer("parquet")
        .mayOnlyAccessLayers("library", "data")
        .whereLayer("cli")
        .mayOnlyAccessLayers(
            "library",
            "data",
            "loss",
            "tracking",
            "distributed",
            "optim",
            "trainer",
            "study",
            "mlflow")
        .check(all);
  }

  @Test
  void corporaOfDocumentsStandOnData() {
    noClasses()
        .that()
        .resideInAPackage(ROOT + "data")
        .should()
        .dependOnClassesThat()
        .resideInAPackage(ROOT + "data.documents..")
        .check(new ClassFileImporter().importPackages(ROOT + "data"));
  }
}
