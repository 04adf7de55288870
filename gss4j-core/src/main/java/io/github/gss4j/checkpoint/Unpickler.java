package io.github.gss4j.checkpoint;

import java.io.IOException;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads a pickle into plain values and executes nothing.
 *
 * <p>A pickle is a program for a small stack machine. Here a name ({@code module.name}) means only
 * what {@link TorchGlobals} says; any other name ends the reading, before anything is called with
 * it. Understood are the operations that {@code torch.save} emits, in pickle protocols 2 to 5.
 *
 * <p>Values become {@code null}, {@link Boolean}, {@link Long}, {@link BigInteger}, {@link Double},
 * {@link String}, {@code byte[]}, {@link List} (lists and sets), {@code Object[]} (tuples), {@link
 * Map} (dicts) and what {@link TorchGlobals} makes. Nothing here hashes or prints a nested value,
 * so a value that contains itself does no harm.
 *
 * <p>Memory is bounded: no more is allocated for text or bytes than the pickle holds ({@link
 * PickleInput}), and there is a limit to the number of operations.
 *
 * <p>Not {@code net.razorvine:pickle}: its registry of constructors is static, so that any code in
 * the process can widen it, its look-up of names cannot be overridden, and version 1.5 allocates
 * what a length claims (7 bytes of pickle end in an OutOfMemoryError).
 */
final class Unpickler {
  private static final int MAX_PROTOCOL = 5;

  /** Of one pickle: enough for some 100,000 tensors, each of which takes about 25. */
  private static final int MAX_OPERATIONS = 4_000_000;

  private static final Object MARK = new Object();

  private final PickleInput in;
  private final TorchGlobals globals;
  private final List<Object> stack = new ArrayList<>();
  private final Map<Long, Object> memo = new HashMap<>();

  Unpickler(PickleInput in, TorchGlobals globals) {
    this.in = in;
    this.globals = globals;
  }

  /** Runs the pickle to its end and returns the value it describes. */
  Object load() throws IOException {
    for (int i = 0; i < MAX_OPERATIONS; i++) {
      int operation = in.unsignedByte();
      if (operation == '.') {
        return pop();
      }
      execute(operation);
    }
    throw in.broken("has more than " + MAX_OPERATIONS + " operations, expected a state dict");
  }

  private void execute(int operation) throws IOException {
    switch (operation) {
      case 0x80 -> protocol(in.unsignedByte());
      case 0x95 -> in.integer(8); // a frame is a hint for buffering
      case '(' -> stack.add(MARK);
      case '0' -> stack.remove(top());
      case '1' -> popToMark();
      case '2' -> push(peek());
      case 'N' -> push(null);
      case 0x88 -> push(true);
      case 0x89 -> push(false);
      case 'J' -> push((long) (int) in.integer(4));
      case 'K' -> push(in.integer(1));
      case 'M' -> push(in.integer(2));
      case 0x8a -> push(integer(in.bigInteger(in.unsignedByte())));
      case 'G' -> push(Double.longBitsToDouble(Long.reverseBytes(in.integer(8))));
      case 'X', 'T' -> push(in.text(4));
      case 0x8c, 'U' -> push(in.text(1));
      case 0x8d -> push(in.text(8));
      case 'B' -> push(in.sized(4));
      case 'C' -> push(in.sized(1));
      case 0x8e, 0x96 -> push(in.sized(8));
      case ')' -> push(new Object[0]);
      case 0x85 -> push(new Object[] {pop()});
      case 0x86 -> tuple(2);
      case 0x87 -> tuple(3);
      case 't' -> push(popToMark().toArray());
      case ']', 0x8f -> push(new ArrayList<>());
      case 0x91 -> push(popToMark());
      case 'a' -> appendAll(Collections.singletonList(pop()));
      case 'e', 0x90 -> appendAll(popToMark());
      case '}' -> push(new LinkedHashMap<>());
      case 's' -> setItems(popTwo());
      case 'u' -> setItems(popToMark());
      case 'c' -> push(globals.named(in, in.line(), in.line()));
      case 0x93 -> {
        Object name = pop();
        push(globals.named(in, text(pop()), text(name)));
      }
      case 'R', 0x81 -> call();
      case 'b' -> setState();
      case 'Q' -> push(globals.storage(in, pop()));
      case 'q' -> memo.put(in.integer(1), peek());
      case 'r' -> memo.put(in.integer(4), peek());
      case 0x94 -> memo.put((long) memo.size(), peek());
      case 'h' -> recall(in.integer(1));
      case 'j' -> recall(in.integer(4));
      default ->
          throw in.broken(
              "has operation 0x%02x, which no file of torch.save has".formatted(operation));
    }
  }

  private void protocol(int version) {
    if (version > MAX_PROTOCOL) {
      throw in.broken("is of protocol " + version + ", expected at most " + MAX_PROTOCOL);
    }
  }

  private static Object integer(BigInteger value) {
    return value.bitLength() < Long.SIZE ? (Object) value.longValue() : value;
  }

  private void tuple(int size) {
    Object[] items = new Object[size];
    for (int i = size - 1; i >= 0; i--) {
      items[i] = pop();
    }
    push(items);
  }

  private void appendAll(List<Object> items) {
    if (!(peek() instanceof List<?>)) {
      throw in.broken("appends to " + kind(peek()) + ", expected a list");
    }
    @SuppressWarnings("unchecked") // every list on the stack was made here
    List<Object> list = (List<Object>) peek();
    list.addAll(items);
  }

  private void setItems(List<Object> items) {
    if (!(peek() instanceof Map<?, ?>) || items.size() % 2 != 0) {
      throw in.broken(
          "sets %d keys and values of %s, expected pairs and a dict"
              .formatted(items.size(), kind(peek())));
    }
    @SuppressWarnings("unchecked") // every map on the stack was made here or by TorchGlobals
    Map<Object, Object> dict = (Map<Object, Object>) peek();
    for (int i = 0; i < items.size(); i += 2) {
      dict.put(key(in, items.get(i)), items.get(i + 1));
    }
  }

  /** A value as the key of a dict: whatever Python can hash. */
  static Object key(PickleInput in, Object value) {
    if (value instanceof List<?> || value instanceof Map<?, ?>) {
      throw in.broken("has a dict whose key is " + kind(value) + ", expected text or a number");
    }
    return value;
  }

  private void call() {
    Object arguments = pop();
    Object callee = pop();
    if (!(callee instanceof TorchGlobals.Constructor constructor)
        || !(arguments instanceof Object[] tuple)) {
      throw in.broken(
          "calls " + kind(callee) + " with " + kind(arguments) + ", expected a name and a tuple");
    }
    push(constructor.make(in, tuple));
  }

  /**
   * A tensor of early PyTorch is given its data so; an ordered dict may carry attributes, such as a
   * state dict's versions; nothing else has a state.
   */
  private void setState() {
    Object state = pop();
    Object target = peek();
    if (target instanceof TorchGlobals.EmptyTensor
        || target instanceof TorchGlobals.OtherTensor
        || target instanceof PyTorchCheckpoint.Entry) {
      stack.set(top(), TorchGlobals.withState(in, target, state));
    } else if (!(target instanceof Map<?, ?>)) {
      throw in.broken(
          "sets " + kind(state) + " as the state of " + kind(target) + ", expected a dict");
    }
  }

  private void recall(long index) {
    if (!memo.containsKey(index)) {
      throw in.broken("recalls value " + index + ", which it has not stored");
    }
    Object value = memo.get(index);
    push(value instanceof TorchGlobals.EmptyTensor tensor ? tensor.filled() : value);
  }

  private String text(Object value) {
    if (value instanceof String text) {
      return text;
    }
    throw in.broken("gives " + kind(value) + " as a name, expected text");
  }

  private void push(Object value) {
    stack.add(value);
  }

  private int top() {
    if (stack.isEmpty()) {
      throw in.broken("takes a value from an empty stack");
    }
    return stack.size() - 1;
  }

  private Object peek() {
    Object value = stack.get(top());
    if (value == MARK) {
      throw in.broken("takes a mark for a value");
    }
    return value;
  }

  private Object pop() {
    Object value = peek();
    stack.remove(top());
    return value;
  }

  private List<Object> popTwo() {
    Object second = pop();
    return Arrays.asList(pop(), second);
  }

  private List<Object> popToMark() {
    int mark = stack.lastIndexOf(MARK);
    if (mark < 0) {
      throw in.broken("looks for a mark that it has not set");
    }
    List<Object> above = stack.subList(mark + 1, stack.size());
    List<Object> values = new ArrayList<>(above);
    above.clear();
    stack.remove(mark);
    return values;
  }

  /** What a value is, for messages. */
  static String kind(Object value) {
    if (value == null) {
      return "None";
    } else if (value instanceof String) {
      return "text";
    } else if (value instanceof Number) {
      return "the number " + value;
    } else if (value instanceof Boolean) {
      return "a truth value";
    } else if (value instanceof byte[]) {
      return "bytes";
    } else if (value instanceof List<?>) {
      return "a list";
    } else if (value instanceof Object[]) {
      return "a tuple";
    } else if (value instanceof Map<?, ?>) {
      return "a dict";
    } else if (value instanceof PyTorchCheckpoint.Entry
        || value instanceof TorchGlobals.EmptyTensor) {
      return "a tensor";
    } else if (value instanceof TorchGlobals.OtherTensor other) {
      return other.what();
    } else if (value instanceof TorchGlobals.Storage) {
      return "a storage";
    }
    return "a name";
  }
}
