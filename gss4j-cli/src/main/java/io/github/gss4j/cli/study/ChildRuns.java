package io.github.gss4j.cli.study;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.gss4j.cli.run.RunInputs;
import io.github.gss4j.cli.terminal.ExitCode;
import io.github.gss4j.cli.terminal.Program;
import io.github.gss4j.config.training.TrainConfig;
import io.github.gss4j.data.TokenStore;
import io.github.gss4j.files.AtomicFile;
import io.github.gss4j.run.files.RunDirectory;
import io.github.gss4j.run.inputs.Texts;
import io.github.gss4j.study.Launcher;
import io.github.gss4j.tokenizer.Tokenizer;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Trains each of a study's runs in a process of its own, by {@code gss train}. */
public final class ChildRuns implements Launcher {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Program program;

  /** Trains by commands of this program. */
  public ChildRuns(Program program) {
    this.program = program;
  }

  @Override
  public void train(TrainConfig config, Path directory) throws IOException {
    Files.createDirectories(directory.toAbsolutePath().getParent());
    Path settings = directory.resolveSibling(directory.getFileName() + ".json");
    Path log = directory.resolveSibling(directory.getFileName() + ".log");
    AtomicFile.write(settings, JSON.writeValueAsBytes(config.toJson()));
    List<String> arguments = new ArrayList<>(List.of("train"));
    arguments.addAll(
        new RunDirectory(directory).isUsed()
            ? List.of("--resume", directory.toString())
            : List.of("--config", settings.toString(), "--out", directory.toString()));
    ProcessBuilder builder =
        new ProcessBuilder(program.commandLine(arguments)).redirectErrorStream(true);
    builder.environment().remove("GSS_TERMINAL"); // its log is a file
    Process process = builder.redirectOutput(Redirect.appendTo(log.toFile())).start();
    try {
      int code = process.waitFor();
      if (code != ExitCode.OK) {
        List<String> said = Files.readAllLines(log);
        String last = said.isEmpty() ? "exit code " + code : said.get(said.size() - 1);
        throw new IOException(directory + ": training failed: " + last + " (see " + log + ")");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      process.destroy();
      throw new IOException(directory + ": interrupted", e);
    }
  }

  @Override
  public TokenStore heldOut(TrainConfig config) {
    Texts texts = RunInputs.texts();
    int numTokens = config.model().numTokens();
    try (Tokenizer tokenizer = texts.tokenizer(config.tokenizerSpec(), numTokens, config.data())) {
      return texts.heldOut(config.data(), tokenizer);
    }
  }
}
