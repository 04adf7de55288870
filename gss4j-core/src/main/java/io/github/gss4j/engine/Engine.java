package io.github.gss4j.engine;

import io.github.gss4j.checkpoint.StoredModel;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.stream.Collectors;

/** Runs models; found by {@link ServiceLoader}. */
public interface Engine {
  /** Its name in options: {@code torch}, {@code java}. */
  String name();

  /** The higher, the sooner it is taken where nobody chose; each engine says why. */
  int priority();

  /**
   * Loads a model.
   *
   * @throws IllegalArgumentException if it cannot run with these options
   * @throws io.github.gss4j.checkpoint.CheckpointException if the file cannot be read
   */
  InferenceModel load(StoredModel stored, EngineOptions options);

  /** The engines on the class path, the first choice first. */
  static List<Engine> all() {
    return ServiceLoader.load(Engine.class, Engine.class.getClassLoader()).stream()
        .map(ServiceLoader.Provider::get)
        .sorted((a, b) -> Integer.compare(b.priority(), a.priority()))
        .toList();
  }

  /**
   * An engine by its name.
   *
   * @param name empty takes the first choice
   * @throws IllegalArgumentException if there is none
   */
  static Engine named(Optional<String> name) {
    List<Engine> all = all();
    return all.stream()
        .filter(engine -> name.isEmpty() || engine.name().equals(name.get()))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    all.isEmpty()
                        ? "no engine on the class path: add io.github.gss4j:gss4j"
                        : "engine is '"
                            + name.orElseThrow()
                            + "', expected one of "
                            + all.stream().map(Engine::name).collect(Collectors.joining(", "))));
  }
}
