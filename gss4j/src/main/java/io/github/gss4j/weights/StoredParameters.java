package io.github.gss4j.weights;

import io.github.gss4j.layers.Init;
import io.github.gss4j.layers.Parameters;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * The values of a model's parameters, from its file.
 *
 * @param file the file
 * @param reader reads what the model keeps
 */
record StoredParameters(TensorReader file, TensorReader.Reader reader)
    implements Parameters.Source {
  /** Values in memory of their own; those that are not numbers are logged as warnings. */
  StoredParameters(TensorReader file) {
    this(file, file::readWarned);
  }

  @Override
  public Tensor value(String name, Init init, long[] shape) {
    return file.tensor(name);
  }

  @Override
  public Tensor owned(String name, Init init, long[] shape, ScalarType dtype) {
    return reader.read(name, dtype);
  }
}
