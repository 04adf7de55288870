package io.github.gss4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every command that writes leaves what it did not write as it is, and says so in one line. */
class NothingLostTest {
  private static final String MINE = "mine";

  @TempDir Path directory;
  private Path model;

  @BeforeEach
  void find() {
    model = Tiny.published("model.pt");
  }

  private Path mine(String name) throws IOException {
    Path file = directory.resolve(name);
    Files.createDirectories(file.getParent());
    return Files.writeString(file, MINE);
  }

  private static void refused(Path mine, Object... args) {
    Command.here(args).refused(mine.toString());
    assertThat(mine).hasContent(MINE);
  }

  @Test
  void aSavedStateReplacesOnlyAState() throws IOException {
    Path state = mine("a.state");
    Object[] save = {
      "generate", "--model", model, "--prompt-ids", "1", "--ids", "--save-state", state
    };
    refused(state, save);
    Files.delete(state);
    Command.here(save).ok();
    Command.here(save).ok();
  }

  @Test
  void logitsAndPicturesReplaceOnlyTheirOwn() throws IOException {
    Path ids = Files.writeString(directory.resolve("ids.json"), "[1, 2, 3]");
    Path logits = mine("logits.safetensors");
    Object[] eval = {"eval", "--model", model, "--ids-file", ids, "--logits", logits};
    refused(logits, eval);
    Files.delete(logits);
    Command.here(eval).ok();
    Command.here(eval).ok();
    Path svg = mine("a.svg");
    refused(svg, "inspect", model, "--kernels", svg);
    Path html = mine("a.html");
    refused(html, "inspect", model, "--html", html);
    Files.delete(html);
    Command.here("inspect", model, "--html", html).ok();
    Command.here("inspect", model, "--html", html).ok();
  }

  @Test
  void aConversionLeavesWhatHasTheNameOfWhatItWritesAside() throws IOException {
    Path file = mine("out/b.pt.writing/mine");
    refused(file.getParent().getParent().resolve("b.pt.writing/mine"), "inspect", file);
    Command.here("convert", model, directory.resolve("out/b.pt")).refused("b.pt.writing");
    assertThat(file).hasContent(MINE);
    Path tree = mine("hub.writing/mine");
    Command.here("convert", model, directory.resolve("hub")).refused("hub.writing");
    assertThat(tree).hasContent(MINE);
    Path config = mine("other/config.json");
    refused(config, "convert", model, directory.resolve("other/b.pt"));
    Path there = mine("there.pt");
    refused(there, "convert", model, there);
    Path synthesized = mine("synthesized");
    refused(synthesized, "synthesize", "--out", synthesized);
  }

  @Test
  void generatorsDrawIntoNewDirectoriesAlone() throws IOException {
    Path image = mine("images/curv_contour_length_14/imgs/0/sample_0.png");
    Object[] draw = {
      "pathfinder", "generate", "--out", directory.resolve("images"), "--size", 32, "--count", 2
    };
    Command.here(draw).refused("curv_contour_length_14", "other files");
    assertThat(image).hasContent(MINE);
    Path tsv = mine("ops/basic_test.tsv");
    refused(tsv, "listops", "--out", directory.resolve("ops"), "--count", 2, "--held-out", 1);
    assertThat(directory.resolve("ops/basic_train.tsv")).doesNotExist();
  }

  @Test
  void aPreparationKeepsToADirectoryOfItsOwn() throws IOException {
    Path text = Tiny.text(directory);
    Path file = mine("tokens/00000.train.bin");
    Command.here("prepare", "--data", text, "--out", file.getParent()).refused("other files");
    assertThat(file).hasContent(MINE);
    Path plan = mine("plan/plan.json");
    Command.here("prepare", "--data", text, "--out", plan.getParent()).refused("other files");
    assertThat(plan).hasContent(MINE);
  }

  @Test
  void aStudyReplacesOnlyItsOwnReports() throws IOException {
    Path table = mine("study/study.md");
    Path config = Path.of("../configs/study.json");
    refused(table, "study", "--config", config, "--out", table.getParent(), "--quick");
    Path probes = mine("probes/probes.json");
    refused(probes, "study", "--config", "../configs/probes.json", "--out", probes.getParent());
  }

  @Test
  void aLaunchAppendsToItsLogs() throws IOException {
    Path log = mine("logs/rank-0.log");
    Files.writeString(log, MINE + "\n");
    Path logs = log.getParent();
    Command.process(
        directory, "launch", "--nproc", 1, "--logs", logs, "train", "--data", "missing.txt");
    assertThat(log).content().startsWith(MINE + "\n").contains("missing.txt");
  }
}
