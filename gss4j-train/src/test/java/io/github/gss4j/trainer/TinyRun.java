package io.github.gss4j.trainer;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.gss4j.config.GssConfig;
import io.github.gss4j.config.JsonFields;
import io.github.gss4j.config.ModelConfig;
import io.github.gss4j.config.training.BatchConfig;
import io.github.gss4j.config.training.ComputeConfig;
import io.github.gss4j.config.training.DataConfig;
import io.github.gss4j.config.training.FineTuning;
import io.github.gss4j.config.training.IntervalConfig;
import io.github.gss4j.config.training.LongRun;
import io.github.gss4j.config.training.ObjectiveConfig;
import io.github.gss4j.config.training.StateConfig;
import io.github.gss4j.config.training.TrainConfig;
import io.github.gss4j.layers.Init;
import io.github.gss4j.layers.Parameter;
import io.github.gss4j.layers.Precision;
import io.github.gss4j.model.LanguageModel;
import io.github.gss4j.ops.Tensors;
import io.github.gss4j.optim.Decay;
import io.github.gss4j.optim.OptimizerConfig;
import io.github.gss4j.optim.Schedule;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.bytedeco.pytorch.Tensor;

/** Settings, models and ids that are as small as can be. */
public final class TinyRun {
  public static final ModelConfig MODEL =
      ModelConfig.of(64, 16, 2).withOptions(new GssConfig(8, 8, true)).withHead(false, true);

  private TinyRun() {}

  /** A run of some sizes, all else as small as can be. */
  public static TrainConfig config(
      String dtype, int batch, int accumulate, boolean sum, boolean checkpointLayers) {
    return new TrainConfig(
        new DataConfig("", "", 0),
        MODEL,
        new BatchConfig(batch, accumulate, sum, 32, StateConfig.NONE),
        new OptimizerConfig(OptimizerConfig.Kind.ADAMW, 1e-2, 0.9, 0.98, 1e-8, 0, false, 1),
        new Schedule(100, 0, new Decay.Constant()),
        ObjectiveConfig.CROSS_ENTROPY,
        FineTuning.NONE,
        new IntervalConfig(0, 1, 0, 0, "x", 0.7),
        new LongRun(1, 1, 0, 0),
        new ComputeConfig(dtype, "cpu", checkpointLayers),
        3);
  }

  public static TrainConfig config(String dtype) {
    return config(dtype, 2, 1, false, false);
  }

  /** A run of some other settings, as a config file has them. */
  public static TrainConfig config(TrainConfig byDefault, String json) {
    try {
      JsonFields fields = new JsonFields("test", new ObjectMapper().readTree(json));
      return TrainConfig.from(fields, byDefault);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(json, e);
    }
  }

  /** All weights by name. */
  public static Map<String, double[]> weights(LanguageModel model) {
    return weights(model.parameters());
  }

  private static Map<String, double[]> weights(List<Parameter> parameters) {
    Map<String, double[]> all = new LinkedHashMap<>();
    for (Parameter p : parameters) {
      all.put(p.name(), Tensors.toDoubles(p.value()));
    }
    return all;
  }

  public static Map<String, double[]> weights(Trainer<?> trainer) {
    return weights(trainer.task().parameters());
  }

  public static LanguageModel model(TrainConfig config) {
    return LanguageModel.of(
        config.model(),
        Init.random(config.seed()),
        Precision.forTraining(config.compute().dtype()),
        Tensors.device("cpu"));
  }

  /** Ids (batch, length) that depend on the seed alone. */
  public static Tensor ids(long seed, int batch, int length) {
    return Tensors.of(values(seed, batch * length), batch, length);
  }

  public static long[] values(long seed, int count) {
    return new SplittableRandom(seed).longs(count, 0, MODEL.numTokens()).toArray();
  }
}
