package io.github.gss4j.tokenizer.json;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.gss4j.tokenizer.ByteAlphabet;
import io.github.gss4j.tokenizer.json.TokenizerFile.AddedToken;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * The bytes of a single token of a {@code tokenizer.json}, as it stands in the middle of a text.
 *
 * <p>Added tokens are their own text. Where the file is byte-level, each character of a token's
 * spelling is one byte; where it has byte fallback, {@code <0xE2>} is one byte. Elsewhere a token
 * is what stands between two others once all three are decoded.
 */
final class Pieces {
  private static final Pattern BYTE = Pattern.compile("<0x([0-9A-F]{2})>");

  private final TokenizerFile file;
  private final NativeTokenizer library;
  private final Map<Integer, String> added = new HashMap<>();
  private final boolean byteLevel;
  private final boolean byteFallback;
  private final Optional<Frame> frame;

  Pieces(TokenizerFile file, NativeTokenizer library) {
    this.file = file;
    this.library = library;
    for (AddedToken token : file.added()) {
      added.put(token.id(), token.content());
    }
    Set<String> decoders = decoders(file.root().path("decoder"));
    this.byteLevel =
        decoders.contains("ByteLevel") && Set.of("ByteLevel", "Fuse").containsAll(decoders);
    this.byteFallback = decoders.contains("ByteFallback");
    this.frame = byteLevel ? Optional.empty() : frame();
  }

  /** Whether tokens decode one by one without loss. */
  boolean areByteLevel() {
    return byteLevel;
  }

  /** Whether each byte has a token of its own, so that all text has tokens. */
  boolean coverAllBytes() {
    Set<String> tokens = new HashSet<>(file.tokens());
    if (byteLevel) {
      return ByteAlphabet.characters().stream().map(Character::toString).allMatch(tokens::contains);
    }
    return byteFallback
        && IntStream.range(0, 256).mapToObj("<0x%02X>"::formatted).allMatch(tokens::contains);
  }

  /** The bytes of a token that the file has. */
  byte[] bytes(int id) {
    String spelling = file.tokens().get(id);
    if (added.containsKey(id)) {
      return utf8(added.get(id));
    }
    if (byteLevel) {
      return ByteAlphabet.bytes(spelling);
    }
    Matcher single = BYTE.matcher(spelling);
    if (byteFallback && single.matches()) {
      return new byte[] {(byte) Integer.parseInt(single.group(1), 16)};
    }
    return utf8(frame.flatMap(f -> f.within(library, id)).orElse(spelling));
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static Set<String> decoders(JsonNode decoder) {
    Set<String> types = new HashSet<>();
    if (decoder.path("decoders").isArray()) {
      decoder.get("decoders").forEach(part -> types.addAll(decoders(part)));
    } else {
      types.add(decoder.path("type").asText());
    }
    return types;
  }

  /**
   * A token that stands on both sides of the one that is looked at.
   *
   * @param id the token
   * @param before its text at the beginning
   * @param after its text behind itself
   */
  private record Frame(int id, String before, String after) {
    Optional<String> within(NativeTokenizer library, int token) {
      String all = library.decode(id, token, id);
      boolean fits =
          all.length() >= before.length() + after.length()
              && all.startsWith(before)
              && all.endsWith(after);
      return fits
          ? Optional.of(all.substring(before.length(), all.length() - after.length()))
          : Optional.empty();
    }
  }

  /** Takes a single letter, which has neither a space nor a mark of its own. */
  private Optional<Frame> frame() {
    List<String> tokens = file.tokens();
    for (char letter = 'a'; letter <= 'z'; letter++) {
      int id = tokens.indexOf(String.valueOf(letter));
      if (id >= 0 && !added.containsKey(id)) {
        String before = library.decode(id);
        String twice = library.decode(id, id);
        if (twice.startsWith(before)) {
          return Optional.of(new Frame(id, before, twice.substring(before.length())));
        }
      }
    }
    return Optional.empty();
  }
}
