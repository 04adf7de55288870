package io.github.gss4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Flags that send a run's figures elsewhere; none can stop it. */
class TrackingOptionsTest {
  @TempDir Path directory;

  private static List<Path> files(Path in) throws IOException {
    try (Stream<Path> files = Files.list(in)) {
      return files.toList();
    }
  }

  @Test
  void eventFilesLieInTheRunOrInADirectoryOfItsName() throws IOException {
    Path text = Tiny.text(directory);
    Path out = directory.resolve("one");
    Command.here(Tiny.train(text, "--steps", 2, "--out", out, "--tensorboard", "on")).ok();
    assertThat(files(out.resolve("tensorboard"))).hasSize(1);
    Path boards = directory.resolve("boards");
    Path other = directory.resolve("two");
    Command.here(Tiny.train(text, "--steps", 2, "--out", other, "--tensorboard", boards)).ok();
    assertThat(files(boards)).containsExactly(boards.resolve("two"));
    assertThat(files(boards.resolve("two"))).hasSize(1);
  }

  @Test
  void wrongOnesAreRefusedBeforeAnythingIsWritten() throws IOException {
    Path text = Tiny.text(directory);
    Path out = directory.resolve("run");
    for (List<Object> wrong :
        List.<List<Object>>of(
            List.of("--mlflow", "file:///tmp"),
            List.of("--mlflow", "no address"),
            List.of("--mlflow-experiment", "mine"),
            List.of("--threads", 0))) {
      Command.Result result =
          Command.here(Tiny.train(text, "--out", out, wrong.get(0), wrong.get(1)));
      assertThat(result.code()).as("%s", wrong).isEqualTo(2);
      assertThat(result.err().strip().lines()).as("%s", wrong).hasSize(1);
      assertThat(result.err()).contains(wrong.get(1).toString());
    }
    assertThat(out).doesNotExist();
  }
}
