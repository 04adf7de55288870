package io.github.gss4j.tokenizer;

import com.knuddels.jtokkit.Encodings;
import com.knuddels.jtokkit.api.Encoding;
import com.knuddels.jtokkit.api.EncodingType;
import com.knuddels.jtokkit.api.IntArrayList;
import java.util.OptionalInt;

/**
 * GPT-2's byte pairs ({@code r50k_base}): 50,256 pieces of UTF-8, and {@code <|endoftext|>} =
 * 50256. Needs no files and fits all text.
 *
 * <p>Text that spells {@code <|endoftext|>} is text like any other, so what a user types cannot end
 * a document; the id itself comes from {@link #endOfText} or {@link #encodeWithSpecial}.
 *
 * <p>What is a letter depends on the Java runtime: Java 17 knows Unicode 13, and may part text of
 * younger letters otherwise than a newer runtime. Both decode to the same text.
 */
public final class Gpt2Tokenizer implements Tokenizer {
  /** Its name in {@code config.json}. */
  public static final String NAME = "gpt2";

  /** How many ids it has, {@code <|endoftext|>} among them. */
  public static final int SIZE = 50257;

  private static final int END_OF_TEXT = 50256;
  private static final String END_OF_TEXT_LITERAL = "<|endoftext|>";

  private final Encoding encoding =
      Encodings.newLazyEncodingRegistry().getEncoding(EncodingType.R50K_BASE);

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public int size() {
    return SIZE;
  }

  @Override
  public int[] encode(String text) {
    return encoding.encodeOrdinary(WellFormed.of(text)).toArray();
  }

  /** As {@link #encode}, but each {@code <|endoftext|>} in the text becomes 50256. */
  public int[] encodeWithSpecial(String text) {
    IntArrayList ids = new IntArrayList();
    int from = 0;
    for (int at; (at = text.indexOf(END_OF_TEXT_LITERAL, from)) >= 0; ) {
      append(ids, encode(text.substring(from, at)));
      ids.add(END_OF_TEXT);
      from = at + END_OF_TEXT_LITERAL.length();
    }
    append(ids, encode(text.substring(from)));
    return ids.toArray();
  }

  private static void append(IntArrayList ids, int[] more) {
    for (int id : more) {
      ids.add(id);
    }
  }

  @Override
  public byte[] decode(int id) {
    Tokenizer.checkId(id);
    if (!isToken(id)) {
      return new byte[0];
    }
    IntArrayList one = new IntArrayList(1);
    one.add(id);
    return encoding.decodeBytes(one);
  }

  @Override
  public OptionalInt endOfText() {
    return OptionalInt.of(END_OF_TEXT);
  }
}
