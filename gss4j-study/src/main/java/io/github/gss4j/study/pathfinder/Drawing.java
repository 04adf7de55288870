package io.github.gss4j.study.pathfinder;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Line2D;
import java.awt.image.BufferedImage;
import java.awt.image.DataBufferByte;
import java.util.List;

/** Scenes as grey images: light pieces on black, edges smoothed by the share of a pixel covered. */
final class Drawing {
  /** A pixel is on a path where a quarter of it is covered. */
  private static final int ON_PATH = 64;

  private Drawing() {}

  /** Draws a scene; where things overlap the lightest is seen. */
  static BufferedImage of(Scene scene) {
    Variant v = scene.variant();
    BufferedImage image = blank(v.size());
    byte[] pixels = pixels(image);
    double target = v.contrast() * v.paddleContrast();
    lighten(pixels, contours(v, scene.targets()), target);
    lighten(pixels, contours(v, scene.distractors()), v.contrast());
    lighten(pixels, markers(scene), 1);
    return image;
  }

  /** Which pixels lie on the path from marker to marker, row by row: 1 or 0. */
  static int[] path(Scene scene) {
    byte[] covered = contours(scene.variant(), List.of(scene.path()));
    int[] path = new int[covered.length];
    for (int i = 0; i < path.length; i++) {
      path[i] = (covered[i] & 255) >= ON_PATH ? 1 : 0;
    }
    return path;
  }

  private static void lighten(byte[] pixels, byte[] layer, double contrast) {
    for (int i = 0; i < pixels.length; i++) {
      int value = (int) Math.min(255, Math.round(contrast * (layer[i] & 255)));
      pixels[i] = (byte) Math.max(pixels[i] & 255, value);
    }
  }

  private static byte[] contours(Variant v, List<List<Paddle>> contours) {
    BufferedImage layer = blank(v.size());
    Graphics2D graphics = white(layer);
    float width = (float) v.paddleThickness();
    graphics.setStroke(new BasicStroke(width, BasicStroke.CAP_BUTT, BasicStroke.JOIN_MITER));
    for (List<Paddle> contour : contours) {
      for (Paddle p : contour) {
        graphics.draw(new Line2D.Double(p.tail().x(), p.tail().y(), p.head().x(), p.head().y()));
      }
    }
    graphics.dispose();
    return pixels(layer);
  }

  private static byte[] markers(Scene scene) {
    BufferedImage layer = blank(scene.variant().size());
    Graphics2D graphics = white(layer);
    double radius = scene.variant().markerRadius();
    for (Paddle.Point at : scene.markers()) {
      graphics.fill(new Ellipse2D.Double(at.x() - radius, at.y() - radius, 2 * radius, 2 * radius));
    }
    graphics.dispose();
    return pixels(layer);
  }

  private static BufferedImage blank(int size) {
    return new BufferedImage(size, size, BufferedImage.TYPE_BYTE_GRAY);
  }

  private static Graphics2D white(BufferedImage image) {
    Graphics2D graphics = image.createGraphics();
    graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
    graphics.setRenderingHint(RenderingHints.KEY_STROKE_CONTROL, RenderingHints.VALUE_STROKE_PURE);
    graphics.setColor(Color.WHITE);
    return graphics;
  }

  /** The grey values, row by row. */
  static byte[] pixels(BufferedImage image) {
    return ((DataBufferByte) image.getRaster().getDataBuffer()).getData();
  }
}
