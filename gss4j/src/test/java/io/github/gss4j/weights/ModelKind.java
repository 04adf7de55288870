package io.github.gss4j.weights;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.gss4j.checkpoint.ShardedSafetensors;
import io.github.gss4j.config.ClassifierConfig;
import io.github.gss4j.config.ModelConfig;
import io.github.gss4j.fuzz.FuzzKind;
import io.github.gss4j.layers.Precision;
import io.github.gss4j.model.LanguageModel;
import io.github.gss4j.model.SequenceClassifier;
import io.github.gss4j.ops.Tensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/** Directories of models of every sort: their configs, indexes and shards. */
public class ModelKind implements FuzzKind {
  private static final String CLASSIFIER = "classifier";
  private static final String GPT2 = "gpt2";

  @Override
  public String name() {
    return "models";
  }

  @Override
  public List<Path> prepare(Path home) throws IOException {
    List<Path> models = new ArrayList<>();
    for (String name : List.of("shards.safetensors", "shards.bin")) {
      Path directory = Files.createDirectory(home.resolve(name));
      Files.copy(
          Samples.resource("reference/pretrained_form/config.json"),
          directory.resolve("config.json"));
      try (PointerScope scope = new PointerScope()) {
        shards(
            directory,
            TensorFiles.read(Samples.resource("reference/pretrained_form/model.pt")),
            name.endsWith(".bin"));
      }
      models.add(directory);
    }
    Path gpt2 = Files.createDirectory(home.resolve(GPT2));
    for (String file : List.of("config.json", "model.safetensors")) {
      Files.copy(Samples.resource("gpt2/one_head/" + file), gpt2.resolve(file));
    }
    models.add(gpt2);
    models.add(hybrid(Files.createDirectory(home.resolve("hybrid"))));
    models.add(classifier(Files.createDirectory(home.resolve(CLASSIFIER))));
    return models;
  }

  private static void shards(Path directory, Map<String, Tensor> tensors, boolean bin)
      throws IOException {
    if (!bin) {
      TensorFiles.writeShards(directory, tensors, Map.of("format", "pt"), 16_000);
      return;
    }
    Map<String, Map<String, Tensor>> shards = new LinkedHashMap<>();
    Map<String, String> fileByTensor = new LinkedHashMap<>();
    tensors.forEach(
        (name, tensor) -> {
          String file = "pytorch_model-%d.bin".formatted(name.contains("layers") ? 2 : 1);
          shards.computeIfAbsent(file, f -> new LinkedHashMap<>()).put(name, tensor);
          fileByTensor.put(name, file);
        });
    for (Map.Entry<String, Map<String, Tensor>> shard : shards.entrySet()) {
      TensorFiles.writePyTorch(directory.resolve(shard.getKey()), shard.getValue());
    }
    ShardedSafetensors.writeIndex(
        directory.resolve("pytorch_model.bin.index.json"), fileByTensor, 1);
  }

  private static Path hybrid(Path directory) throws IOException {
    String json =
        "{\"num_tokens\":61,\"dim\":16,\"layers\":[\"gss\",\"attention\",\"mhesa\",\"dsconv\"],"
            + "\"dss_kernel_N\":8,\"dss_kernel_H\":8,\"heads\":2,\"dim_mhesa\":8,"
            + "\"dim_dsconv\":8,\"attention_heads\":2,\"attention_window\":8}";
    ModelConfig config = ModelConfig.parse("test", new ObjectMapper().readTree(json));
    try (LanguageModel model = LanguageModel.create(config, 1)) {
      PretrainedModel.save(model, directory, Map.of());
    }
    return directory;
  }

  private static Path classifier(Path directory) throws IOException {
    String json =
        "{\"input_dim\":1,\"num_classes\":3,\"dim\":16,\"depth\":2,\"dss_kernel_N\":8,"
            + "\"dss_kernel_H\":8,\"bidirectional\":true}";
    ClassifierConfig config = ClassifierConfig.parse("test", new ObjectMapper().readTree(json));
    try (SequenceClassifier model = SequenceClassifier.create(config, 1)) {
      PretrainedClassifier.save(model, directory);
    }
    return directory;
  }

  @Override
  public void read(Path target) {
    String name = target.getFileName().toString();
    if (name.equals(CLASSIFIER)) {
      PretrainedClassifier.load(target, Precision.FLOAT32, Tensors.device("cpu")).close();
    } else if (name.equals(GPT2)) {
      StoredGpt2.open(target).load(Precision.FLOAT32, Tensors.device("cpu")).close();
    } else {
      PretrainedModel.load(target, Precision.FLOAT32, Tensors.device("cpu")).close();
    }
  }
}
