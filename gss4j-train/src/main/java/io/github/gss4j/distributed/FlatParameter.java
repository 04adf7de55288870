package io.github.gss4j.distributed;

import io.github.gss4j.layers.Parameter;
import io.github.gss4j.ops.Scopes;
import io.github.gss4j.ops.Tensors;
import java.util.List;
import org.bytedeco.pytorch.DataPtr;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Storage;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Parameters in one flat tensor whose memory is there only while it is needed: this rank keeps its
 * part.
 *
 * <p>The parameters are views of the tensor's storage permanently. The storage itself is emptied
 * and filled again, so that what a graph remembers of it is freed and comes back, too.
 */
final class FlatParameter {
  private final FlatLayout flat;
  private final ProcessGroup group;
  private final Tensor whole;
  private final Tensor part;
  private boolean present = true;
  private Pending underWay;

  FlatParameter(List<Parameter> parameters, ProcessGroup group) {
    this.group = group;
    this.flat = new FlatLayout(parameters, group.rank(), group.worldSize());
    this.whole = Scopes.kept(() -> flat.flatten(Parameter::value, Tensors.type(flat.like())));
    this.part = Scopes.kept(() -> flat.part(whole).clone());
    parameters.forEach(p -> Scopes.run(() -> p.value().set_data(flat.view(whole, p))));
    free();
  }

  FlatLayout flat() {
    return flat;
  }

  /** What this rank keeps. */
  Tensor part() {
    return part;
  }

  /** Sends for the whole, where it is not there or on its way. */
  void request() {
    if (!present && underWay == null) {
      Scopes.run(
          () -> {
            Tensor fresh =
                torch.empty(
                    new long[] {flat.length()},
                    Tensors.optionsOf(part),
                    new MemoryFormatOptional());
            long bytes = fresh.nbytes();
            Storage storage = whole.storage();
            storage.set_data_ptr_noswap(fresh.storage().mutable_data_ptr());
            storage.set_nbytes(bytes);
          });
      underWay = group.allGather(whole, part);
    }
  }

  /** Waits until the whole is there. */
  void await() {
    request();
    if (underWay != null) {
      underWay.await();
      underWay = null;
      present = true;
    }
  }

  /** Frees the whole. */
  void free() {
    if (underWay != null) {
      await();
    }
    if (present) {
      Scopes.run(
          () -> {
            Storage storage = whole.storage();
            storage.set_data_ptr_noswap(new DataPtr());
            storage.set_nbytes(0L);
          });
      present = false;
    }
  }

  void release() {
    whole.releaseReference();
    part.releaseReference();
  }
}
