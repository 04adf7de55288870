package io.github.gss4j.cli;

import io.github.gss4j.config.LayerConfig;
import io.github.gss4j.config.ModelConfig;
import io.github.gss4j.model.LanguageModel;
import io.github.gss4j.tokenizer.ByteTokenizer;
import io.github.gss4j.weights.PretrainedModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/** A text and a model so small that a run takes a second. */
final class Tiny {
  private static final String[] WORDS = {
    "the", "state", "of", "a", "gate", "is", "kept", "and", "read", "by", "every", "token", "öfter"
  };

  private Tiny() {}

  /** Writes about 60 kB of words, the same each time. */
  static Path text(Path directory) throws IOException {
    SplittableRandom random = new SplittableRandom(7);
    StringBuilder text = new StringBuilder();
    while (text.length() < 60_000) {
      text.append(WORDS[random.nextInt(WORDS.length)]).append(random.nextInt(9) == 0 ? ".\n" : " ");
    }
    return Files.writeString(directory.resolve("text.txt"), text);
  }

  /** The published package's model in small, as its users have it, by file name. */
  static Path published(String file) {
    return Path.of("../gss4j/src/test/resources/reference/pretrained_form").resolve(file);
  }

  /** Writes a new model of these layers, 32 wide, that reads bytes. */
  static Path model(Path directory, LayerConfig... layers) throws IOException {
    ModelConfig config =
        ModelConfig.of(256, 32, 1)
            .withLayers(List.of(layers))
            .withTokenizer(ByteTokenizer.NAME)
            .withHead(false, true);
    try (LanguageModel model = LanguageModel.create(config, 3)) {
      PretrainedModel.save(model, Files.createDirectories(directory), Map.of());
    }
    return directory;
  }

  /** The flags of a tiny run, and more. */
  static Object[] train(Path text, Object... more) {
    return with("train", text, more);
  }

  /** The same for the demo. */
  static Object[] demo(Path text, Object... more) {
    return with("demo", text, more);
  }

  private static Object[] with(String command, Path text, Object... more) {
    List<Object> args = new ArrayList<>(List.of(command));
    String sizes =
        "--dim 32 --depth 2 --dss-kernel-N 8 --dss-kernel-H 8 --seq-len 64 --batch 2 --warmup 5"
            + " --dtype float32 --data";
    List<Object> flags = new ArrayList<>(Stream.of(sizes.split(" ", -1)).toList());
    flags.add(text);
    for (int i = 0; i < flags.size(); i += 2) {
      if (!Arrays.asList(more).contains(flags.get(i))) {
        args.addAll(flags.subList(i, i + 2));
      }
    }
    args.addAll(Arrays.asList(more));
    return args.toArray();
  }
}
