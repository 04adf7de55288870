package io.github.gss4j.spark;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;

import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.github.gss4j.PublicTypes;
import org.junit.jupiter.api.Test;

class ArchitectureTest {
  private static final String ROOT = "io.github.gss4j.";

  /** Nothing that loads libtorch: a driver and its executors have none. */
  @Test
  void sparkImportsWhatStartsAndReadsRunsAlone() {
    classes()
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(
            "java..",
            "scala..",
            "org.slf4j..",
            "org.apache.spark..",
            "picocli..",
            ROOT + "spark..",
            ROOT + "distributed..",
            ROOT + "tracking..",
            ROOT + "run..")
        .check(
            new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .importPackages(ROOT + "spark"));
  }

  @Test
  void nothingIsPublicThatItsOwnPackageAloneUses() {
    new PublicTypes()
        .except("the application", "spark.SparkTrain")
        .except("made by users of the library", "spark.RankCommand", "spark.SparkTraining")
        .check("spark");
  }
}
