package io.github.gss4j.checkpoint;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
   * @param elements how many the whole array has, as the pickle says
   * @param first of the elements that are meant, where it is a view of an array
   */
  record Storage(String key, TorchType type, long elements, long first) {
    /** The whole array's length, or -1 if that is not a possible length. */
    long bytes() {
      return elements < 0 || elements > Long.MAX_VALUE / type.bytes()
          ? -1
          : elements * type.bytes();
    }
  }

  /**
   * A tensor whose values are not read here.
   *
   * @param what it is, for messages: "a sparse tensor"
   */
  record OtherTensor(String what) {}

  /** A tensor that was made empty and is given its data later, as PyTorch did before 0.1.10. */
  static final class EmptyTensor {
    private Object filled = this;

    /** An {@link PyTorchCheckpoint.Entry} or {@link OtherTensor}, or itself if it stayed empty. */
    Object filled() {
      return filled;
    }
  }

  /** An inert mention of a class or value. */
  private record Mention(String name) {}

  private static final String WITH_ATTRIBUTES = "torch._tensor._rebuild_from_type_v2";

  private static final Map<String, Constructor> CONSTRUCTORS = constructors();

  /** Names that stand beside a tensor and are never called. */
  private static final Set<String> MENTIONS =
      Set.of(
          "torch.per_tensor_affine",
          "torch.per_tensor_symmetric",
          "torch.per_channel_affine",
          "torch.per_channel_symmetric",
          "torch.per_channel_affine_float_qparams");

  private final Map<String, Storage> storages = new LinkedHashMap<>();

  private static Map<String, Constructor> constructors() {
    Map<String, Constructor> names = new HashMap<>();
    names.put("torch._utils._rebuild_tensor", (in, a) -> tensor(in, a, null, null));
    names.put("torch._utils._rebuild_tensor_v2", (in, a) -> tensor(in, a, null, optional(a, 6)));
    names.put(
        "torch._utils._rebuild_tensor_v3",
        (in, a) -> tensor(in, a, type(in, argument(in, a, 6)), optional(a, 7)));
    names.put("torch._utils._rebuild_parameter", TorchGlobals::sameTensor);
    names.put("torch._utils._rebuild_parameter_with_state", TorchGlobals::sameTensor);
    names.put("torch._utils._rebuild_device_tensor_from_cpu_tensor", TorchGlobals::deviceTensor);
    names.put("torch._utils._rebuild_sparse_tensor", other("a sparse tensor"));
    names.put("torch._utils._rebuild_qtensor", other("a quantized tensor"));
    names.put("torch._utils._rebuild_meta_tensor_no_storage", other("a meta tensor without data"));
    names.put("torch._utils._rebuild_wrapper_subclass", other("a tensor without data of its own"));
    names.put(WITH_ATTRIBUTES, TorchGlobals::withAttributes);
    names.put("torch.Tensor", TorchGlobals::tensorOfClass);
    names.put("torch.nn.parameter.Parameter", TorchGlobals::tensorOfClass);
    for (TensorType type : TensorType.values()) {
      String tensorName = TorchType.storageName(type).replace("Storage", "Tensor");
      for (String device : List.of("torch.", "torch.cuda.")) {
        names.put(device + tensorName, TorchGlobals::tensorOfClass);
        names.put(device + "sparse." + tensorName, other("a sparse tensor"));
      }
    }
    names.put("torch.serialization._get_layout", (in, a) -> new Mention("a layout"));
    names.put("torch.Size", (in, a) -> argument(in, a, 0));
    names.put("torch.device", (in, a) -> argument(in, a, 0));
    names.put("collections.OrderedDict", TorchGlobals::dict);
    names.put("collections.Counter", TorchGlobals::dict);
    names.put("_codecs.encode", TorchGlobals::bytes);
    for (String module : List.of("builtins", "__builtin__")) {
      names.put(module + ".set", TorchGlobals::set);
      names.put(module + ".bytearray", TorchGlobals::bytes);
      names.put(module + ".complex", (in, a) -> new Mention("a complex number"));
    }
    return Collections.unmodifiableMap(names);
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
    if (TorchType.named(fullName) != null) {
      return TorchType.named(fullName);
    } else if (CONSTRUCTORS.containsKey(fullName)) {
      return CONSTRUCTORS.get(fullName);
    } else if (MENTIONS.contains(fullName)) {
      return new Mention(fullName);
    }
    throw in.broken(
        ("names '%s', which PyTorch's weights_only refuses too; nothing was executed. If you trust"
                + " the file, save its tensors alone in Python: d = torch.load('%s',"
                + " weights_only=False), then, with d the dict of tensors (or d['state_dict'],"
                + " d.state_dict()), torch.save({k: v.cpu() for k, v in d.items()}, 'weights.pt')")
            .formatted(fullName, in.file().getFileName()));
  }

  /**
   * The storage that a persistent id stands for: ('storage', type, key, location, elements), and
   * before PyTorch 1.6 (key of the view, first element, elements) if it is a part of that.
   */
  Storage storage(PickleInput in, Object id) {
    if (!(id instanceof Object[] parts)
        || parts.length < 5
        || !"storage".equals(parts[0])
        || !(parts[2] instanceof String key)
        || !(parts[4] instanceof Long elements)) {
      throw in.broken("refers to something outside it that is not a storage of a tensor");
    }
    long first = 0;
    if (optional(parts, 5) instanceof Object[] view) {
      if (!(optional(view, 1) instanceof Long offset) || offset < 0 || offset > elements) {
        throw in.broken("has a view that begins outside its storage of " + elements + " elements");
      }
      first = offset;
    }
    Storage storage = new Storage(key, type(in, parts[1]), elements, first);
    Storage known = storages.putIfAbsent(key, storage);
    if (known != null && known.bytes() != storage.bytes()) {
      throw in.broken(
          "has storage '%s' as %d of %s and as %d of %s"
              .formatted(key, known.elements(), known.type(), storage.elements(), storage.type()));
    }
    return storage;
  }

  /**
   * (storage, offset, size, stride …).
   *
   * @param dtype where it is another than the storage's, else null
   * @param metadata a dict whose keys say that the values are to be negated or conjugated, or null
   */
  private static Object tensor(
      PickleInput in, Object[] arguments, TorchType dtype, Object metadata) {
    if (!(argument(in, arguments, 0) instanceof Storage storage)
        || !(argument(in, arguments, 1) instanceof Long offset)) {
      throw in.broken("builds a tensor without a storage and an offset");
    }
    TorchType type = dtype == null ? storage.type() : dtype;
    if (type.read().isEmpty()) {
      return new OtherTensor("a tensor of type " + type);
    }
    if (metadata instanceof Map<?, ?> bits && !bits.isEmpty()) {
      return new OtherTensor("a lazily negated or conjugated tensor");
    }
    return new PyTorchCheckpoint.Entry(
        type.read().get(),
        integers(in, items(in, arguments, 2)),
        integers(in, items(in, arguments, 3)),
        storage.key(),
        offset < 0 ? offset : Math.addExact(offset, storage.first()));
  }

  private static Constructor other(String what) {
    OtherTensor tensor = new OtherTensor(what);
    return (in, arguments) -> tensor;
  }

  private static Object sameTensor(PickleInput in, Object[] arguments) {
    Object data = argument(in, arguments, 0);
    if (data instanceof PyTorchCheckpoint.Entry || data instanceof OtherTensor) {
      return data;
    }
    throw in.broken("builds a parameter from " + Unpickler.kind(data));
  }

  /** (data on the CPU, dtype, device …): the values stay as they are in the file. */
  private static Object deviceTensor(PickleInput in, Object[] arguments) {
    Object data = sameTensor(in, arguments);
    TorchType type = type(in, argument(in, arguments, 1));
    boolean narrowed =
        data instanceof PyTorchCheckpoint.Entry entry
            && !type.read().equals(Optional.of(entry.dtype()))
            && type.bytes() <= entry.dtype().bytes();
    return narrowed ? new OtherTensor("a device's tensor, rounded to " + type) : data;
  }

  private static Object tensorOfClass(PickleInput in, Object[] arguments) {
    if (arguments.length == 0) {
      return new EmptyTensor();
    }
    return sameTensor(in, arguments);
  }

  /**
   * What a tensor is that was given a state: (storage, offset, size, stride); or (data, gradient,
   * hooks, whether it wants a gradient, volatile); or three values that say nothing of its data.
   */
  static Object withState(PickleInput in, Object tensor, Object state) {
    Object[] parts = state instanceof Object[] tuple ? tuple : new Object[0];
    Object filled =
        switch (parts.length) {
          case 3 -> tensor;
          case 4 -> tensor(in, parts, null, null);
          case 5 -> sameTensor(in, parts);
          default -> throw in.broken("sets " + Unpickler.kind(state) + " as a tensor's state");
        };
    if (tensor instanceof EmptyTensor empty) {
      empty.filled = filled;
    }
    return filled;
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

  /** A dict of no arguments, of a dict, which is that dict, or of a list of pairs. */
  private static Map<?, ?> dict(PickleInput in, Object[] arguments) {
    if (arguments.length == 0) {
      return new LinkedHashMap<>();
    } else if (arguments[0] instanceof Map<?, ?> dict) {
      return dict;
    }
    List<Object> pairs = items(in, arguments, 0);
    in.countCopied(pairs.size());
    Map<Object, Object> dict = new LinkedHashMap<>();
    for (Object pair : pairs) {
      List<Object> items = items(in, new Object[] {pair}, 0);
      if (items.size() != 2) {
        throw in.broken(
            "makes a dict from items of " + items.size() + " values, expected keys and values");
      }
      dict.put(Unpickler.key(in, items.get(0)), items.get(1));
    }
    return dict;
  }

  /** A set of the items of a list, which is that list, or of a tuple. */
  private static List<?> set(PickleInput in, Object[] arguments) {
    if (arguments.length == 0) {
      return new ArrayList<>();
    } else if (arguments[0] instanceof List<?> list) {
      return list;
    }
    List<Object> items = items(in, arguments, 0);
    in.countCopied(items.size());
    return new ArrayList<>(items);
  }

  /** Bytes as protocol 2 spells them, from text; they hold no tensor, so they stay text. */
  private static Object bytes(PickleInput in, Object[] arguments) {
    return arguments.length == 0 ? "" : arguments[0];
  }

  private static TorchType type(PickleInput in, Object value) {
    if (value instanceof TorchType type) {
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

  private static Object optional(Object[] arguments, int index) {
    return index < arguments.length ? arguments[index] : null;
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
    if (values.size() > Shapes.MAX_DIMENSIONS) {
      throw in.broken(
          "has a tensor of %d dimensions, expected at most %d"
              .formatted(values.size(), Shapes.MAX_DIMENSIONS));
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
