package io.github.gss4j.data;

import java.io.IOException;
import java.net.JarURLConnection;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Real Java code: the {@code -sources} jars of Guava, Commons Lang and Lucene core, 19 MB of it,
 * which are ordinary Maven dependencies and are found on the class path.
 *
 * @param classLoader that sees the jars
 */
record JavaSources(ClassLoader classLoader) implements CorpusSource {
  /** Its name on the command line. */
  public static final String NAME = "java";

  /** The jars: what to add to a project that lacks one, and a file that only it has. */
  static final List<Artifact> ARTIFACTS =
      List.of(
          new Artifact(
              "org.apache.commons",
              "commons-lang3",
              "3.20.0",
              "org/apache/commons/lang3/StringUtils.java"),
          new Artifact(
              "com.google.guava", "guava", "33.7.0-jre", "com/google/common/base/Joiner.java"),
          new Artifact(
              "org.apache.lucene",
              "lucene-core",
              "10.5.0",
              "org/apache/lucene/index/IndexWriter.java"));

  /** A jar of source. */
  record Artifact(String group, String id, String version, String resource) {
    @Override
    public String toString() {
      return group + ":" + id + ":" + version + ":sources";
    }
  }

  /** The class path that has this class. */
  public JavaSources() {
    this(JavaSources.class.getClassLoader());
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Corpus open(Path cache, CorpusOptions options) {
    List<SourceFile> files = new ArrayList<>();
    List<Artifact> missing = new ArrayList<>();
    for (Artifact artifact : ARTIFACTS) {
      URL resource = classLoader.getResource(artifact.resource());
      if (resource == null) {
        missing.add(artifact);
      } else {
        // named without the version, so that the next one holds out the same members
        files.add(new SourceFile(artifact.id(), jar(resource), SourceFile.Kind.ZIP));
      }
    }
    if (!missing.isEmpty()) {
      throw new DataException(
          "the default corpus is not whole, the class path lacks "
              + missing
              + ": add it as a runtime dependency, or give other text with --data");
    }
    return new JoinedCorpus(
            NAME, "Java sources", files, Optional.of(Glob.of("*.java")), new SkippedFiles())
        .open(cache, options);
  }

  private static Path jar(URL resource) {
    try {
      if (resource.openConnection() instanceof JarURLConnection connection) {
        return Path.of(connection.getJarFileURL().toURI());
      }
    } catch (IOException | URISyntaxException | IllegalArgumentException e) {
      throw new DataException("the jar of " + resource + " is out of reach: " + e.getMessage(), e);
    }
    throw new DataException(resource + " lies in no jar: give other text with --data");
  }
}
