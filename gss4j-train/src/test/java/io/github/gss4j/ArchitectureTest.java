package io.github.gss4j;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** Imports run one way: run → trainer → batches → config.training → optim → distributed. */
class ArchitectureTest {
  private static final String ROOT = "io.github.gss4j.";

  private static final JavaClasses TRAINING =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages(
              ROOT + "data",
              ROOT + "distributed",
              ROOT + "loss",
              ROOT + "tracking",
              ROOT + "optim",
              ROOT + "config.training",
              ROOT + "batches",
              ROOT + "trainer",
              ROOT + "run");

  @Test
  void importsRunOneWay() {
    layeredArchitecture()
        .consideringOnlyDependenciesInLayers()
        .layer("data")
        .definedBy(ROOT + "data..")
        .layer("distributed")
        .definedBy(ROOT + "distributed..")
        .layer("loss")
        .definedBy(ROOT + "loss..")
        .layer("tracking")
        .definedBy(ROOT + "tracking..")
        .layer("optim")
        .definedBy(ROOT + "optim..")
        .layer("config")
        .definedBy(ROOT + "config.training..")
        .layer("batches")
        .definedBy(ROOT + "batches..")
        .layer("trainer")
        .definedBy(ROOT + "trainer..")
        .layer("files")
        .definedBy(ROOT + "run.files..")
        .layer("run")
        .definedBy(ROOT + "run")
        .whereLayer("data")
        .mayNotAccessAnyLayer()
        .whereLayer("distributed")
        .mayNotAccessAnyLayer()
        .whereLayer("loss")
        .mayNotAccessAnyLayer()
        .whereLayer("tracking")
        .mayNotAccessAnyLayer()
        .whereLayer("optim")
        .mayOnlyAccessLayers("distributed")
        .whereLayer("config")
        .mayOnlyAccessLayers("optim", "loss", "data")
        .whereLayer("batches")
        .mayOnlyAccessLayers("config", "data", "tracking")
        .whereLayer("trainer")
        .mayOnlyAccessLayers("batches", "config", "optim", "distributed", "loss", "tracking")
        .whereLayer("files")
        .mayOnlyAccessLayers("distributed")
        .check(TRAINING);
  }

  @Test
  void corporaOfDocumentsStandOnData() {
    noClasses()
        .that()
        .resideInAPackage(ROOT + "data")
        .should()
        .dependOnClassesThat()
        .resideInAPackage(ROOT + "data.documents..")
        .check(TRAINING);
  }
}
