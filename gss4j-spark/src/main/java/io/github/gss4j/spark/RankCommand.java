package io.github.gss4j.spark;

import io.github.gss4j.run.files.RunDirectory;
import java.io.File;
import java.io.IOException;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What each rank runs, wherever Spark puts it.
 *
 * @param gssHome where gss4j is on every worker: a distribution, or a clone that is built
 * @param directory where a rank runs: what paths in its flags are relative to, on every worker
 * @param train {@code train} and its flags
 */
public record RankCommand(String gssHome, String directory, List<String> train)
    implements Serializable {
  private static final long serialVersionUID = 1L;

  /** Of a distribution and of a clone. */
  private static final List<String> PROGRAMS = List.of("bin/gss", "gss");

  private static final String DEFAULT_OUT = "runs/train";

  /** Checks the command and copies it. */
  public RankCommand {
    if (train.isEmpty() || !train.get(0).equals("train")) {
      throw new IllegalArgumentException(
          "COMMAND is " + (train.isEmpty() ? "empty" : train.get(0)) + ", expected train");
    }
    train = List.copyOf(train);
  }

  /** The run's directory. */
  RunDirectory run() {
    return new RunDirectory(Path.of(directory).resolve(out()));
  }

  private String out() {
    String out = DEFAULT_OUT;
    for (int i = 0; i < train.size(); i++) {
      for (String name : List.of("--out", "--resume")) {
        if (train.get(i).startsWith(name + "=")) {
          out = train.get(i).substring(name.length() + 1);
        } else if (train.get(i).equals(name) && i + 1 < train.size()) {
          out = train.get(i + 1);
        }
      }
    }
    return out;
  }

  /** The arguments that resume a run; its settings are in its directory. */
  List<String> resuming() {
    List<String> arguments = new ArrayList<>();
    for (int i = 0; i < train.size(); i++) {
      String argument = train.get(i);
      if (List.of("--out", "--resume", "--config").contains(argument)) {
        i++; // and its value
      } else if (!argument.matches("--(out|resume|config)=.*")) {
        arguments.add(argument);
      }
    }
    arguments.addAll(List.of("--resume", out()));
    return arguments;
  }

  /**
   * The process of a rank.
   *
   * @param resume whether the run has begun
   * @throws IOException if something is not on this machine
   */
  ProcessBuilder process(boolean resume) throws IOException {
    Path gss = program();
    if (!Files.isDirectory(Path.of(directory))) {
      throw new IOException(
          directory + ": no directory here, expected --directory to name one of every worker");
    }
    List<String> line = new ArrayList<>(List.of(gss.toString()));
    line.addAll(resume ? resuming() : train);
    return new ProcessBuilder(line).directory(new File(directory));
  }

  private Path program() throws IOException {
    for (String name : PROGRAMS) {
      Path gss = Path.of(gssHome, name);
      if (Files.isRegularFile(gss) && Files.isExecutable(gss)) {
        return gss;
      }
    }
    throw new IOException(
        gssHome
            + ": has no program bin/gss or gss here, expected gss4j in --gss-home on every worker");
  }
}
