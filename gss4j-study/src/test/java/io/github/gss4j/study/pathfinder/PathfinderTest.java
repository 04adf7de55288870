package io.github.gss4j.study.pathfinder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.gss4j.data.DataException;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PathfinderTest {
  private static final long SEED = 11;

  @TempDir Path directory;

  private static List<Scene> scenes(int size, int count) {
    Generator generator = new Generator(Variant.of(size), SEED, 1);
    return IntStream.range(0, count).mapToObj(generator::scene).toList();
  }

  @ParameterizedTest
  @ValueSource(ints = {32, 64, 128, 256})
  void aSceneHasItsVariantsNumbers(int size) {
    Variant v = Variant.of(size);
    for (Scene scene : scenes(size, 6)) {
      assertThat(scene.targets()).hasSize(2).allSatisfy(c -> assertThat(c).hasSize(14));
      assertThat(scene.distractors())
          .hasSize(v.distractors())
          .allSatisfy(c -> assertThat(c).hasSize(4));
      assertThat(v.margins()).contains(scene.margin());
      double seeds =
          scene.targets().get(0).get(0).tail().distance(scene.targets().get(1).get(0).tail());
      assertThat(seeds)
          .as("distance of the contours' first tips")
          .isCloseTo(v.seedDistance(), within(1e-9));
    }
  }

  @Test
  void distractorsAreAsManyAsTheArenaHas() {
    assertThat(Stream.of(32, 64, 128, 256).map(size -> Variant.of(size).distractors()))
        .containsExactly(5, 5, 8, 7);
  }

  @ParameterizedTest
  @ValueSource(ints = {6, 9})
  void easierDifficultiesHaveShorterContours(int length) {
    Variant v = Variant.PATH32.withContourLength(length);
    Scene scene = new Generator(v, SEED, 1).scene(0);
    assertThat(scene.targets()).allSatisfy(c -> assertThat(c).hasSize(length));
    assertThat(scene.distractors()).hasSize(length == 6 ? 10 : 6);
    assertThat(v.difficulty()).isEqualTo(length == 6 ? "curv_baseline" : "curv_contour_length_9");
    assertThat(new Generator(Variant.PATH16, SEED, 1).scene(0).targets().get(0)).hasSize(4);
  }

  @Test
  void contoursAreAsLongAsTheirPiecesAndGapsAndTurnGently() {
    for (Scene scene : scenes(128, 8)) {
      for (List<Paddle> contour : scene.targets()) {
        double gaps = 0;
        for (int i = 1; i < contour.size(); i++) {
          Paddle before = contour.get(i - 1);
          Paddle paddle = contour.get(i);
          assertThat(paddle.tail().distance(paddle.head())).isCloseTo(5, within(1e-9));
          double turn = Math.IEEEremainder(paddle.direction() - before.direction(), 2 * Math.PI);
          assertThat(Math.abs(turn)).as("continuity 1.8").isLessThan(Math.PI / 3.6);
          gaps += before.head().distance(paddle.tail());
        }
        assertThat(gaps / 13).isBetween(1.7 * scene.margin(), 2.0 * scene.margin() + 1e-9);
      }
    }
  }

  @Test
  void noTwoContoursTouch() {
    for (Scene scene : scenes(128, 4)) {
      List<List<Paddle>> all =
          Stream.concat(scene.targets().stream(), scene.distractors().stream()).toList();
      for (int i = 0; i < all.size(); i++) {
        for (int j = 0; j < i; j++) {
          for (Paddle p : all.get(i)) {
            for (Paddle q : all.get(j)) {
              assertThat(q.distance(p.head().x(), p.head().y()))
                  .as("two margins and a thickness, but for a pixel's rounding")
                  .isGreaterThan(2.0 * scene.margin() + 0.5);
            }
          }
        }
      }
    }
  }

  @Test
  void labelsAreBalancedAndDoNotShowInTheMarkersDistance() {
    List<Scene> scenes = scenes(32, 600);
    assertThat(scenes.stream().mapToInt(Scene::label).sum()).isEqualTo(300);
    double same = distance(scenes, 1);
    double other = distance(scenes, 0);
    assertThat(same).isBetween(6.0, 22.0);
    assertThat(other / same).as("mean distances of markers").isCloseTo(1, within(0.15));
    for (Scene scene : scenes) {
      boolean one =
          scene.targets().stream()
              .anyMatch(
                  c ->
                      c.get(0).tail().equals(scene.markers().get(0))
                          && c.get(13).head().equals(scene.markers().get(1)));
      assertThat(one).isEqualTo(scene.label() == 1);
    }
  }

  @Test
  void shortContoursGiveThemselvesAwayByTheirMarkersDistance() {
    Shortcut small = Shortcut.of(new Generator(Variant.PATH16, SEED, 1), 4000);
    assertThat(small.accuracy()).isBetween(0.56, 0.70);
    Shortcut large = Shortcut.of(new Generator(Variant.PATH32, SEED, 1), 2000);
    assertThat(large.accuracy()).isBetween(0.45, small.accuracy() - 0.03);
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 4})
  void easierContoursDoNotGiveThemselvesAway(int length) {
    Variant v = Variant.PATH32.easier(length);
    Shortcut even = Shortcut.of(new Generator(v, SEED, 1), 4000);
    assertThat(even.accuracy()).isBetween(0.42, 0.54);
    Variant arena = Variant.PATH32.withContourLength(length);
    Shortcut uneven = Shortcut.of(new Generator(arena, SEED, 1), 4000);
    assertThat(uneven.accuracy()).isGreaterThan(0.75);
  }

  private static double distance(List<Scene> scenes, int label) {
    return scenes.stream()
        .filter(scene -> scene.label() == label)
        .mapToDouble(scene -> scene.markers().get(0).distance(scene.markers().get(1)))
        .average()
        .orElseThrow();
  }

  @Test
  void brightnessDoesNotShowTheLabel() {
    Generator generator = new Generator(Variant.PATH32, SEED, 1);
    double[] sums = new double[2];
    for (int i = 0; i < 400; i++) {
      int label = generator.scene(i).label();
      for (byte pixel : Drawing.pixels(Drawing.of(generator.scene(i)))) {
        sums[label] += pixel & 255;
      }
    }
    assertThat(sums[1] / sums[0]).isCloseTo(1, within(0.02));
  }

  @Test
  void markersAreWhiteAndEdgesAreSmooth() {
    Generator generator = new Generator(Variant.PATH128, SEED, 1);
    Scene scene = generator.scene(0);
    BufferedImage image = Drawing.of(scene);
    for (Paddle.Point at : scene.markers()) {
      assertThat(image.getRaster().getSample((int) at.x(), (int) at.y(), 0)).isEqualTo(255);
    }
    long greys = 0;
    for (byte pixel : Drawing.pixels(image)) {
      greys += (pixel & 255) > 10 && (pixel & 255) < 200 ? 1 : 0;
    }
    assertThat(greys).as("pixels that are partly covered").isGreaterThan(300);
  }

  @Test
  void imagesAreTheSameWhateverTheThreads() throws IOException {
    Path one = new Generator(Variant.PATH32, SEED, 1).write(directory.resolve("1"), 30, i -> {});
    Path three = new Generator(Variant.PATH32, SEED, 3).write(directory.resolve("3"), 30, i -> {});
    try (Stream<Path> files = Files.walk(one)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        assertThat(three.resolve(one.relativize(file))).hasSameBinaryContentAs(file);
      }
    }
    Path other = new Generator(Variant.PATH32, 12, 3).write(directory.resolve("4"), 2, i -> {});
    assertThat(other.resolve("imgs/0/sample_0.png").toFile())
        .isFile()
        .satisfies(
            f ->
                assertThat(Files.readAllBytes(f.toPath()))
                    .isNotEqualTo(Files.readAllBytes(one.resolve("imgs/0/sample_0.png"))));
  }

  @Test
  void whatIsWrittenIsReadAgain() {
    Generator generator = new Generator(Variant.PATH32, SEED, 2);
    generator.write(directory, 24, i -> {});
    PathfinderImages images = PathfinderImages.open(directory);
    assertThat(images.size()).isEqualTo(32);
    assertThat(images.entries()).hasSize(24);
    for (int i = 0; i < 24; i++) {
      assertThat(images.entries().get(i).label()).isEqualTo(generator.scene(i).label());
      byte[] drawn = Drawing.pixels(Drawing.of(generator.scene(i)));
      int[] read = images.pixels(i);
      for (int p = 0; p < drawn.length; p++) {
        assertThat(read[p]).isEqualTo(drawn[p] & 255);
      }
    }
    assertThatThrownBy(() -> generator.write(directory, 2, i -> {}))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("holds images already");
  }

  /** As lra_release has them: numbers with a point, an empty file among the images. */
  @Test
  void theReleasedLayoutIsRead() throws IOException {
    Path home = directory.resolve("curv_baseline");
    Files.createDirectories(home.resolve("imgs/0"));
    Files.createDirectories(home.resolve("metadata"));
    BufferedImage image = new BufferedImage(4, 4, BufferedImage.TYPE_BYTE_GRAY);
    image.getRaster().setSample(2, 1, 0, 77);
    ImageIO.write(image, "png", home.resolve("imgs/0/sample_0.png").toFile());
    Files.createFile(home.resolve("imgs/0/sample_1.png"));
    Files.writeString(
        home.resolve("metadata/0.npy"),
        "imgs/0 sample_0.png 0 1 1.8 6 2 5 1.5 2 1\nimgs/0 sample_1.png 1 0 1.8 6 2 5 1.5 2 1\n");
    PathfinderImages images = PathfinderImages.open(home);
    assertThat(images.empty()).isEqualTo(1);
    assertThat(images.entries()).hasSize(1);
    assertThat(images.entries().get(0).label()).isEqualTo(1);
    assertThat(images.pixels(0)[4 + 2]).isEqualTo(77);
  }

  @Test
  void whatIsNoMetadataIsRefused() throws IOException {
    Path home = directory.resolve("curv_baseline");
    Path metadata = home.resolve("metadata/0.npy");
    Files.createDirectories(metadata.getParent());
    assertThatThrownBy(() -> PathfinderImages.open(home)).hasMessageContaining("holds no images");
    Files.write(metadata, new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'});
    assertThatThrownBy(() -> PathfinderImages.open(home)).hasMessageContaining("NumPy array");
    Files.writeString(metadata, "imgs/0 sample_0.png 0 2\n");
    assertThatThrownBy(() -> PathfinderImages.open(home)).hasMessageContaining("label of 0 or 1");
    Files.writeString(metadata, "../.. secret.png 0 1\n");
    assertThatThrownBy(() -> PathfinderImages.open(home))
        .hasMessageContaining("expected a file in");
    Files.writeString(metadata, "imgs/0 sample_0.png 0 1\n");
    assertThatThrownBy(() -> PathfinderImages.open(home)).hasMessageContaining("no such file");
    Path sample = home.resolve("imgs/0/sample_0.png");
    Files.createDirectories(sample.getParent());
    Files.writeString(sample, "no image");
    assertThatThrownBy(() -> PathfinderImages.open(home)).hasMessageContaining("is not an image");
    assertThatThrownBy(() -> PathfinderImages.open(directory.resolve("nothing")))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("no Pathfinder images");
  }

  private Path oneImage() throws IOException {
    Path sample = directory.resolve("imgs/0/sample_0.png");
    Files.createDirectories(sample.getParent());
    Files.createDirectories(directory.resolve("metadata"));
    Files.writeString(directory.resolve("metadata/0.npy"), "imgs/0 sample_0.png 0 1\n");
    return sample;
  }

  @Test
  void imagesWhoseValuesAreNoGreyAreRefused() throws IOException {
    Path sample = oneImage();
    for (int type :
        List.of(
            BufferedImage.TYPE_INT_RGB,
            BufferedImage.TYPE_INT_ARGB,
            BufferedImage.TYPE_BYTE_INDEXED,
            BufferedImage.TYPE_BYTE_BINARY,
            BufferedImage.TYPE_USHORT_GRAY)) {
      ImageIO.write(new BufferedImage(4, 4, type), "png", sample.toFile());
      assertThatThrownBy(() -> PathfinderImages.open(directory))
          .isInstanceOf(DataException.class)
          .hasMessageContaining("expected grey values of 8 bits");
    }
    ImageIO.write(new BufferedImage(4, 5, BufferedImage.TYPE_BYTE_GRAY), "png", sample.toFile());
    assertThatThrownBy(() -> PathfinderImages.open(directory))
        .hasMessageContaining("is 4 × 5, expected a square image");
  }

  @Test
  void aHeaderThatPromisesALargeImageIsRefused() throws IOException {
    Path sample = oneImage();
    ImageIO.write(new BufferedImage(4, 4, BufferedImage.TYPE_BYTE_GRAY), "png", sample.toFile());
    ByteBuffer png = ByteBuffer.wrap(Files.readAllBytes(sample));
    png.putInt(16, 60_000).putInt(20, 60_000);
    CRC32 crc = new CRC32();
    crc.update(png.array(), 12, 17);
    png.putInt(29, (int) crc.getValue());
    Files.write(sample, png.array());
    assertThatThrownBy(() -> PathfinderImages.open(directory))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("is 60000 × 60000, expected a square image of at most 4096 × 4096");
  }

  @Test
  void sizesThatTheArenaDoesNotHaveAreRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Variant.of(48))
        .withMessageContaining("size is 48, expected [16, 32, 64, 128, 256]");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Generator(Variant.PATH32, 1, 1).write(directory, 3, i -> {}))
        .withMessageContaining("count is 3");
  }

  @Test
  void aContactSheetShowsBothLabels() throws IOException {
    new Generator(Variant.PATH32, SEED, 1).write(directory, 8, i -> {});
    Path sheet = directory.resolve("sheet.png");
    new ContactSheet(PathfinderImages.open(directory).labelled()).write(3, sheet);
    BufferedImage image = ImageIO.read(sheet.toFile());
    assertThat(image.getWidth()).isGreaterThan(3 * 256);
    assertThat(image.getRGB(7, 7) & 0xffffff).isEqualTo(0x3fb950);
    assertThat(image.getRGB(7, image.getHeight() / 2 + 8) & 0xffffff).isEqualTo(0xd55e00);
  }

  @Test
  void aContactSheetFramesAModelsWrongAnswersInOrange() throws IOException {
    Path sheet = directory.resolve("sheet.png");
    new ContactSheet(DrawnPathfinder.of(Variant.PATH32, SEED, 8), i -> 0.75).write(3, sheet);
    BufferedImage image = ImageIO.read(sheet.toFile());
    int below = image.getHeight() / 2 + 8;
    assertThat(image.getRGB(7, 7) & 0xffffff).isEqualTo(0x3fb950);
    assertThat(image.getRGB(7, below) & 0xffffff).isEqualTo(0xd55e00);
    int bar = image.getHeight() - 10;
    assertThat(image.getRGB(6 + 195, bar) & 0xffffff).isEqualTo(0xe6edf3);
    assertThat(image.getRGB(6 + 198, bar) & 0xffffff).isZero();
  }
}
