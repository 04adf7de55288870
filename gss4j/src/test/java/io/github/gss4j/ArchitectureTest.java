package io.github.gss4j;

import static com.tngtech.archunit.library.Architectures.layeredArchitecture;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/**
 * Imports run one way: generation → model → layers → ops; checkpoint and tokenizer beside model.
 */
class ArchitectureTest {
  private static final String ROOT = "io.github.gss4j.";

  @Test
  void importsRunOneWay() {
    JavaClasses library =
        new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("io.github.gss4j");
    layeredArchitecture()
        .consideringOnlyDependenciesInLayers()
        .layer("files")
        .definedBy(ROOT + "files..")
        .layer("ops")
        .definedBy(ROOT + "ops..")
        .layer("layers")
        .definedBy(ROOT + "layers..")
        .layer("model")
        .definedBy(ROOT + "model..")
        .layer("tokenizer")
        .definedBy(ROOT + "tokenizer..")
        .layer("checkpoint")
        .definedBy(ROOT + "checkpoint..")
        .layer("generation")
        .definedBy(ROOT + "generation..")
        .whereLayer("files")
        .mayNotAccessAnyLayer()
        .whereLayer("ops")
        .mayNotAccessAnyLayer()
        .whereLayer("tokenizer")
        .mayOnlyAccessLayers("files")
        .whereLayer("layers")
        .mayOnlyAccessLayers("ops")
        .whereLayer("model")
        .mayOnlyAccessLayers("layers", "ops")
        .whereLayer("checkpoint")
        .mayOnlyAccessLayers("model", "layers", "ops", "files")
        .whereLayer("generation")
        .mayOnlyAccessLayers("model", "layers", "ops", "tokenizer")
        .check(library);
  }
}
