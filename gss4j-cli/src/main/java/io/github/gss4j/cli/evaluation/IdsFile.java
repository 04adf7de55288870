package io.github.gss4j.cli.evaluation;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.gss4j.checkpoint.ArrayTensor;
import io.github.gss4j.checkpoint.Safetensors;
import io.github.gss4j.checkpoint.TensorData;
import io.github.gss4j.cli.options.JsonFile;
import io.github.gss4j.engine.InferenceModel;
import io.github.gss4j.engine.SequenceState;
import io.github.gss4j.files.AtomicFile;
import io.github.gss4j.files.OneLine;
import io.github.gss4j.model.LanguageModel;
import io.github.gss4j.ops.Tensors;
import io.github.gss4j.torch.TorchModel;
import io.github.gss4j.weights.TensorFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;

/** Token ids in a JSON file: one array, or several of one length. */
final class IdsFile {
  /** Stands in files of logits. */
  static final String MARK = "gss4j_logits";

  private IdsFile() {}

  /** The sequences of a file, all of one length. */
  static List<long[]> read(Path file) throws IOException {
    JsonNode root = JsonFile.read(file);
    boolean nested = root.isArray() && root.size() > 0 && root.get(0).isArray();
    List<long[]> all = new ArrayList<>();
    for (JsonNode sequence : nested ? root : List.of(root)) {
      all.add(ids(file, sequence));
    }
    if (all.stream().anyMatch(s -> s.length != all.get(0).length)) {
      throw new IllegalArgumentException(file + ": arrays differ in length, expected equal ones");
    }
    return all;
  }

  private static long[] ids(Path file, JsonNode array) {
    if (!array.isArray() || array.size() < 2) {
      throw new IllegalArgumentException(
          file + ": expected a JSON array of at least 2 token ids, or of such arrays");
    }
    long[] ids = new long[array.size()];
    for (int i = 0; i < ids.length; i++) {
      if (!array.get(i).isIntegralNumber() || !array.get(i).canConvertToLong()) {
        throw new IllegalArgumentException(
            OneLine.of(file + ": item " + i + " is " + array.get(i) + ", expected a token id"));
      }
      ids[i] = array.get(i).asLong();
    }
    return ids;
  }

  /** Writes {@code ids} (B, L) and {@code logits} (B, L, num_tokens), from the zero state. */
  static void writeLogits(InferenceModel model, List<long[]> sequences, Path file)
      throws IOException {
    if (model instanceof TorchModel torch) {
      writeLogits(torch.languageModel(), sequences, file);
      return;
    }
    int length = sequences.get(0).length;
    int vocabulary = model.config().numTokens();
    float[] logits =
        new float[Math.multiplyExact(sequences.size() * length, vocabulary)]; // (B, L, num_tokens)
    int at = 0;
    for (long[] sequence : sequences) {
      try (SequenceState state = model.start()) {
        int[] ids = Arrays.stream(sequence).mapToInt(Math::toIntExact).toArray();
        for (float[] row : state.logits(ids)) {
          System.arraycopy(row, 0, logits, at, vocabulary);
          at += vocabulary;
        }
      }
    }
    Map<String, TensorData> tensors = new LinkedHashMap<>();
    tensors.put("ids", ArrayTensor.of(flat(sequences), sequences.size(), length));
    tensors.put("logits", ArrayTensor.of(logits, sequences.size(), length, vocabulary));
    AtomicFile.write(file, aside -> Safetensors.write(aside, tensors, Map.of(MARK, "1")));
  }

  private static long[] flat(List<long[]> sequences) {
    return sequences.stream().flatMapToLong(Arrays::stream).toArray();
  }

  private static void writeLogits(LanguageModel model, List<long[]> sequences, Path file)
      throws IOException {
    try (PointerScope scope = new PointerScope();
        NoGradGuard noGradient = new NoGradGuard()) {
      Tensor ids = Tensors.of(flat(sequences), sequences.size(), sequences.get(0).length);
      Tensor logits = model.logits(ids.to(model.device(), ids.scalar_type()));
      Map<String, Tensor> both = Map.of("ids", ids, "logits", logits.cpu());
      AtomicFile.write(file, aside -> TensorFiles.write(aside, both, Map.of(MARK, "1")));
    }
  }
}
