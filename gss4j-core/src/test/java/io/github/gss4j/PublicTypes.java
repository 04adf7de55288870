package io.github.gss4j;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import java.util.TreeSet;

/** Checks that no type is public which its own package alone uses. */
public final class PublicTypes {
  private static final String ROOT = "io.github.gss4j.";

  private final TreeSet<String> excepted = new TreeSet<>();

  /**
   * Lets types be public though no other package on the class path names them.
   *
   * @param reason why they are
   * @param names after {@code io.github.gss4j.}
   */
  public PublicTypes except(String reason, String... names) {
    assertThat(reason).isNotBlank();
    excepted.addAll(List.of(names));
    return this;
  }

  /** Checks all modules on the class path; an exception that is none any more is wrong too. */
  public void check() {
    check("");
  }

  /**
   * Checks one package and those below it.
   *
   * @param below after {@code io.github.gss4j.}
   */
  public void check(String below) {
    JavaClasses all =
        new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .withImportOption(location -> !location.contains("-tests.jar"))
            .importPackages("io.github.gss4j");
    TreeSet<String> onlyPublic = new TreeSet<>();
    for (JavaClass type : all) {
      if (type.isTopLevelClass()
          && type.getModifiers().contains(JavaModifier.PUBLIC)
          && type.getName().startsWith(ROOT + below)
          && !type.getPackageName().endsWith(".jmh_generated")
          && !type.getSimpleName().equals("package-info")) {
        onlyPublic.add(type.getName());
      }
    }
    for (JavaClass type : all) {
      for (Dependency dependency : type.getDirectDependenciesFromSelf()) {
        JavaClass target = dependency.getTargetClass().getBaseComponentType();
        if (!target.getPackageName().equals(type.getPackageName())) {
          onlyPublic.remove(target.getName().replaceFirst("\\$.*", ""));
        }
      }
    }
    assertThat(onlyPublic.stream().map(name -> name.replace(ROOT, "")))
        .as("public types that their own package alone uses")
        .containsExactlyElementsOf(excepted);
  }
}
