package io.github.gss4j.cli.inspect;

import io.github.gss4j.checkpoint.StoredModel;
import io.github.gss4j.config.MixerConfig;
import io.github.gss4j.layers.MixerKind;
import io.github.gss4j.layers.Parameters;
import io.github.gss4j.layers.Precision;
import io.github.gss4j.layers.SequenceMixer;
import io.github.gss4j.ops.Tensors;
import io.github.gss4j.weights.TensorReader;

/** One layer's mixer of a model on disk, in float64; nothing else of the model is read. */
final class StoredMixer implements AutoCloseable {
  private final Parameters parameters;
  private final SequenceMixer mixer;

  StoredMixer(StoredModel model, int layer, MixerConfig config) {
    this.parameters =
        Parameters.from(
            (name, init, shape) -> TensorReader.read(model.tensors().get(name)),
            Precision.FLOAT64,
            Tensors.device("cpu"));
    this.mixer =
        MixerKind.declare(
            parameters.at("layers").at(Integer.toString(layer)).at(config.prefix()), config);
  }

  SequenceMixer get() {
    return mixer;
  }

  @Override
  public void close() {
    parameters.release();
  }
}
