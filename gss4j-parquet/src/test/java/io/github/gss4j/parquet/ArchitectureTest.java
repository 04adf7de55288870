package io.github.gss4j.parquet;

import io.github.gss4j.PackageOrder;
import org.junit.jupiter.api.Test;

class ArchitectureTest {
  @Test
  void importsRunOneWay() {
    PackageOrder.above("files", "data", "data.documents")
        .add("parquet", "data.documents", "data", "files")
        .check();
  }
}
