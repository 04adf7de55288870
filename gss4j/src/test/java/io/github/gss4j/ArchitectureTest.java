package io.github.gss4j;

import static com.tngtech.archunit.library.Architectures.layeredArchitecture;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** Imports run one way: torch → weights → model → layers → ops. */
class ArchitectureTest {
  private static final String ROOT = "io.github.gss4j.";

  @Test
  void importsRunOneWay() {
    JavaClasses library =
        new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages(
                ROOT + "ops", ROOT + "layers", ROOT + "model", ROOT + "weights", ROOT + "torch");
    layeredArchitecture()
        .consideringOnlyDependenciesInLayers()
        .layer("ops")
        .definedBy(ROOT + "ops..")
        .layer("layers")
        .definedBy(ROOT + "layers..")
        .layer("model")
        .definedBy(ROOT + "model..")
        .layer("weights")
        .definedBy(ROOT + "weights..")
        .layer("torch")
        .definedBy(ROOT + "torch..")
        .whereLayer("ops")
        .mayNotAccessAnyLayer()
        .whereLayer("layers")
        .mayOnlyAccessLayers("ops")
        .whereLayer("model")
        .mayOnlyAccessLayers("layers", "ops")
        .whereLayer("weights")
        .mayOnlyAccessLayers("model", "layers", "ops")
        .whereLayer("torch")
        .mayOnlyAccessLayers("weights", "model", "layers", "ops")
        .check(library);
  }
}
