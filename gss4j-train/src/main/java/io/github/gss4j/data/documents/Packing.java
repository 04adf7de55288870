package io.github.gss4j.data.documents;

import java.util.List;

/**
 * Documents joined into one sequence of tokens and cut into samples of {@code seqLen + 1}, each
 * beginning with the last token of the one before, which there was a label only.
 */
final class Packing {
  private final ShuffleBuffer documents;
  private StreamedDocument open;
  private int used;
  private int carry;

  Packing(ShuffleBuffer documents, DocumentReader reading, StreamPosition from) {
    this.documents = documents;
    this.open = from.open().isEmpty() ? null : reading.again(from.open()).get(0);
    this.used = from.used();
    this.carry = from.carry();
  }

  /** Fills a sample. */
  void next(long[] sample) {
    sample[0] = carry < 0 ? token() : carry;
    for (int i = 1; i < sample.length; i++) {
      sample[i] = token();
    }
    carry = (int) sample[sample.length - 1];
  }

  private int token() {
    while (open == null || used >= open.ids().length) {
      open = documents.next();
      used = 0;
    }
    return open.ids()[used++];
  }

  List<Long> open() {
    return open == null ? List.of() : open.reference();
  }

  int used() {
    return used;
  }

  int carry() {
    return carry;
  }
}
