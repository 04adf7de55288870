package io.github.gss4j;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** Imports run one way, and nothing here needs a native library. */
class ArchitectureTest {
  private static final JavaClasses CORE =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("io.github.gss4j");

  @Test
  void importsRunOneWay() {
    PackageOrder.above()
        .add("files")
        .add("config", "files")
        .add("reference", "config")
        .add("tokenizer", "files")
        .add("hub", "files")
        .add("checkpoint", "config", "hub", "files")
        .add("engine", "config", "checkpoint")
        .add("generation", "engine", "checkpoint", "config", "tokenizer")
        .addTop("")
        .check();
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
