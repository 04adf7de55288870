package io.github.gss4j.java;

/** Rotary positions (Su et al. 2021): cosines and sines of the rows of a pass. */
final class Rotary {
  private static final double BASE = 10_000;

  private final int dim;
  private final float[] turns;

  /**
   * Room for some rows.
   *
   * @param dim of a head
   */
  Rotary(int dim, int rows) {
    this.dim = dim;
    this.turns = new float[rows * dim];
  }

  /** Says where the token of a row stands in its text. */
  void set(int row, long position) {
    int half = dim / 2;
    for (int i = 0; i < half; i++) {
      double angle = position * Math.exp(-2 * Math.log(BASE) / dim * i);
      turns[row * dim + i] = (float) Math.cos(angle);
      turns[row * dim + half + i] = (float) Math.sin(angle);
    }
  }

  /** Turns a head's vector by the position of its row. */
  void turn(float[] vector, int at, int row) {
    int half = dim / 2;
    for (int i = 0; i < half; i++) {
      float cos = turns[row * dim + i];
      float sin = turns[row * dim + half + i];
      float a = vector[at + i];
      float b = vector[at + half + i];
      vector[at + i] = a * cos - b * sin;
      vector[at + half + i] = a * sin + b * cos;
    }
  }
}
