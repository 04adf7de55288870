package io.github.gss4j;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.AccessTarget.CodeUnitAccessTarget;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaCodeUnitAccess;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.TreeSet;

/**
 * Checks that every tensor which is made of no other is made on a device that is named: libtorch
 * would take the CPU, where the model may be on a GPU.
 */
public final class DevicesOfTensors {
  private static final String BINDING = "org.bytedeco.pytorch.";
  private static final String OPTIONS = BINDING + "TensorOptions";

  /** Makes {@code TensorOptions}, of a dtype and a device, and tensors of Java's arrays. */
  private static final String MAKER = "io.github.gss4j.ops.Tensors";

  private DevicesOfTensors() {}

  /** Checks all modules on the class path. */
  public static void check() {
    TreeSet<String> wrong = new TreeSet<>();
    for (JavaClass type :
        new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .withImportOption(location -> !location.contains("-tests.jar"))
            .importPackages("io.github.gss4j")) {
      for (JavaCodeUnitAccess<?> access : type.getCodeUnitAccessesFromSelf()) {
        if (!type.getName().equals(MAKER) && isWithoutDevice(access.getTarget())) {
          wrong.add(access.getDescription());
        }
      }
    }
    assertThat(wrong)
        .as("without a device: expected Tensors.options, optionsOf, onCpu or of")
        .isEmpty();
  }

  private static boolean isWithoutDevice(CodeUnitAccessTarget target) {
    String owner = target.getOwner().getName();
    if (owner.equals(OPTIONS)) {
      return target.getName().equals("<init>");
    }
    if (owner.equals(BINDING + "Tensor")) {
      return target.getName().equals("create");
    }
    return owner.equals(BINDING + "global.torch")
        && target.getRawReturnType().getName().equals(BINDING + "Tensor")
        && target.getRawParameterTypes().stream()
            .noneMatch(parameter -> parameter.getName().startsWith(BINDING + "Tensor"));
  }
}
