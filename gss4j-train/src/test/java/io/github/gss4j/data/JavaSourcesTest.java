package io.github.gss4j.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JavaSourcesTest {
  @TempDir Path dir;

  private URL jar(JavaSources.Artifact artifact, String version) throws IOException {
    Map<String, String> members = new LinkedHashMap<>();
    members.put("META-INF/MANIFEST.MF", "Manifest-Version: 1.0\n");
    members.put(artifact.resource(), "class A {} // " + artifact.id());
    for (int i = 0; i < 30; i++) {
      members.put(artifact.id() + "/F" + i + ".java", "class F" + i + artifact.id() + " {} ");
    }
    Path file = dir.resolve("with space").resolve(artifact.id() + version + "-sources.jar");
    return Texts.zip(file, members).toUri().toURL();
  }

  private Corpus open(URL... jars) throws IOException {
    try (URLClassLoader loader = new URLClassLoader(jars, null)) {
      return Corpus.open(new JavaSources(loader), dir.resolve("cache"));
    }
  }

  private URL[] jars(String version) throws IOException {
    URL[] jars = new URL[3];
    for (int i = 0; i < jars.length; i++) {
      jars[i] = jar(JavaSources.ARTIFACTS.get(i), version);
    }
    return jars;
  }

  @Test
  void codeOfAllThreeJarsIsFoundOnTheClassPath() throws IOException {
    try (Corpus corpus = open(jars("-1.0"))) {
      assertThat(corpus.name()).isEqualTo("java");
      String all = Texts.all(corpus.train()) + Texts.all(corpus.heldOut());
      assertThat(all)
          .contains("// guava", "// commons-lang3", "// lucene-core")
          .doesNotContain("Manifest");
      assertThat(corpus.heldOutNames())
          .isNotEmpty()
          .allMatch(name -> name.matches("(guava|commons-lang3|lucene-core)!/.*\\.java"));
    }
  }

  @Test
  void anotherVersionHoldsOutTheSameMembers() throws IOException {
    List<String> before;
    try (Corpus corpus = open(jars("-1.0"))) {
      before = corpus.heldOutNames();
    }
    try (Corpus corpus = open(jars("-2.0"))) {
      assertThat(corpus.heldOutNames()).isEqualTo(before);
    }
  }

  @Test
  void missingJarsAreNamedAsMavenWritesThem() throws IOException {
    URL[] jars = jars("-1.0");
    assertThatThrownBy(() -> open(jars[0]))
        .isInstanceOf(DataException.class)
        .hasMessageContainingAll(
            "com.google.guava:guava:33.7.0-jre:sources",
            "org.apache.lucene:lucene-core:10.5.0:sources",
            "--data")
        .hasMessageNotContaining("commons");
  }

  @Test
  void resourceOutsideOfAJarIsAnError() throws IOException {
    for (JavaSources.Artifact artifact : JavaSources.ARTIFACTS) {
      Texts.write(dir.resolve("classes").resolve(artifact.resource()), "class A {}");
    }
    assertThatThrownBy(() -> open(dir.resolve("classes").toUri().toURL()))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("lies in no jar");
  }

  @Test
  void versionsAreThoseOfTheBuild() throws IOException {
    String pom = Files.readString(Path.of("..", "pom.xml"));
    for (JavaSources.Artifact artifact : JavaSources.ARTIFACTS) {
      String property =
          Map.of("lucene-core", "lucene", "commons-lang3", "commons-lang3-sources")
              .getOrDefault(artifact.id(), artifact.id());
      assertThat(pom).contains("<" + property + ".version>" + artifact.version() + "<");
    }
  }
}
