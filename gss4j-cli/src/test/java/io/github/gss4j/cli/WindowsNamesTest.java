package io.github.gss4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.gss4j.files.WindowsFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What commands write has names that Windows takes too. */
class WindowsNamesTest {
  @TempDir Path directory;

  @Test
  void noFileHasANameThatWindowsRefuses() throws IOException {
    Path text = Tiny.text(directory);
    Path run = directory.resolve("run");
    Path best = run.resolve("best");
    Command.here(Tiny.train(text, "--steps", 2, "--out", run, "--tensorboard", "on")).ok();
    Command.here(
            Tiny.train(
                text,
                "--steps",
                2,
                "--out",
                directory.resolve("by"),
                "--teacher",
                run,
                "--objective",
                "distillation"))
        .ok();
    Command.here("prepare", "--data", text, "--out", directory.resolve("corpus")).ok();
    Command.here("convert", best, directory.resolve("model")).ok();
    Command.here("inspect", best, "--kernels", directory.resolve("kernels.html")).ok();
    Command.here(
            "generate",
            "--model",
            best,
            "--prompt",
            "the",
            "--max-new-tokens",
            2,
            "--save-state",
            directory.resolve("state"))
        .ok();
    try (Stream<Path> files = Files.walk(directory)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .hasSizeGreaterThan(20)
          .noneMatch(WindowsFiles::refuse);
    }
  }
}
