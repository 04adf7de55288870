package io.github.gss4j.engine;

import io.github.gss4j.checkpoint.StoredModel;
import io.github.gss4j.config.ModelConfig;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.stream.Collectors;

/** Runs models; found by {@link ServiceLoader}. */
public interface Engine {
  /** Its name in options: {@code torch}, {@code java}. */
  String name();

  /** Higher priority is preferred where no engine was chosen; each engine gives its reason. */
  int priority();

  /** Whether it can run a model so; where none was chosen, one that can is taken. */
  default boolean runs(ModelConfig model, EngineOptions options) {
    return true;
  }

  /**
   * Loads a model.
   *
   * @throws IllegalArgumentException if it cannot run with these options
   * @throws io.github.gss4j.checkpoint.CheckpointException if the file cannot be read
   */
  InferenceModel load(StoredModel stored, EngineOptions options);

  /** The engines on the class path, the first choice first. */
  private static List<Engine> all() {
    return ServiceLoader.load(Engine.class, Engine.class.getClassLoader()).stream()
        .map(ServiceLoader.Provider::get)
        .sorted(Comparator.comparingInt(Engine::priority).reversed())
        .toList();
  }

  /**
   * An engine by its name.
   *
   * @param name empty takes the first choice of those that can run a model so
   * @throws IllegalArgumentException if there is none
   */
  static Engine choose(Optional<String> name, ModelConfig model, EngineOptions options) {
    List<Engine> all = all();
    return all.stream()
        .filter(
            engine -> name.map(engine.name()::equals).orElseGet(() -> engine.runs(model, options)))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException(missing(name, options, all)));
  }

  private static String missing(Optional<String> name, EngineOptions options, List<Engine> all) {
    if (all.isEmpty()) {
      return "no engine on the class path: add io.github.gss4j:gss4j-java or io.github.gss4j:gss4j";
    }
    String known = all.stream().map(Engine::name).collect(Collectors.joining(", "));
    return name.map(wanted -> "engine is '" + wanted + "', expected one of " + known)
        .orElseGet(
            () ->
                "no engine runs the model in %s on %s: of those on the class path, %s, none can"
                    .formatted(options.dtype(), options.device(), known));
  }
}
