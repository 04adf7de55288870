package io.github.gss4j;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** Imports run one way, and nothing here needs a native library. */
class ArchitectureTest {
  private static final String ROOT = "io.github.gss4j.";

  private static final JavaClasses CORE =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("io.github.gss4j");

  @Test
  void importsRunOneWay() {
    layeredArchitecture()
        .consideringOnlyDependenciesInLayers()
        .layer("files")
        .definedBy(ROOT + "files..")
        .layer("config")
        .definedBy(ROOT + "config..")
        .layer("reference")
        .definedBy(ROOT + "reference..")
        .layer("tokenizer")
        .definedBy(ROOT + "tokenizer..")
        .layer("hub")
        .definedBy(ROOT + "hub..")
        .layer("checkpoint")
        .definedBy(ROOT + "checkpoint..")
        .layer("engine")
        .definedBy(ROOT + "engine..")
        .layer("generation")
        .definedBy(ROOT + "generation..")
        .whereLayer("files")
        .mayNotAccessAnyLayer()
        .whereLayer("config")
        .mayNotAccessAnyLayer()
        .whereLayer("reference")
        .mayOnlyAccessLayers("config")
        .whereLayer("tokenizer")
        .mayOnlyAccessLayers("files")
        .whereLayer("hub")
        .mayOnlyAccessLayers("files")
        .whereLayer("checkpoint")
        .mayOnlyAccessLayers("config", "hub", "files")
        .whereLayer("engine")
        .mayOnlyAccessLayers("config", "checkpoint")
        .whereLayer("generation")
        .mayOnlyAccessLayers("config", "tokenizer", "checkpoint", "engine")
        .check(CORE);
  }

  @Test
  void nothingNeedsANativeLibrary() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("org.bytedeco..", "ai.djl..", "com.sun.jna..")
        .check(CORE);
  }
}
