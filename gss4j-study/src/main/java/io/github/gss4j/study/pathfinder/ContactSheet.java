package io.github.gss4j.study.pathfinder;

import io.github.gss4j.files.AtomicFile;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;

/** Images side by side, so that a person sees the task: label 1 framed in green, 0 in orange. */
public final class ContactSheet {
  private static final int CELL = 256;
  private static final int FRAME = 3;
  private static final int GAP = 6;

  private ContactSheet() {}

  /**
   * Writes a sheet as PNG: above, images whose markers lie on one contour; below, others.
   *
   * @param columns how many of each
   */
  public static void write(PathfinderImages images, int columns, Path file) throws IOException {
    if (columns < 1) {
      throw new IllegalArgumentException("columns is " + columns + ", expected at least 1");
    }
    int step = CELL + 2 * FRAME + GAP;
    BufferedImage sheet =
        new BufferedImage(columns * step + GAP, 2 * step + GAP, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = sheet.createGraphics();
    graphics.setColor(new Color(0x30363d));
    graphics.fillRect(0, 0, sheet.getWidth(), sheet.getHeight());
    for (int label = 1; label >= 0; label--) {
      int row = 1 - label;
      int wanted = label;
      List<Integer> chosen =
          IntStream.range(0, images.entries().size())
              .filter(i -> images.entries().get(i).label() == wanted)
              .limit(columns)
              .boxed()
              .toList();
      for (int column = 0; column < chosen.size(); column++) {
        int x = GAP + column * step;
        int y = GAP + row * step;
        graphics.setColor(new Color(label == 1 ? 0x3fb950 : 0xd55e00));
        graphics.fillRect(x, y, CELL + 2 * FRAME, CELL + 2 * FRAME);
        BufferedImage image = image(images, chosen.get(column));
        graphics.drawImage(image, x + FRAME, y + FRAME, CELL, CELL, null);
      }
    }
    graphics.dispose();
    ByteArrayOutputStream png = new ByteArrayOutputStream();
    ImageIO.write(sheet, "png", png);
    AtomicFile.write(file, png.toByteArray());
  }

  private static BufferedImage image(PathfinderImages images, int index) {
    int size = images.size();
    BufferedImage image = new BufferedImage(size, size, BufferedImage.TYPE_INT_RGB);
    int[] pixels = images.pixels(index);
    for (int i = 0; i < pixels.length; i++) {
      image.setRGB(i % size, i / size, pixels[i] * 0x010101);
    }
    return image;
  }
}
