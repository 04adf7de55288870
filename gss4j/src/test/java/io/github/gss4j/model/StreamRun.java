package io.github.gss4j.model;

import io.github.gss4j.config.AttentionConfig;
import io.github.gss4j.config.GssConfig;
import io.github.gss4j.config.LayerConfig;
import io.github.gss4j.config.MhesaConfig;
import io.github.gss4j.config.ModelConfig;
import io.github.gss4j.layers.PeakMemory;
import io.github.gss4j.ops.Native;
import io.github.gss4j.ops.Tensors;
import java.util.List;
import java.util.Random;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/** A long stream of tokens through small models, block by block: a process of its own. */
public final class StreamRun {
  private static final int BLOCK = 4096;
  private static final int WARM_UP = 8;

  private StreamRun() {}

  /**
   * Prints for each model the bytes at the peak above what was resident after the first blocks.
   *
   * @param args how many blocks; 245 are a million tokens
   */
  @SuppressWarnings("SystemOut")
  public static void main(String[] args) {
    Native.threads(1);
    GssConfig gss = new GssConfig(16, 16, true);
    LayerConfig attention = new AttentionConfig(2, 128, AttentionConfig.Kind.CHUNKS);
    List<List<LayerConfig>> stacks =
        List.of(List.of(gss), List.of(new MhesaConfig(4, 16)), List.of(gss, attention));
    for (List<LayerConfig> layers : stacks) {
      ModelConfig config = ModelConfig.of(256, 64, 1).withLayers(layers);
      try (LanguageModel model = LanguageModel.create(config, 1)) {
        System.out.println(growth(model, Integer.parseInt(args[0])));
      }
    }
  }

  private static long growth(LanguageModel model, int blocks) {
    Random random = new Random(1);
    long before = 0;
    try (PointerScope outer = new PointerScope()) {
      LanguageModel.Constants constants = model.constants();
      ModelState state = model.initialState(1).keep();
      for (int i = 0; i < blocks; i++) {
        if (i == WARM_UP) {
          before = PeakMemory.now();
          PeakMemory.reset();
        }
        try (PointerScope scope = new PointerScope()) {
          Tensor ids = Tensors.of(random.longs(BLOCK, 0, 256).toArray(), 1, BLOCK);
          ModelState next = model.read(ids, state, constants).state().keep();
          state.release();
          state = next;
        }
      }
      state.release();
    }
    return PeakMemory.peak() - before;
  }
}
