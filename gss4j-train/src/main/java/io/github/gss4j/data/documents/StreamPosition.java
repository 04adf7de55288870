package io.github.gss4j.data.documents;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/**
 * The position of a stream of samples between two of them: all that its further samples depend on.
 * Documents are named and not kept, so it is small, and the stream reads them again.
 *
 * @param corpus fingerprint of what is streamed
 * @param epoch how often all shards were read
 * @param place shards read to their end in this epoch's order
 * @param row last row read of the next one
 * @param drawn documents drawn in this epoch
 * @param buffer shard and row of each document in the shuffle buffer, in the buffer's order
 * @param open shard and row of the document inside which the next sample begins; empty for none
 * @param used how many of its tokens went before
 * @param carry the token that the next sample begins with, which is the last label before; -1 at
 *     the very beginning
 * @param brokenRows rows so far that hold no document, each counted once
 * @param brokenShards shards so far whose ends were left out, each counted once
 * @param cuts places so far where a document was cut and its ids may not be those of the whole
 */
public record StreamPosition(
    String corpus,
    long epoch,
    int place,
    long row,
    long drawn,
    List<Long> buffer,
    List<Long> open,
    int used,
    int carry,
    long brokenRows,
    long brokenShards,
    long cuts) {
  private static final JsonMapper JSON =
      JsonMapper.builder()
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  /** Checks what would make no sense. */
  public StreamPosition {
    buffer = List.copyOf(buffer);
    open = List.copyOf(open);
    boolean sound =
        epoch >= 0
            && place >= 0
            && row >= 0
            && drawn >= 0
            && used >= 0
            && carry >= -1
            && buffer.size() % 2 == 0
            && (open.isEmpty() || open.size() == 2);
    if (!sound) {
      throw new IllegalArgumentException("the position in the stream is damaged");
    }
  }

  /** The beginning of a stream. */
  static StreamPosition begin(String corpus) {
    return new StreamPosition(corpus, 0, 0, 0, 0, List.of(), List.of(), 0, -1, 0, 0, 0);
  }

  /** For a checkpoint. */
  public JsonNode toJson() {
    return JSON.valueToTree(this);
  }

  /**
   * Reads what {@link #toJson} wrote.
   *
   * @throws IllegalArgumentException if it is none
   */
  public static StreamPosition from(JsonNode json) {
    ObjectNode whole = JSON.createObjectNode().put("cuts", 0L); // which earlier versions lack
    json.properties().forEach(field -> whole.set(field.getKey(), field.getValue()));
    try {
      return JSON.treeToValue(whole, StreamPosition.class);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(
          "the position in the stream is damaged: " + e.getOriginalMessage(), e);
    }
  }
}
