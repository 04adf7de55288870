package io.github.gss4j.distributed;

import io.github.gss4j.ops.Scopes;
import org.bytedeco.javacpp.chrono.Milliseconds;
import org.bytedeco.pytorch.Backend;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.PrefixStore;
import org.bytedeco.pytorch.ProcessGroupGloo;
import org.bytedeco.pytorch.Store;
import org.bytedeco.pytorch.nccl.ProcessGroupNCCL;

/** What carries the collectives: Gloo for tensors on the CPU, NCCL for those on a GPU. */
final class Backends {
  private Backends() {}

  /** Connects to all other ranks; the caller owns what comes. */
  static Backend open(Rendezvous at, Device device) {
    Store store = prefixed(at, device.is_cuda() ? "nccl" : "gloo");
    return device.is_cuda() ? Nccl.open(at, store) : Scopes.kept(() -> gloo(at, store));
  }

  /** A connection of its own to the first rank's store; like all of them, never freed. */
  private static Store prefixed(Rendezvous at, String prefix) {
    PrefixStore store =
        Scopes.kept(() -> new PrefixStore(prefix, KeyValueStore.connect(at, false)));
    store.deallocate(false);
    return store;
  }

  private static Backend gloo(Rendezvous at, Store store) {
    ProcessGroupGloo.Options options =
        ProcessGroupGloo.Options.create(new Milliseconds(at.timeout().toMillis()));
    options.devices().push_back(device(at));
    return new ProcessGroupGloo(store, at.rank(), at.worldSize(), options);
  }

  private static org.bytedeco.pytorch.gloo.Device device(Rendezvous at) {
    if (!at.networkInterface().isEmpty()) {
      return ProcessGroupGloo.createDeviceForInterface(at.networkInterface());
    }
    boolean local = at.address().equals("localhost") || at.address().startsWith("127.");
    return local
        ? ProcessGroupGloo.createDeviceForHostname(at.address())
        : ProcessGroupGloo.createDefaultDevice();
  }

  /** Apart, as a build without CUDA has no such class to load. */
  private static final class Nccl {
    static Backend open(Rendezvous at, Store store) {
      return Scopes.kept(
          () -> {
            ProcessGroupNCCL.Options options = ProcessGroupNCCL.Options.create();
            options.timeout(new Milliseconds(at.timeout().toMillis()));
            return new ProcessGroupNCCL(store, at.rank(), at.worldSize(), options);
          });
    }
  }
}
