package io.github.gss4j.layers;

/** What a parameter is: decides its dtype, and whether weight decay pulls on it. */
public enum Role {
  /** The weight of a dense product. */
  MATRIX,
  /** A table of token vectors. */
  EMBEDDING,
  /** The size of a step of each row of a matrix that is kept in 8 bits. */
  SCALE,
  /** Λ, its step and their like in other mixers: what a state keeps, and for how long. Float32. */
  DYNAMICS,
  /** C, D and their like in other mixers: what is read from a state. Float32. */
  STATE_SPACE,
  /** Scale or shift of a norm. */
  NORM,
  /** What a norm has seen of its batches: changed while learning, but by no gradient. Float32. */
  STATISTIC,
  /** The bias of a dense product. */
  BIAS
}
