package io.github.gss4j.config.training;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.gss4j.config.Checks;
import io.github.gss4j.config.JsonFields;
import java.util.ArrayList;
import java.util.List;

/**
 * Images that are drawn while a classifier trains, none twice: {@code data: "pathfinder:32"}.
 *
 * @param size the width of the square images
 * @param contourLength {@code contour_length}, pieces of a contour; 14, in images of 16 pixels 4
 * @param curriculum {@code curriculum}: shorter contours to begin with, in the order in which they
 *     are learned, in images of the same size; none for the task itself at once
 * @param rehearsal {@code rehearsal}: the share of images that are of the contours learned before
 * @param promoteAt {@code promote_at}: the share of right answers at which the next contours come
 * @param tested {@code test_images}: how many images the test has, and how many the validation
 */
public record DrawnImages(
    int size,
    int contourLength,
    List<Integer> curriculum,
    double rehearsal,
    double promoteAt,
    int tested) {
  /** Comes before the size in {@code data}. */
  public static final String PREFIX = "pathfinder:";

  /** The smallest images have no room for the arena's contours. */
  private static final int SMALLEST = 16;

  /** Checks the ranges. */
  public DrawnImages {
    curriculum = List.copyOf(curriculum);
    Checks.that(rehearsal >= 0 && rehearsal < 1, "rehearsal", rehearsal, "0 to below 1");
    Checks.that(promoteAt > 0 && promoteAt <= 1, "promote_at", promoteAt, "above 0, at most 1");
    Checks.that(
        tested >= 2 && tested % 2 == 0, "test_images", tested, "an even number of 2 or more");
    int before = 1;
    for (int length : curriculum) {
      Checks.that(
          length > before && length < contourLength,
          "curriculum",
          curriculum,
          "lengths that rise from 2 to below contour_length, " + contourLength);
      before = length;
    }
  }

  /** Whether data of that name are drawn. */
  static boolean areAt(String data) {
    return data.startsWith(PREFIX);
  }

  static DrawnImages from(JsonFields f, String data) {
    String size = data.substring(PREFIX.length());
    Checks.that(size.matches("[0-9]{1,4}"), "data", "'" + data + "'", PREFIX + "32, 64 or 128");
    List<Integer> curriculum = new ArrayList<>();
    if (f.has("curriculum")) {
      for (double length : f.numbers("curriculum", List.of())) {
        Checks.that(length == Math.rint(length), "curriculum", length, "whole numbers");
        curriculum.add((int) length);
      }
    }
    int pixels = Integer.parseInt(size);
    return new DrawnImages(
        pixels,
        f.integer("contour_length", pixels == SMALLEST ? 4 : 14),
        curriculum,
        f.number("rehearsal", 0),
        f.number("promote_at", 0.85),
        f.integer("test_images", 10_000));
  }

  void putInto(ObjectNode json) {
    json.put("contour_length", contourLength);
    if (!curriculum.isEmpty()) {
      ArrayNode lengths = json.putArray("curriculum");
      curriculum.forEach(lengths::add);
    }
    json.put("rehearsal", rehearsal).put("promote_at", promoteAt).put("test_images", tested);
  }
}
