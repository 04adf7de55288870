package io.github.gss4j;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * The packages of a module, and which packages of gss4j each may import. A package is named after
 * those that it imports, so that there are no circles.
 */
public final class PackageOrder {
  private static final String ROOT = "io.github.gss4j";

  private final Map<String, List<String>> imports = new LinkedHashMap<>();
  private final TreeSet<String> known = new TreeSet<>();

  /**
   * Begins with the packages of other modules that this one may import.
   *
   * @param below their names after {@code io.github.gss4j.}
   */
  public static PackageOrder above(String... below) {
    PackageOrder order = new PackageOrder();
    order.known.addAll(List.of(below));
    return order;
  }

  /**
   * Adds a package of the module.
   *
   * @param name after {@code io.github.gss4j.}; empty for that package itself
   * @param imported what it may import, named before
   */
  public PackageOrder add(String name, String... imported) {
    assertThat(List.of(imported))
        .as("%s may import what is named before it", name)
        .isSubsetOf(known);
    imports.put(name, List.of(imported));
    known.add(name);
    return this;
  }

  /** Some packages, and others. */
  public static String[] and(String[] some, String... others) {
    return Stream.concat(Stream.of(some), Stream.of(others)).toArray(String[]::new);
  }

  /** Adds a package that may import all that stand before it. */
  public PackageOrder addTop(String name) {
    return add(name, known.toArray(String[]::new));
  }

  /** Checks the classes of the module that is under test. */
  public void check() {
    TreeSet<String> wrong = new TreeSet<>();
    for (JavaClass type : new ClassFileImporter().importPath(Path.of("target", "classes"))) {
      String from = name(type);
      assertThat(imports).as("packages of the module").containsKey(from);
      for (Dependency dependency : type.getDirectDependenciesFromSelf()) {
        String to = name(dependency.getTargetClass());
        if (to != null && !to.equals(from) && !imports.get(from).contains(to)) {
          wrong.add(from + " -> " + to + ": " + dependency.getDescription());
        }
      }
    }
    assertThat(wrong).as("imports that are not allowed").isEmpty();
  }

  /** The package's name after ours; null if it is not ours. */
  private static String name(JavaClass type) {
    String name = type.getBaseComponentType().getPackageName();
    if (name.equals(ROOT)) {
      return "";
    }
    return name.startsWith(ROOT + ".") ? name.substring(ROOT.length() + 1) : null;
  }
}
