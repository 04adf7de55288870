package io.github.gss4j.fuzz;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** Ways to spoil a file. */
public final class Mutations {
  private static final long[] HUGE = {
    -1, Long.MAX_VALUE, Long.MIN_VALUE, 0xffff_ffffL, 0x7fff_ffffL, 1L << 40, 1L << 31, 0
  };

  private static final Pattern TOKEN =
      Pattern.compile(
          "-?\\d+(\\.\\d+)?([eE][+-]?\\d+)?|\"(?:[^\"\\\\]++|\\\\.)*+\"|true|false|null|[\\[\\]{},:]");

  private static final String[] VALUES = {
    "0",
    "-1",
    "1",
    "2",
    "-0.0",
    "0.5",
    "1e308",
    "1e-320",
    "1e999",
    "2147483647",
    "2147483648",
    "-2147483648",
    "4294967296",
    "9223372036854775807",
    "9223372036854775808",
    "1000000007",
    "123456789012345678901234567890",
    "null",
    "true",
    "false",
    "[]",
    "{}",
    "\"\"",
    "\"0\"",
    "\"\\u0000\"",
    "\"\\ud800\"",
    "\"../../x\"",
    "\"/etc/passwd\"",
    "NaN",
    "[[[[1]]]]",
    "\"a\\nb\""
  };

  private Mutations() {}

  /** Spoils a file by its kind: the tokens of JSON as often as its bytes. */
  public static byte[] of(Path file, byte[] sound, Random random) {
    boolean json = file.toString().endsWith(".json");
    return json && random.nextBoolean() ? json(sound, random) : bytes(sound, random);
  }

  /** Spoils some bytes: changes, cuts, inserts, repeats, and puts large numbers in. */
  public static byte[] bytes(byte[] sound, Random random) {
    byte[] bytes = sound.clone();
    int times = 1 + random.nextInt(3);
    for (int i = 0; i < times && bytes.length > 0; i++) {
      int at = random.nextInt(bytes.length);
      switch (random.nextInt(7)) {
        case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
        case 1 -> bytes[at] = (byte) random.nextInt(256);
        case 2 -> bytes = Arrays.copyOf(bytes, at);
        case 3 -> bytes = insert(bytes, at, random);
        case 4 -> huge(bytes, at, random);
        case 5 -> bytes = remove(bytes, at, random);
        default -> copy(bytes, at, random);
      }
    }
    return bytes;
  }

  /** Spoils some tokens of JSON: other values, keys, missing, repeated and deeply nested ones. */
  public static byte[] json(byte[] sound, Random random) {
    String text = new String(sound, StandardCharsets.UTF_8);
    int times = 1 + random.nextInt(2);
    for (int i = 0; i < times; i++) {
      List<MatchResult> tokens = new ArrayList<>(TOKEN.matcher(text).results().toList());
      if (tokens.isEmpty()) {
        break;
      }
      MatchResult token = tokens.get(random.nextInt(tokens.size()));
      String other = text.substring(token.start(), token.end());
      String replaced =
          switch (random.nextInt(6)) {
            case 0 -> "";
            case 1 -> other + other;
            case 2 -> tokens.get(random.nextInt(tokens.size())).group();
            case 3 -> "[".repeat(1 + random.nextInt(3000)) + other;
            default -> VALUES[random.nextInt(VALUES.length)];
          };
      text = text.substring(0, token.start()) + replaced + text.substring(token.end());
    }
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] insert(byte[] bytes, int at, Random random) {
    byte[] added = new byte[1 + random.nextInt(16)];
    random.nextBytes(added);
    ByteBuffer longer = ByteBuffer.allocate(bytes.length + added.length);
    longer.put(bytes, 0, at).put(added).put(bytes, at, bytes.length - at);
    return longer.array();
  }

  private static byte[] remove(byte[] bytes, int at, Random random) {
    int end = Math.min(bytes.length, at + 1 + random.nextInt(16));
    byte[] shorter = Arrays.copyOf(bytes, bytes.length - (end - at));
    System.arraycopy(bytes, end, shorter, at, bytes.length - end);
    return shorter;
  }

  private static void huge(byte[] bytes, int at, Random random) {
    byte[] value = new byte[8];
    ByteBuffer.wrap(value)
        .order(random.nextInt(4) == 0 ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN)
        .putLong(HUGE[random.nextInt(HUGE.length)]);
    int length = Math.min(random.nextBoolean() ? 4 : 8, bytes.length - at);
    System.arraycopy(value, 0, bytes, at, length);
  }

  private static void copy(byte[] bytes, int at, Random random) {
    int length = Math.min(1 + random.nextInt(32), bytes.length - at);
    System.arraycopy(bytes, random.nextInt(bytes.length - length + 1), bytes, at, length);
  }
}
