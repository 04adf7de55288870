package io.github.gss4j.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.gss4j.files.AtomicFile;
import io.github.gss4j.files.Digests;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;

/**
 * A {@code tokenizer.json} that {@link BytePairTrainer} wrote, in Java alone. Ids are those of
 * Hugging Face's library.
 */
final class BytePairTokenizer implements Tokenizer {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Files that may name another token as the end of a text. */
  private static final List<String> COMPANIONS =
      List.of("tokenizer_config.json", "special_tokens_map.json");

  private static final int MOST_WORDS = 1 << 16;
  private static final int LONG_WORD = 64;

  private final String json;
  private final List<String> spellings;
  private final Map<String, Integer> ids = new HashMap<>();
  private final Map<Long, Merge> merges = new HashMap<>();
  private final Map<String, int[]> words = new ConcurrentHashMap<>();

  /** What a pair becomes. */
  private record Merge(int rank, int id) {}

  /** A pair of a word that could become a token. */
  private record Candidate(Merge merge, int at) {
    static final Comparator<Candidate> ORDER =
        Comparator.<Candidate>comparingInt(c -> c.merge.rank).thenComparingInt(Candidate::at);
  }

  private BytePairTokenizer(String json, List<String> spellings, List<String> pairs) {
    this.json = json;
    this.spellings = spellings;
    for (int i = 0; i < spellings.size(); i++) {
      ids.put(spellings.get(i), i);
    }
    for (int rank = 0; rank < pairs.size(); rank++) {
      String[] pair = pairs.get(rank).split(" ", 2);
      merges.put(
          key(ids.get(pair[0]), ids.get(pair[1])), new Merge(rank, ids.get(pair[0] + pair[1])));
    }
  }

  /**
   * Reads a file.
   *
   * @return nothing where it is of another kind, or files beside it say more
   */
  static Optional<Tokenizer> read(Path file) {
    try {
      if (COMPANIONS.stream().anyMatch(name -> Files.exists(file.resolveSibling(name)))) {
        return Optional.empty();
      }
      String json = Files.readString(file);
      JsonNode root = JSON.readTree(json);
      List<String> pairs = new ArrayList<>();
      root.path("model").path("merges").forEach(pair -> pairs.add(pair.asText()));
      List<String> spellings = new ArrayList<>();
      root.path("model").path("vocab").fieldNames().forEachRemaining(spellings::add);
      return BytePairTrainer.json(spellings, pairs).equals(root) && areWhole(spellings, pairs)
          ? Optional.of(new BytePairTokenizer(json, spellings, pairs))
          : Optional.empty();
    } catch (IOException anotherOrBroken) { // whoever reads all kinds says why
      return Optional.empty();
    }
  }

  /** Whether all bytes are tokens, and both parts of each pair and what it becomes. */
  private static boolean areWhole(List<String> spellings, List<String> pairs) {
    Set<String> tokens = new HashSet<>(spellings);
    return tokens.contains(BytePairTrainer.END)
        && ByteAlphabet.characters().stream().map(Character::toString).allMatch(tokens::contains)
        && pairs.stream()
            .map(pair -> pair.split(" ", -1))
            .allMatch(p -> p.length == 2 && tokens.containsAll(List.of(p[0], p[1], p[0] + p[1])));
  }

  private static long key(int left, int right) {
    return (long) left << 32 | right;
  }

  @Override
  public String name() {
    return TokenizerJson.NAME;
  }

  @Override
  public int size() {
    return spellings.size();
  }

  @Override
  public String fingerprint() {
    return name() + "-" + Digests.hex(json);
  }

  @Override
  public OptionalInt endOfText() {
    return OptionalInt.of(ids.get(BytePairTrainer.END));
  }

  @Override
  public int[] encode(String text) {
    String whole = WellFormed.of(text);
    List<int[]> parts = new ArrayList<>();
    int from = 0;
    int end = whole.indexOf(BytePairTrainer.END);
    while (end >= 0) { // spelled out, it is the token
      encode(whole.substring(from, end), parts);
      parts.add(new int[] {endOfText().getAsInt()});
      from = end + BytePairTrainer.END.length();
      end = whole.indexOf(BytePairTrainer.END, from);
    }
    encode(whole.substring(from), parts);
    return parts.stream().flatMapToInt(Arrays::stream).toArray();
  }

  private void encode(String text, List<int[]> parts) {
    Matcher matcher = BytePairTrainer.WORD.matcher(text);
    while (matcher.find()) {
      parts.add(word(matcher.group()));
    }
  }

  private int[] word(String word) {
    int[] known = words.get(word);
    if (known != null) {
      return known;
    }
    int[] tokens = merged(word);
    if (word.length() <= LONG_WORD && words.size() < MOST_WORDS) {
      words.put(word, tokens);
    }
    return tokens;
  }

  /** Merges the pair that was learned first, of equal ones the first in the word, until none is. */
  private int[] merged(String word) {
    byte[] bytes = word.getBytes(StandardCharsets.UTF_8);
    int[] tokens =
        ByteAlphabet.spelling(bytes).chars().map(c -> ids.get(Character.toString(c))).toArray();
    int[] next = new int[tokens.length];
    int[] before = new int[tokens.length];
    Arrays.setAll(next, i -> i + 1);
    Arrays.setAll(before, i -> i - 1);
    PriorityQueue<Candidate> queue = new PriorityQueue<>(Candidate.ORDER);
    for (int i = 0; i + 1 < tokens.length; i++) {
      offer(queue, tokens, i, i + 1);
    }
    for (Candidate best = queue.poll(); best != null; best = queue.poll()) {
      int at = best.at;
      int right = tokens[at] < 0 ? tokens.length : next[at];
      Merge merge = right == tokens.length ? null : merges.get(key(tokens[at], tokens[right]));
      if (merge == null || merge.id != best.merge.id) {
        continue; // what it was a pair of has become another token
      }
      tokens[at] = merge.id;
      tokens[right] = -1;
      next[at] = next[right];
      if (next[at] < tokens.length) {
        before[next[at]] = at;
        offer(queue, tokens, at, next[at]);
      }
      if (before[at] >= 0) {
        offer(queue, tokens, before[at], at);
      }
    }
    return Arrays.stream(tokens).filter(token -> token >= 0).toArray();
  }

  private void offer(PriorityQueue<Candidate> queue, int[] tokens, int left, int right) {
    Merge merge = merges.get(key(tokens[left], tokens[right]));
    if (merge != null) {
      queue.add(new Candidate(merge, left));
    }
  }

  @Override
  public byte[] decode(int id) {
    Tokenizer.checkId(id);
    return isToken(id) ? ByteAlphabet.bytes(spellings.get(id)) : new byte[0];
  }

  /** Writes {@code tokenizer.json} as it was read, aside and renamed. */
  @Override
  public void save(Path directory) throws IOException {
    Path file = directory.resolve(TokenizerJson.NAME);
    if (!Files.exists(file)) {
      AtomicFile.write(file, json);
    } else if (!Files.readString(file).equals(json)) {
      throw new IOException(file + " belongs to another tokenizer: choose another directory");
    }
  }
}
