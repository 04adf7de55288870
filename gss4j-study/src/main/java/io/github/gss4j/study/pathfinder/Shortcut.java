package io.github.gss4j.study.pathfinder;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * How far a classifier gets without following a contour: what the distance of the two markers tells
 * of the label. A contour's ends are about as far apart as it is long, tips of different contours
 * are not; so a classifier that counts distances is better than chance, the more so the shorter
 * contours are.
 *
 * @param images drawn
 * @param same mean distance of markers on one contour, in pixels
 * @param other mean distance of markers on different contours
 * @param accuracy share of right guesses by distance alone: for each whole and half pixel the label
 *     that is more frequent in the first half of the images, counted in the second half
 */
public record Shortcut(int images, double same, double other, double accuracy) {
  private static final double BIN = 0.5;

  /**
   * Draws scenes and counts.
   *
   * @param count how many, an even number of 4 or more
   */
  public static Shortcut of(Generator generator, int count) {
    if (count < 4 || count % 2 != 0) {
      throw new IllegalArgumentException(
          "count is " + count + ", expected an even number of 4 or more");
    }
    List<Scene> scenes = IntStream.range(0, count).parallel().mapToObj(generator::scene).toList();
    Map<Long, Integer> votes = new TreeMap<>(); // more than 0: one contour is more frequent
    scenes.subList(0, count / 2).forEach(s -> votes.merge(bin(s), sign(s), Integer::sum));
    List<Scene> tested = scenes.subList(count / 2, count);
    long right = tested.stream().filter(s -> votes.getOrDefault(bin(s), 0) * sign(s) > 0).count();
    return new Shortcut(count, mean(scenes, 1), mean(scenes, 0), (double) right / tested.size());
  }

  private static int sign(Scene scene) {
    return 2 * scene.label() - 1;
  }

  private static long bin(Scene scene) {
    return Math.round(scene.markerDistance() / BIN);
  }

  private static double mean(List<Scene> scenes, int label) {
    return scenes.stream()
        .filter(scene -> scene.label() == label)
        .mapToDouble(Scene::markerDistance)
        .average()
        .orElseThrow();
  }
}
