package io.github.gss4j.data.documents;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import io.github.gss4j.files.OneLine;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * A line that should be a JSON object with a text in one of its fields, read as Python's {@code
 * json} reads it: {@code NaN} and {@code Infinity} are numbers, of equal fields the last counts.
 *
 * @param number of the line
 * @param json its bytes
 * @param textField the field's name
 * @param tooLong whether it was longer than a line may be, and is not kept
 */
@SuppressWarnings("ArrayRecordComponent") // made once, never compared
record JsonRow(long number, byte[] json, String textField, boolean tooLong) implements Row {
  private static final JsonFactory JSON =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxStringLength(LineReader.MOST_LINE_BYTES)
                  .maxNameLength(LineReader.MOST_LINE_BYTES)
                  .maxNumberLength(LineReader.MOST_LINE_BYTES)
                  .build())
          .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
          .build();

  private static final String BYTE_ORDER_MARK = "\ufeff";

  @Override
  public long bytes() {
    return json.length;
  }

  @Override
  public String text() throws BrokenRowException {
    if (tooLong) {
      throw new BrokenRowException("is longer than " + LineReader.MOST_LINE_BYTES + " bytes");
    }
    try (JsonParser parser = JSON.createParser(decoded())) {
      return text(parser);
    } catch (CharacterCodingException e) {
      throw new BrokenRowException("is not UTF-8", e);
    } catch (JsonProcessingException e) {
      throw new BrokenRowException("is not a JSON object: " + firstLine(e.getOriginalMessage()), e);
    } catch (IOException e) {
      throw new BrokenRowException("is not a JSON object: " + firstLine(e.getMessage()), e);
    }
  }

  /** Decodes as it is read, what is not UTF-8 is an error. */
  private Reader decoded() throws IOException {
    ByteBuffer mark = StandardCharsets.UTF_8.encode(BYTE_ORDER_MARK);
    int skipped = mark.remaining();
    boolean marked =
        number == 1 && json.length >= skipped && ByteBuffer.wrap(json, 0, skipped).equals(mark);
    InputStream bytes = new ByteArrayInputStream(json);
    bytes.skipNBytes(marked ? skipped : 0);
    return new InputStreamReader(bytes, StandardCharsets.UTF_8.newDecoder());
  }

  private static String firstLine(String message) {
    String line = message == null ? "" : message.lines().findFirst().orElse("");
    return OneLine.of(line);
  }

  private String text(JsonParser parser) throws IOException, BrokenRowException {
    if (parser.nextToken() != JsonToken.START_OBJECT) {
      throw new BrokenRowException("is not a JSON object");
    }
    String found = null;
    boolean isText = true;
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String name = parser.currentName();
      JsonToken value = parser.nextToken();
      if (name.equals(textField)) {
        isText = value == JsonToken.VALUE_STRING;
        found = isText ? parser.getText() : "";
      }
      parser.skipChildren();
    }
    if (parser.nextToken() != null) {
      throw new BrokenRowException("has more than one JSON object");
    }
    if (found == null) {
      throw new BrokenRowException("has no field '" + textField + "'");
    }
    if (!isText) {
      throw new BrokenRowException("has no text in the field '" + textField + "'");
    }
    return found;
  }
}
