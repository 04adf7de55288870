package io.github.gss4j.checkpoint;

import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * An element type under the names that PyTorch's pickles give it: a dtype's and a storage class's.
 *
 * @param name for messages
 * @param bytes an element takes
 * @param read the type that it is read as; empty where its values are not read here (complex,
 *     float8, quantized and so on)
 */
record TorchType(String name, int bytes, Optional<TensorType> read) {
  private static final Map<TensorType, String> STORAGES =
      Map.of(
          TensorType.F64, "DoubleStorage",
          TensorType.F32, "FloatStorage",
          TensorType.F16, "HalfStorage",
          TensorType.BF16, "BFloat16Storage",
          TensorType.I64, "LongStorage",
          TensorType.I32, "IntStorage",
          TensorType.I16, "ShortStorage",
          TensorType.I8, "CharStorage",
          TensorType.U8, "ByteStorage",
          TensorType.BOOL, "BoolStorage");

  private static final Map<TensorType, String> DTYPES =
      Map.of(
          TensorType.F64, "float64",
          TensorType.F32, "float32",
          TensorType.F16, "float16",
          TensorType.BF16, "bfloat16",
          TensorType.I64, "int64",
          TensorType.I32, "int32",
          TensorType.I16, "int16",
          TensorType.I8, "int8",
          TensorType.U8, "uint8",
          TensorType.BOOL, "bool");

  /** Those that {@code weights_only} of PyTorch 2 knows besides, by the bytes of an element. */
  private static final Map<Integer, List<String>> OTHERS =
      Map.of(
          1,
          List.of(
              "QInt8Storage QUInt8Storage QUInt4x2Storage QUInt2x4Storage",
              "qint8 quint8 quint4x2 quint2x4 bits8 bits1x8 bits2x4 bits4x2",
              "float8_e4m3fn float8_e4m3fnuz float8_e5m2 float8_e5m2fnuz float8_e8m0fnu",
              "float4_e2m1fn_x2 uint1 uint2 uint3 uint4 uint5 uint6 uint7",
              "int1 int2 int3 int4 int5 int6 int7"),
          2,
          List.of("uint16 bits16"),
          4,
          List.of("QInt32Storage qint32 uint32 complex32 bcomplex32"),
          8,
          List.of("ComplexFloatStorage complex64 uint64"),
          16,
          List.of("ComplexDoubleStorage complex128"));

  private static final Map<String, TorchType> NAMES = names();

  private static Map<String, TorchType> names() {
    Map<String, TorchType> names = new HashMap<>();
    for (TensorType type : TensorType.values()) {
      TorchType known = new TorchType(type.name(), type.bytes(), Optional.of(type));
      names.put("torch." + STORAGES.get(type), known);
      names.put("torch.cuda." + STORAGES.get(type), known);
      names.put("torch." + DTYPES.get(type), known);
    }
    names.put("torch.storage.UntypedStorage", names.get("torch.uint8"));
    names.put("torch.UntypedStorage", names.get("torch.uint8"));
    OTHERS.forEach(
        (bytes, lines) -> {
          for (String name : String.join(" ", lines).split(" ", -1)) {
            TorchType other = new TorchType("torch." + name, bytes, Optional.empty());
            names.put("torch." + name, other);
            if (name.endsWith("Storage")) {
              names.put("torch.cuda." + name, other);
            }
          }
        });
    return Collections.unmodifiableMap(names);
  }

  /** The type of that full name, or null. */
  static TorchType named(String fullName) {
    return NAMES.get(fullName);
  }

  /** The class that {@code torch.save} names for storages of a type. */
  static String storageName(TensorType type) {
    return STORAGES.get(type);
  }

  @Override
  public String toString() {
    return name;
  }
}
