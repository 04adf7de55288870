package io.github.gss4j.study.listops;

import io.github.gss4j.data.DataException;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Expressions of one of the arena's files, as tokens: the ten digits, the four operators and the
 * closing bracket, in that order; parentheses say nothing and are left out, as the arena does.
 *
 * @param examples in the file's order
 */
public record ListOps(List<Example> examples) {
  private static final List<String> VOCABULARY =
      List.of("0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "[MIN", "[MAX", "[MED", "[SM", "]");

  private static final String HEADER = "Source\tTarget";
  private static final String BYTE_ORDER_MARK = "\ufeff";

  /** How many tokens there are. */
  public static final int NUM_TOKENS = VOCABULARY.size();

  /** How many values an expression may have. */
  public static final int NUM_CLASSES = 10;

  private static final Map<String, Integer> IDS =
      IntStream.range(0, NUM_TOKENS).boxed().collect(Collectors.toMap(VOCABULARY::get, i -> i));

  /**
   * One expression.
   *
   * @param ids its tokens
   * @param value 0 to 9
   */
  @SuppressWarnings("ArrayRecordComponent") // read, never compared
  public record Example(byte[] ids, int value) {}

  /** Which of the files. */
  public enum Part {
    /** To learn from. */
    TRAIN,
    /** To choose by. */
    VAL,
    /** To be measured by. */
    TEST;

    /** Its file. */
    Path file(Path directory) {
      return directory.resolve("basic_" + name().toLowerCase(Locale.ROOT) + ".tsv");
    }
  }

  /** Whether a directory looks like one of this task. */
  public static boolean isAt(Path directory) {
    return Files.exists(Part.TRAIN.file(directory));
  }

  /**
   * Reads one file, with the arena's header or without.
   *
   * @throws DataException if it cannot be read or understood
   */
  public static ListOps read(Path directory, Part part) {
    Path file = part.file(directory);
    List<Example> examples = new ArrayList<>();
    try (BufferedReader in = Files.newBufferedReader(file)) {
      boolean first = true;
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        if (!line.isBlank() && !(first && isHeader(line))) {
          examples.add(parse(file, line));
        }
        first = false;
      }
    } catch (CharacterCodingException e) {
      throw new DataException(file + ": is not UTF-8, expected a line of text each", e);
    } catch (IOException e) {
      throw DataException.of(file, "cannot be read", e);
    }
    if (examples.isEmpty()) {
      throw new DataException(file, "holds no expression, expected a line each after its header");
    }
    return new ListOps(List.copyOf(examples));
  }

  private static boolean isHeader(String line) {
    return (line.startsWith(BYTE_ORDER_MARK) ? line.substring(1) : line).equals(HEADER);
  }

  private static Example parse(Path file, String line) {
    String[] parts = line.split("\t", -1);
    if (parts.length != 2 || !parts[1].matches("\\d")) {
      throw new DataException(
          file, "has the line '" + cut(line) + "', expected 'SOURCE<tab>DIGIT'");
    }
    String[] tokens = parts[0].replaceAll("[()]", " ").strip().split(" +", -1);
    byte[] ids = new byte[tokens.length];
    for (int i = 0; i < ids.length; i++) {
      Integer id = IDS.get(tokens[i]);
      if (id == null) {
        throw new DataException(
            file, "has the token '" + cut(tokens[i]) + "', expected one of " + VOCABULARY);
      }
      ids[i] = id.byteValue();
    }
    return new Example(ids, Integer.parseInt(parts[1]));
  }

  private static String cut(String text) {
    return text.length() <= 60 ? text : text.substring(0, 60) + "…";
  }
}
