package io.github.gss4j.bench;

import io.github.gss4j.PublicTypes;
import org.junit.jupiter.api.Test;

class ArchitectureTest {
  /** Benchmarks are public for what JMH makes of them. */
  @Test
  void nothingIsPublicThatItsOwnPackageAloneUses() {
    new PublicTypes().check("bench");
  }
}
