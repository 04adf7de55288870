package io.github.gss4j.study;

import static com.tngtech.archunit.library.Architectures.layeredArchitecture;

import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** Imports run one way: probe → study, and classifier → pathfinder, listops. */
class ArchitectureTest {
  private static final String ROOT = "io.github.gss4j.study";

  @Test
  void importsRunOneWay() {
    layeredArchitecture()
        .consideringOnlyDependenciesInLayers()
        .layer("study")
        .definedBy(ROOT)
        .layer("probe")
        .definedBy(ROOT + ".probe..")
        .layer("pathfinder")
        .definedBy(ROOT + ".pathfinder..")
        .layer("listops")
        .definedBy(ROOT + ".listops..")
        .layer("classifier")
        .definedBy(ROOT + ".classifier..")
        .whereLayer("study")
        .mayNotAccessAnyLayer()
        .whereLayer("pathfinder")
        .mayNotAccessAnyLayer()
        .whereLayer("listops")
        .mayNotAccessAnyLayer()
        .whereLayer("probe")
        .mayOnlyAccessLayers("study")
        .whereLayer("classifier")
        .mayOnlyAccessLayers("pathfinder", "listops")
        .check(
            new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .importPackages(ROOT));
  }
}
