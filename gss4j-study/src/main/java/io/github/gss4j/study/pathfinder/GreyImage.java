package io.github.gss4j.study.pathfinder;

import io.github.gss4j.data.DataException;
import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Iterator;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.FileImageInputStream;
import javax.imageio.stream.ImageInputStream;

/**
 * A square PNG of grey values.
 *
 * @param size width and height
 * @param pixels size² numbers from 0 to 255, row by row
 */
@SuppressWarnings("ArrayRecordComponent") // made once, never compared
record GreyImage(int size, int[] pixels) {
  /**
   * The arena's largest has 256; what is far larger would fill the memory before it is looked at.
   */
  private static final int LARGEST = 4096;

  /**
   * Reads a file.
   *
   * @throws DataException if it is none, or damaged
   */
  static GreyImage read(Path file) {
    Iterator<ImageReader> readers = ImageIO.getImageReadersByFormatName("png");
    ImageReader reader = readers.next();
    try (ImageInputStream in = new FileImageInputStream(file.toFile())) {
      if (!reader.getOriginatingProvider().canDecodeInput(in)) {
        throw new DataException(file, "is not an image, expected a PNG");
      }
      reader.setInput(in, true, true);
      int width = reader.getWidth(0);
      int height = reader.getHeight(0);
      if (width != height || width > LARGEST) {
        throw new DataException(
            file,
            "is "
                + width
                + " × "
                + height
                + ", expected a square image of at most "
                + LARGEST
                + " × "
                + LARGEST);
      }
      return of(file, reader.read(0));
    } catch (IOException e) {
      throw DataException.of(file, "cannot be read as an image", e);
    } catch (IllegalArgumentException | IndexOutOfBoundsException | NegativeArraySizeException e) {
      throw new DataException(file + ": cannot be read as an image, it is damaged: " + e, e);
    } finally {
      reader.dispose();
    }
  }

  private static GreyImage of(Path file, BufferedImage image) {
    int bands = image.getSampleModel().getNumBands();
    int bits = image.getSampleModel().getSampleSize(0);
    if (bands != 1 || bits != Byte.SIZE || image.getColorModel() instanceof IndexColorModel) {
      throw new DataException(
          file,
          image.getColorModel() instanceof IndexColorModel
              ? "has a palette, expected grey values of 8 bits"
              : "has " + bands + " channels of " + bits + " bits, expected grey values of 8 bits");
    }
    int size = image.getWidth();
    return new GreyImage(size, image.getRaster().getSamples(0, 0, size, size, 0, (int[]) null));
  }
}
