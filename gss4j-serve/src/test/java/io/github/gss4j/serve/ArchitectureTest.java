package io.github.gss4j.serve;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** Imports run one way: server → http → api → decode. */
class ArchitectureTest {
  private static final String ROOT = "io.github.gss4j.serve";

  private static final JavaClasses SERVE =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages(ROOT);

  @Test
  void importsRunOneWay() {
    layeredArchitecture()
        .consideringOnlyDependenciesInLayers()
        .layer("server")
        .definedBy(ROOT)
        .layer("http")
        .definedBy(ROOT + ".http..")
        .layer("api")
        .definedBy(ROOT + ".api..")
        .layer("decode")
        .definedBy(ROOT + ".decode..")
        .whereLayer("http")
        .mayOnlyAccessLayers("api", "decode")
        .whereLayer("api")
        .mayOnlyAccessLayers("decode")
        .whereLayer("decode")
        .mayNotAccessAnyLayer()
        .check(SERVE);
  }

  @Test
  void whatDecodesKnowsNothingOfHttp() {
    noClasses()
        .that()
        .resideInAnyPackage(ROOT + ".decode..", ROOT + ".api..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("io.vertx..", "io.micrometer..")
        .check(SERVE);
  }
}
