package io.github.gss4j.tokenizer.json;

import io.github.gss4j.PackageOrder;
import org.junit.jupiter.api.Test;

class ArchitectureTest {
  @Test
  void importsRunOneWay() {
    PackageOrder.above("files", "tokenizer").add("tokenizer.json", "tokenizer", "files").check();
  }
}
