package io.github.gss4j.tokenizer;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Learns a byte-level BPE (Sennrich et al. 2016, arXiv 1508.07909, on bytes as in GPT-2): of all
 * pairs of neighbouring tokens within words the most frequent becomes a token, again and again. The
 * merges are those that Hugging Face's {@code BpeTrainer} learns from the same words; where two
 * pairs are as frequent, the one of smaller ids is first.
 *
 * <p>Ids: {@value #END}, the 256 bytes, then tokens as they were learned. Not thread-safe.
 */
public final class BytePairTrainer {
  /** The token between documents. */
  public static final String END = "<|endoftext|>";

  /** The fewest tokens: the one between documents, the bytes and one pair. */
  public static final int FEWEST = 258;

  /**
   * Words: a line's indentation; a line break; letters, up to three digits or other signs, with the
   * blank before them; other blanks. Line breaks are by themselves so that a text may be cut before
   * and after them, as prompts are.
   */
  public static final String WORDS =
      "(?<=\\n)[ \\t]+|\\r?\\n| ?[\\p{L}\\p{M}]+| ?\\p{N}{1,3}| ?[^\\s\\p{L}\\p{M}\\p{N}]+|[ \\t]+(?!\\S)|\\s";

  static final Pattern WORD = Pattern.compile(WORDS, Pattern.UNICODE_CHARACTER_CLASS);

  /** In order, so that the same text has the same merges in whatever pieces it came. */
  private final Map<String, Long> counts = new TreeMap<>();

  /** Spellings by id. */
  private final List<String> spellings = new ArrayList<>();

  private final Map<String, Integer> ids = new HashMap<>();
  private final List<Pair> merges = new ArrayList<>();

  private final Map<Pair, Long> pairCounts = new HashMap<>();
  private final Map<Pair, Set<Word>> wordsWith = new HashMap<>();
  private final PriorityQueue<Candidate> queue = new PriorityQueue<>(Candidate.ORDER);

  /** Two tokens, one after the other. */
  private record Pair(int left, int right) {}

  /** A pair as frequent as it was when it was queued. */
  private record Candidate(Pair pair, long count) {
    static final Comparator<Candidate> ORDER =
        Comparator.comparingLong(Candidate::count)
            .reversed()
            .thenComparingInt(c -> c.pair.left)
            .thenComparingInt(c -> c.pair.right);
  }

  /** A word as tokens. */
  private static final class Word {
    final long count;
    int[] tokens;

    Word(int[] tokens, long count) {
      this.tokens = tokens;
      this.count = count;
    }

    void forEachPair(Consumer<Pair> action) {
      for (int i = 1; i < tokens.length; i++) {
        action.accept(new Pair(tokens[i - 1], tokens[i]));
      }
    }

    void merge(Pair pair, int merged) {
      int[] shorter = new int[tokens.length];
      int length = 0;
      for (int i = 0; i < tokens.length; i++) {
        boolean found =
            i + 1 < tokens.length && tokens[i] == pair.left && tokens[i + 1] == pair.right;
        shorter[length++] = found ? merged : tokens[i];
        i += found ? 1 : 0;
      }
      tokens = Arrays.copyOf(shorter, length);
    }
  }

  /**
   * Counts the words of a text. It may come in pieces that end before a line break; memory grows
   * with the number of different words.
   */
  public void add(String text) {
    Matcher words = WORD.matcher(WellFormed.of(text));
    while (words.find()) {
      counts.merge(words.group(), 1L, Long::sum);
    }
  }

  /**
   * Learns from what was added.
   *
   * @param size of the vocabulary, at least {@value #FEWEST}; it becomes smaller where no word has
   *     two tokens any more
   * @return a {@code tokenizer.json}
   */
  public ObjectNode learn(int size) {
    if (size < FEWEST) {
      throw new IllegalArgumentException(
          "vocabulary is " + size + ", expected at least " + FEWEST + ": all bytes and one pair");
    }
    begin();
    for (Candidate best = queue.poll();
        best != null && spellings.size() < size;
        best = queue.poll()) {
      long now = pairCounts.getOrDefault(best.pair, 0L);
      if (now == best.count) {
        merge(best.pair);
      } else if (now > 0) {
        queue.add(new Candidate(best.pair, now));
      }
    }
    List<String> pairs = new ArrayList<>();
    merges.forEach(p -> pairs.add(spellings.get(p.left) + " " + spellings.get(p.right)));
    return json(spellings, pairs);
  }

  /** Every word is bytes. */
  private void begin() {
    spellings.clear();
    ids.clear();
    merges.clear();
    pairCounts.clear();
    wordsWith.clear();
    queue.clear();
    id(END);
    ByteAlphabet.characters().stream().sorted().map(Character::toString).forEach(this::id);
    counts.forEach(
        (text, count) -> {
          String spelling = ByteAlphabet.spelling(text.getBytes(StandardCharsets.UTF_8));
          int[] bytes = spelling.chars().map(c -> ids.get(Character.toString(c))).toArray();
          enter(new Word(bytes, count));
        });
    pairCounts.forEach((pair, count) -> queue.add(new Candidate(pair, count)));
  }

  /** The id of a spelling, a new one where it has none: two ways to it are one token. */
  private int id(String spelling) {
    return ids.computeIfAbsent(
        spelling,
        added -> {
          spellings.add(added);
          return spellings.size() - 1;
        });
  }

  private void enter(Word word) {
    word.forEachPair(
        pair -> {
          pairCounts.merge(pair, word.count, Long::sum);
          wordsWith.computeIfAbsent(pair, p -> new LinkedHashSet<>()).add(word);
        });
  }

  private void leave(Word word) {
    word.forEachPair(
        pair -> {
          pairCounts.merge(pair, -word.count, Long::sum);
          wordsWith.get(pair).remove(word);
        });
  }

  private void merge(Pair pair) {
    int merged = id(spellings.get(pair.left) + spellings.get(pair.right));
    merges.add(pair);
    Set<Pair> grown = new LinkedHashSet<>();
    for (Word word : List.copyOf(wordsWith.get(pair))) {
      leave(word);
      word.merge(pair, merged);
      enter(word);
      word.forEachPair(
          next -> {
            if (next.left == merged || next.right == merged) {
              grown.add(next);
            }
          });
    }
    grown.forEach(next -> queue.add(new Candidate(next, pairCounts.get(next))));
  }

  /** The file of these tokens, by id, and these merges, as they were learned. */
  static ObjectNode json(List<String> spellings, List<String> pairs) {
    JsonNodeFactory nodes = JsonNodeFactory.instance;
    ObjectNode root = nodes.objectNode().put("version", "1.0");
    root.putNull("truncation").putNull("padding");
    ObjectNode end = root.putArray("added_tokens").addObject().put("id", 0).put("content", END);
    end.put("single_word", false).put("lstrip", false).put("rstrip", false);
    end.put("normalized", false).put("special", true);
    root.putNull("normalizer");
    ArrayNode cutting =
        root.putObject("pre_tokenizer").put("type", "Sequence").putArray("pretokenizers");
    ObjectNode words = cutting.addObject().put("type", "Split");
    words.putObject("pattern").put("Regex", WORDS);
    words.put("behavior", "Isolated").put("invert", false);
    cutting.add(byteLevel(nodes));
    root.putNull("post_processor");
    root.set("decoder", byteLevel(nodes));
    ObjectNode model = root.putObject("model").put("type", "BPE");
    model.putNull("dropout").putNull("unk_token");
    model.putNull("continuing_subword_prefix").putNull("end_of_word_suffix");
    model.put("fuse_unk", false).put("byte_fallback", false);
    ObjectNode vocabulary = model.putObject("vocab");
    for (int i = 0; i < spellings.size(); i++) {
      vocabulary.put(spellings.get(i), i);
    }
    ArrayNode merges = model.putArray("merges");
    pairs.forEach(merges::add);
    return root;
  }

  private static ObjectNode byteLevel(JsonNodeFactory nodes) {
    ObjectNode bytes = nodes.objectNode().put("type", "ByteLevel").put("add_prefix_space", false);
    return bytes.put("trim_offsets", true).put("use_regex", false);
  }
}
