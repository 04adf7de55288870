package io.github.gss4j.data.documents;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.IOException;

/**
 * A line that should be a JSON object with a text in one of its fields.
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
                  .maxNumberLength(1000)
                  .build())
          .build();

  @Override
  public String text() throws BrokenRowException {
    if (tooLong) {
      throw new BrokenRowException("is longer than " + LineReader.MOST_LINE_BYTES + " bytes");
    }
    try (JsonParser parser = JSON.createParser(json)) {
      return text(parser);
    } catch (JsonProcessingException e) {
      throw new BrokenRowException("is no JSON object: " + firstLine(e.getOriginalMessage()), e);
    } catch (IOException e) {
      throw new BrokenRowException("is no JSON object: " + firstLine(e.getMessage()), e);
    }
  }

  private static String firstLine(String message) {
    String line = message == null ? "" : message.lines().findFirst().orElse("");
    return line.replaceAll("\\p{Cntrl}", "?");
  }

  private String text(JsonParser parser) throws IOException, BrokenRowException {
    if (parser.nextToken() != JsonToken.START_OBJECT) {
      throw new BrokenRowException("is no JSON object");
    }
    String found = null;
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String name = parser.currentName();
      JsonToken value = parser.nextToken();
      if (name.equals(textField)) {
        if (value != JsonToken.VALUE_STRING) {
          throw new BrokenRowException("has no text in the field '" + textField + "'");
        }
        found = parser.getText();
      } else {
        parser.skipChildren();
      }
    }
    if (parser.nextToken() != null) {
      throw new BrokenRowException("has more than one JSON object");
    }
    if (found == null) {
      throw new BrokenRowException("has no field '" + textField + "'");
    }
    return found;
  }
}
