package io.github.gss4j.langchain4j;

import io.github.gss4j.PackageOrder;
import io.github.gss4j.PublicTypes;
import org.junit.jupiter.api.Test;

class ArchitectureTest {
  @Test
  void importsRunOneWay() {
    PackageOrder.above("", "config", "generation")
        .add("langchain4j", "", "config", "generation")
        .check();
  }

  @Test
  void nothingIsPublicThatItsOwnPackageAloneUses() {
    new PublicTypes()
        .except(
            "made by users of the library",
            "langchain4j.GssChatModel",
            "langchain4j.GssEmbeddingModel",
            "langchain4j.GssLanguageModel",
            "langchain4j.GssStreamingChatModel",
            "langchain4j.GssStreamingLanguageModel")
        .check("langchain4j");
  }
}
