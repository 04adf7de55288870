package io.github.gss4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs that were copied by what does not keep links, and directories that are not a run's. */
class CopiedRunTest {
  @TempDir static Path directory;
  private static Path text;
  private static Path run;

  @BeforeAll
  static void train() throws IOException {
    text = Tiny.text(directory);
    run = directory.resolve("run");
    Command.here(Tiny.train(text, "--out", run, "--steps", 4, "--save-every", 2)).ok();
  }

  private static Path copy(String name, boolean links) throws IOException {
    Path copy = directory.resolve(name);
    try (Stream<Path> files = Files.walk(run)) {
      for (Path file : files.toList()) {
        if (!Files.isSymbolicLink(file)) {
          Files.copy(file, copy.resolve(run.relativize(file).toString()));
        }
      }
    }
    for (String link : links ? List.of("last", "best") : List.<String>of()) {
      Path into = Files.createDirectory(copy.resolve(link));
      try (Stream<Path> files = Files.list(run.resolve(link))) {
        for (Path file : files.toList()) {
          Files.copy(file, into.resolve(file.getFileName()));
        }
      }
    }
    return copy;
  }

  @Test
  void aCopyGoesOnWhereTheRunWasWhetherLinksWereFollowedOrDropped() throws IOException {
    for (boolean links : new boolean[] {true, false}) {
      Path copy = copy("copy-" + links, links);
      Command.here("train", "--resume", copy, "--steps", 6).ok();
      assertThat(new RunFiles(copy).steps()).isEqualTo(6);
      assertThat(new RunFiles(copy).lines().subList(0, 4))
          .isEqualTo(new RunFiles(run).lines().subList(0, 4));
      assertThat(copy.resolve("last").toRealPath()).endsWith(Path.of("step-6"));
      assertThat(copy.resolve("best")).isSymbolicLink();
    }
  }

  @Test
  void aDirectoryThatIsNotARunsIsRefusedAndStaysAsItIs() throws IOException {
    Path other = Files.createDirectories(directory.resolve("other/step-1000")).getParent();
    Files.writeString(other.resolve("step-1000/weights"), "mine");
    Command.here(Tiny.train(text, "--out", other, "--steps", 2)).refused("step-1000", "--out");
    assertThat(other.resolve("step-1000/weights")).hasContent("mine");
    assertThat(new RunFiles(other).names()).containsExactly("step-1000");
    Path notes = Files.createDirectories(directory.resolve("notes"));
    Files.writeString(notes.resolve("metrics.jsonl"), "mine");
    Command.here(Tiny.train(text, "--out", notes, "--steps", 2)).refused("metrics.jsonl", "--out");
    assertThat(notes.resolve("metrics.jsonl")).hasContent("mine");
    assertThat(Files.exists(notes.resolve("run.json"), LinkOption.NOFOLLOW_LINKS)).isFalse();
  }
}
