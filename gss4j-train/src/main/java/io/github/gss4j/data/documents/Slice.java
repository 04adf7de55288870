package io.github.gss4j.data.documents;

/**
 * Which samples of the one global order are a process's own: of each micro-batch of {@code
 * worldSize × batch} samples those from {@code rank × batch} on.
 *
 * @param rank of the process
 * @param worldSize how many processes there are
 * @param batch samples of a process in a micro-batch
 * @param accumulate micro-batches of a step
 * @param seqLen tokens of a sample, its last label aside
 */
public record Slice(int rank, int worldSize, int batch, int accumulate, int seqLen) {
  /** Checks the rank. */
  public Slice {
    if (rank < 0 || rank >= worldSize) {
      throw new IllegalArgumentException("rank is " + rank + ", expected 0 to " + (worldSize - 1));
    }
  }

  /** Samples of a step, of all processes. */
  int samples() {
    return worldSize * batch * accumulate;
  }

  /** Whether a sample of a step is this process's own. */
  boolean isOwn(int sample) {
    return sample / batch % worldSize == rank;
  }
}
