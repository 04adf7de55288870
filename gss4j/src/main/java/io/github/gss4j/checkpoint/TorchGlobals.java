package io.github.gss4j.checkpoint;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The names that a pickle of tensors may use, and what each of them means here.
 *
 * <p>Constructors copy nothing that a pickle can make large and hand over again and again.
 *
 * <p>One is made for a file: it collects the storages that the pickle names.
 */
final class TorchGlobals {
  /** What stands for a callable: makes a value from the arguments, by code of this class alone. */
  @FunctionalInterface
  interface Constructor {
    Object make(PickleInput in, Object[] arguments);
  }

  /**
   * A one-dimensional array outside the pickle, into which tensors look.
   *
   * @param key its name in the file
   * @param type of its elements
   * @param elements how many it has, as the pickle says
   */
  record Storage(String key, TensorType type, long elements) {
    /** Its length, or -1 if that is no possible length. */
    long bytes() {
      return elements < 0 || elements > Long.MAX_VALUE / type.bytes()
          ? -1
          : elements * type.bytes();
    }
  }

  /** An inert mention of a class. */
  private record Mention(String name) {}

  private static final String WITH_ATTRIBUTES = "torch._tensor._rebuild_from_type_v2";

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

  private static final Map<String, TensorType> TYPES = types();

  private static final Map<String, Constructor> CONSTRUCTORS = constructors();

  /** Classes that are named beside a tensor and never called. */
  private static final Set<String> MENTIONS =
      Set.of("torch.Tensor", "torch.nn.parameter.Parameter");

  private final Map<String, Storage> storages = new LinkedHashMap<>();

  private static Map<String, TensorType> types() {
    Map<String, TensorType> names = new HashMap<>();
    STORAGES.forEach((type, name) -> names.put("torch." + name, type));
    names.put("torch.storage.UntypedStorage", TensorType.U8);
    names.put("torch.UntypedStorage", TensorType.U8);
    names.put("torch.float64", TensorType.F64);
    names.put("torch.float32", TensorType.F32);
    names.put("torch.float16", TensorType.F16);
    names.put("torch.bfloat16", TensorType.BF16);
    names.put("torch.int64", TensorType.I64);
    names.put("torch.int32", TensorType.I32);
    names.put("torch.int16", TensorType.I16);
    names.put("torch.int8", TensorType.I8);
    names.put("torch.uint8", TensorType.U8);
    names.put("torch.bool", TensorType.BOOL);
    return Collections.unmodifiableMap(names);
  }

  private static Map<String, Constructor> constructors() {
    Map<String, Constructor> names = new HashMap<>();
    names.put("torch._utils._rebuild_tensor_v2", (in, a) -> tensor(in, a, null));
    names.put(
        "torch._utils._rebuild_tensor_v3", (in, a) -> tensor(in, a, type(in, argument(in, a, 6))));
    names.put("torch._utils._rebuild_parameter", TorchGlobals::sameTensor);
    names.put("torch._utils._rebuild_parameter_with_state", TorchGlobals::sameTensor);
    names.put(WITH_ATTRIBUTES, TorchGlobals::withAttributes);
    names.put("torch.Size", (in, a) -> argument(in, a, 0));
    names.put("torch.device", (in, a) -> argument(in, a, 0));
    names.put("collections.OrderedDict", TorchGlobals::dict);
    names.put("_codecs.encode", TorchGlobals::bytes);
    for (String module : List.of("builtins", "__builtin__")) {
      names.put(module + ".set", TorchGlobals::set);
      names.put(module + ".bytearray", TorchGlobals::bytes);
    }
    return Collections.unmodifiableMap(names);
  }

  /** The class that {@code torch.save} names for storages of a type. */
  static String storageName(TensorType type) {
    return STORAGES.get(type);
  }

  /** All storages that the pickle has named so far, by key. */
  Map<String, Storage> storages() {
    return Collections.unmodifiableMap(storages);
  }

  /**
   * What a name in the pickle means.
   *
   * @throws CheckpointException if it is not on the list
   */
  Object named(PickleInput in, String module, String name) {
    String fullName = module + "." + name;
    if (TYPES.containsKey(fullName)) {
      return TYPES.get(fullName);
    } else if (CONSTRUCTORS.containsKey(fullName)) {
      return CONSTRUCTORS.get(fullName);
    } else if (MENTIONS.contains(fullName)) {
      return new Mention(fullName);
    }
    if (module.equals("torch") && name.matches("\\w+Storage|[a-z]+\\d+\\w*")) {
      throw in.broken(
          "holds tensors of type %s, expected one of %s"
              .formatted(fullName, List.of(TensorType.values())));
    }
    throw in.broken(
        ("names '%s', which is not among the few names that a dict of tensors needs; nothing was"
                + " executed. Save the tensors alone: torch.save(model.state_dict(), file)")
            .formatted(fullName));
  }

  /** The storage that a persistent id stands for: ('storage', type, key, location, elements). */
  Storage storage(PickleInput in, Object id) {
    if (!(id instanceof Object[] parts)
        || parts.length < 5
        || !"storage".equals(parts[0])
        || !(parts[2] instanceof String key)
        || !(parts[4] instanceof Long elements)) {
      throw in.broken("refers to something outside it that is no storage of a tensor");
    }
    if (parts.length > 5 && parts[5] != null) {
      throw in.broken(
          "has a storage that is a view of another, as PyTorch before 1.0 wrote them: load it there"
              + " and save it again");
    }
    Storage storage = new Storage(key, type(in, parts[1]), elements);
    Storage known = storages.putIfAbsent(key, storage);
    if (known != null && !known.equals(storage)) {
      throw in.broken(
          "has storage '%s' as %d of %s and as %d of %s"
              .formatted(key, known.elements(), known.type(), storage.elements(), storage.type()));
    }
    return storage;
  }

  /** (storage, offset, size, stride, requires_grad, hooks …), with the dtype if it differs. */
  private static PyTorchCheckpoint.Entry tensor(
      PickleInput in, Object[] arguments, TensorType dtype) {
    if (!(argument(in, arguments, 0) instanceof Storage storage)
        || !(argument(in, arguments, 1) instanceof Long offset)) {
      throw in.broken("builds a tensor without a storage and an offset");
    }
    return new PyTorchCheckpoint.Entry(
        dtype == null ? storage.type() : dtype,
        integers(in, items(in, arguments, 2)),
        integers(in, items(in, arguments, 3)),
        storage.key(),
        offset);
  }

  private static PyTorchCheckpoint.Entry sameTensor(PickleInput in, Object[] arguments) {
    if (argument(in, arguments, 0) instanceof PyTorchCheckpoint.Entry entry) {
      return entry;
    }
    throw in.broken("builds a parameter from " + Unpickler.kind(arguments[0]));
  }

  /** (constructor, class, arguments, attributes): a tensor that carries Python attributes. */
  private static Object withAttributes(PickleInput in, Object[] arguments) {
    if (argument(in, arguments, 0) instanceof Constructor constructor
        && argument(in, arguments, 2) instanceof Object[] inner
        && !constructor.equals(CONSTRUCTORS.get(WITH_ATTRIBUTES))) {
      return constructor.make(in, inner);
    }
    throw in.broken("builds a tensor with attributes from no constructor of tensors");
  }

  private static Map<Object, Object> dict(PickleInput in, Object[] arguments) {
    if (arguments.length > 0) {
      throw in.broken("makes an ordered dict from arguments, expected none");
    }
    return new LinkedHashMap<>();
  }

  /** A set of the items of a list, which is that list. */
  private static List<?> set(PickleInput in, Object[] arguments) {
    if (arguments.length == 0) {
      return new ArrayList<>();
    } else if (arguments[0] instanceof List<?> list) {
      return list;
    }
    throw in.broken("makes a set from " + Unpickler.kind(arguments[0]) + ", expected a list");
  }

  /** Bytes as protocol 2 spells them, from text; they hold no tensor, so they stay text. */
  private static Object bytes(PickleInput in, Object[] arguments) {
    return arguments.length == 0 ? "" : arguments[0];
  }

  private static TensorType type(PickleInput in, Object value) {
    if (value instanceof TensorType type) {
      return type;
    }
    throw in.broken("gives " + Unpickler.kind(value) + " as a tensor's type");
  }

  private static Object argument(PickleInput in, Object[] arguments, int index) {
    if (index >= arguments.length) {
      throw in.broken(
          "calls a constructor with %d arguments, expected more than %d"
              .formatted(arguments.length, index));
    }
    return arguments[index];
  }

  private static List<Object> items(PickleInput in, Object[] arguments, int index) {
    Object value = argument(in, arguments, index);
    if (value instanceof Object[] tuple) {
      return Arrays.asList(tuple);
    }
    if (value instanceof List<?> list) {
      return Collections.unmodifiableList(list);
    }
    throw in.broken("gives " + Unpickler.kind(value) + " where a list or tuple is expected");
  }

  private static List<Long> integers(PickleInput in, List<Object> values) {
    if (values.size() > TensorIo.MAX_DIMENSIONS) {
      throw in.broken(
          "has a tensor of %d dimensions, expected at most %d"
              .formatted(values.size(), TensorIo.MAX_DIMENSIONS));
    }
    List<Long> integers = new ArrayList<>(values.size());
    for (Object value : values) {
      if (!(value instanceof Long integer)) {
        throw in.broken("gives " + Unpickler.kind(value) + " as a size, expected an integer");
      }
      integers.add(integer);
    }
    return List.copyOf(integers);
  }
}
