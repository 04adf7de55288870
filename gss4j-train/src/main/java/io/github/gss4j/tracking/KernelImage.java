package io.github.gss4j.tracking;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Path2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.Locale;
import javax.imageio.ImageIO;

/**
 * A picture of what a state-space layer has learned: on the left K of some channels by lag, on the
 * right its eigenvalues e^Λ in the unit disc.
 */
public final class KernelImage {
  /** Of the picture, in pixels. */
  public static final int WIDTH = 720;

  /** Of the picture, in pixels. */
  public static final int HEIGHT = 300;

  private static final int EDGE = 28;
  private static final int DISC = HEIGHT - 2 * EDGE;
  private static final int PLOT = WIDTH - DISC - 3 * EDGE;
  private static final Color LINE = new Color(0xd5dae1);
  private static final Color INK = new Color(0x5d6878);
  private static final int[] COLOURS = {0x1f5fbf, 0xc2571a, 0x2b8a5b, 0x8250b8, 0xb08a00, 0xb8336a};

  private KernelImage() {}

  /** Draws it as a PNG. */
  public static byte[] png(KernelPicture picture) {
    BufferedImage image = new BufferedImage(WIDTH, HEIGHT, BufferedImage.TYPE_INT_RGB);
    Graphics2D g = image.createGraphics();
    try {
      g.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
      g.setColor(Color.WHITE);
      g.fillRect(0, 0, WIDTH, HEIGHT);
      kernels(g, picture.kernels());
      disc(g, picture);
    } finally {
      g.dispose();
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      ImageIO.write(image, "png", bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e); // memory takes every byte
    }
    return bytes.toByteArray();
  }

  private static void kernels(Graphics2D g, double[][] kernels) {
    double most =
        Arrays.stream(kernels)
            .flatMapToDouble(Arrays::stream)
            .map(Math::abs)
            .filter(Double::isFinite)
            .max()
            .orElse(0);
    double scale = most == 0 ? 0 : DISC / 2.0 / most;
    double middle = HEIGHT / 2.0;
    g.setColor(LINE);
    g.drawRect(EDGE, EDGE, PLOT, DISC);
    g.drawLine(EDGE, (int) middle, EDGE + PLOT, (int) middle);
    g.setStroke(new BasicStroke(1.4f));
    int lags = Arrays.stream(kernels).mapToInt(k -> k.length).max().orElse(0);
    for (int c = 0; c < kernels.length; c++) {
      g.setColor(new Color(COLOURS[c % COLOURS.length]));
      Path2D line = new Path2D.Double();
      boolean drawing = false;
      for (int l = 0; l < kernels[c].length; l++) {
        double x = EDGE + (double) PLOT * l / Math.max(1, lags - 1);
        double y = middle - scale * kernels[c][l];
        if (!Double.isFinite(y)) {
          drawing = false;
        } else if (drawing) {
          line.lineTo(x, y);
        } else {
          line.moveTo(x, y);
          drawing = true;
        }
      }
      g.draw(line);
    }
    g.setColor(INK);
    g.drawString(String.format(Locale.ROOT, "K, up to ±%.3g", most), EDGE, EDGE - 8);
    g.drawString("lag 0 to " + Math.max(0, lags - 1), EDGE, HEIGHT - 10);
  }

  private static void disc(Graphics2D g, KernelPicture picture) {
    double left = WIDTH - EDGE - DISC;
    g.setColor(LINE);
    g.setStroke(new BasicStroke(1));
    g.draw(new Ellipse2D.Double(left, EDGE, DISC, DISC));
    g.setColor(new Color(COLOURS[0]));
    for (int n = 0; n < picture.lambdaRe().length; n++) {
      double radius = Math.exp(picture.lambdaRe()[n]) * DISC / 2;
      double x = left + DISC / 2.0 + radius * Math.cos(picture.lambdaIm()[n]);
      double y = EDGE + DISC / 2.0 - radius * Math.sin(picture.lambdaIm()[n]);
      if (Double.isFinite(x) && Double.isFinite(y)) {
        g.fill(new Ellipse2D.Double(x - 2.5, y - 2.5, 5, 5));
      }
    }
    g.setColor(INK);
    g.drawString("eigenvalues in the unit disc", (int) left, EDGE - 8);
  }
}
