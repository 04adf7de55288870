package io.github.gss4j.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.gss4j.cli.run.RunOptions;
import io.github.gss4j.config.JsonFields;
import io.github.gss4j.config.training.ClassifyConfig;
import io.github.gss4j.config.training.TrainConfig;
import io.github.gss4j.fuzz.FuzzKind;
import io.github.gss4j.study.StudyConfig;
import io.github.gss4j.study.StudyFile;
import io.github.gss4j.study.probe.ProbeStudy;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** What {@code --config} takes in every command. */
public final class RunConfigKind implements FuzzKind {
  @Override
  public String name() {
    return "run-configs";
  }

  @Override
  public List<Path> prepare(Path home) throws IOException {
    List<Path> files = new ArrayList<>();
    Path configs = configs();
    try (Stream<Path> all = Files.walk(configs)) {
      for (Path config : all.filter(file -> file.toString().endsWith(".json")).sorted().toList()) {
        String name = configs.relativize(config).toString().replace('/', '-');
        files.add(Files.copy(config, home.resolve(name)));
      }
    }
    files.add(
        Files.writeString(home.resolve("train.json"), TrainConfig.defaults().toJson().toString()));
    return files;
  }

  private static Path configs() throws IOException {
    try {
      var here = RunConfigKind.class.getProtectionDomain().getCodeSource().getLocation().toURI();
      return Path.of(here).resolve("../../../configs").toRealPath();
    } catch (URISyntaxException e) {
      throw new IOException(e);
    }
  }

  /**
   * Models are listed layer by layer, up to 65,536 of them, which takes 78 MB; those of a study
   * while they are made equal in size.
   */
  @Override
  public long besidesBytes() {
    return 128L << 20;
  }

  @Override
  public void read(Path target) throws IOException {
    String name = target.getFileName().toString();
    ObjectNode json = RunOptions.read(target);
    if (json.has("quick") || json.has("probes")) {
      ObjectNode settings = StudyFile.settings(json, true);
      if (settings.has("probes")) {
        ProbeStudy.read(name, settings, TrainConfig.defaults());
      } else {
        StudyConfig.read(name, settings);
      }
    } else if (json.has("num_classes")) {
      ClassifyConfig.from(new JsonFields(name, json));
    } else {
      TrainConfig.from(new JsonFields(name, json), TrainConfig.defaults());
    }
  }
}
