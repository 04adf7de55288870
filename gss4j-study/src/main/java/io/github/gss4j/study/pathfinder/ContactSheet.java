package io.github.gss4j.study.pathfinder;

import io.github.gss4j.batches.LabelledSequences;
import io.github.gss4j.files.AtomicFile;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;

/**
 * Images side by side, so that a person sees the task: above, those whose markers lie on one
 * contour; below, others. Label 1 is framed in green, 0 in orange; with a model's answers, right
 * ones are framed in green and wrong ones in orange, and a bar below each image says how sure the
 * model is that its markers lie on one contour: full for sure, empty for sure that not.
 */
public final class ContactSheet {
  private static final int CELL = 256;
  private static final int FRAME = 3;
  private static final int GAP = 6;
  private static final int BAR = 10;
  private static final Color BACKGROUND = new Color(0x30363d);
  private static final Color GREEN = new Color(0x3fb950);
  private static final Color ORANGE = new Color(0xd55e00);
  private static final Color SURE = new Color(0xe6edf3);

  private final LabelledSequences images;
  private final Optional<IntToDoubleFunction> answers;

  /** A sheet of square grey images. */
  public ContactSheet(LabelledSequences images) {
    this(images, Optional.empty());
  }

  /**
   * A sheet of square grey images with a model's answers.
   *
   * @param answers how likely a model finds label 1 for an image, from 0 to 1
   */
  public ContactSheet(LabelledSequences images, IntToDoubleFunction answers) {
    this(images, Optional.of(answers));
  }

  private ContactSheet(LabelledSequences images, Optional<IntToDoubleFunction> answers) {
    this.images = images;
    this.answers = answers;
  }

  /**
   * Writes the sheet as PNG.
   *
   * @param columns how many images of each label, the first ones
   */
  public void write(int columns, Path file) throws IOException {
    if (columns < 1) {
      throw new IllegalArgumentException("columns is " + columns + ", expected at least 1");
    }
    int width = CELL + 2 * FRAME + GAP;
    int height = width + (answers.isPresent() ? BAR + GAP : 0);
    BufferedImage sheet =
        new BufferedImage(columns * width + GAP, 2 * height + GAP, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = sheet.createGraphics();
    graphics.setColor(BACKGROUND);
    graphics.fillRect(0, 0, sheet.getWidth(), sheet.getHeight());
    for (int label = 1; label >= 0; label--) {
      int[] chosen = first(columns, label);
      for (int column = 0; column < chosen.length; column++) {
        draw(graphics, chosen[column], GAP + column * width, GAP + (1 - label) * height);
      }
    }
    graphics.dispose();
    ByteArrayOutputStream png = new ByteArrayOutputStream();
    ImageIO.write(sheet, "png", png);
    AtomicFile.write(file, png.toByteArray());
  }

  private int[] first(int count, int label) {
    return IntStream.range(0, images.size())
        .filter(i -> images.label(i) == label)
        .limit(count)
        .toArray();
  }

  private void draw(Graphics2D graphics, int index, int x, int y) {
    int framed = CELL + 2 * FRAME;
    boolean isOne = images.label(index) == 1;
    if (answers.isPresent()) {
      double sure = answers.get().applyAsDouble(index);
      graphics.setColor(sure > 0.5 == isOne ? GREEN : ORANGE);
      graphics.fillRect(x, y, framed, framed);
      graphics.setColor(Color.BLACK);
      graphics.fillRect(x, y + framed + GAP, framed, BAR);
      graphics.setColor(SURE);
      graphics.fillRect(x, y + framed + GAP, (int) Math.round(sure * framed), BAR);
    } else {
      graphics.setColor(isOne ? GREEN : ORANGE);
      graphics.fillRect(x, y, framed, framed);
    }
    graphics.drawImage(image(images.sequence(index)), x + FRAME, y + FRAME, CELL, CELL, null);
  }

  private static BufferedImage image(int[] pixels) {
    int size = (int) Math.round(Math.sqrt(pixels.length));
    BufferedImage image = new BufferedImage(size, size, BufferedImage.TYPE_INT_RGB);
    for (int i = 0; i < pixels.length; i++) {
      image.setRGB(i % size, i / size, pixels[i] * 0x010101);
    }
    return image;
  }
}
