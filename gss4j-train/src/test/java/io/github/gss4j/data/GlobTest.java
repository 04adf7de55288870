package io.github.gss4j.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GlobTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "**/*.java | A.java | true",
        "**/*.java | a/b/A.java | true",
        "**/*.java | a/b/A.class | false",
        "*.java | a/b/A.java | true",
        "*.{java,kt} | a/B.kt | true",
        "a/**/A.java | a/A.java | true",
        "a/**/A.java | a/b/c/A.java | true",
        "a/**/A.java | b/A.java | false",
        "a/*.txt | a/x.txt | true",
        "a/*.txt | a/b/x.txt | false",
        "{a/**/x,b}/*.txt | b/y.txt | true",
        "** | a/b | true",
      })
  void matches(String glob, String name, boolean expected) {
    assertThat(Glob.of(glob).matches(name)).isEqualTo(expected);
  }

  @Test
  void globThatCannotBeReadIsAnError() {
    assertThatThrownBy(() -> Glob.of("*.{java"))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("*.{java");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "*.txt | a/b | true",
        "a/*.txt | a | true",
        "a/*.txt | a/b | false",
        "a/*.txt | b | false",
        "a*/b?/*.txt | ab/bc | true",
        "a*/b?/*.txt | ab/b | false",
        "a/**/x/*.txt | a/b/c/d | true",
        "a/**/x/*.txt | b | false",
        "{a/b,c}/*.txt | d | true",
        "**/*.txt | lost+found | true",
      })
  void reaches(String glob, String directory, boolean expected) {
    assertThat(Glob.of(glob).reaches(directory)).isEqualTo(expected);
  }

  @Test
  void aGlobOfAPathWithoutASlashDoesNotLookIntoDirectories() {
    Glob glob = Glob.ofPath("*.txt");
    assertThat(glob.matches("a.txt")).isTrue();
    assertThat(glob.matches("a/b.txt")).isFalse();
    assertThat(glob.reaches("a")).isFalse();
  }
}
