package io.github.gss4j.batches;

import java.util.Optional;

/**
 * One sequence as it is trained on.
 *
 * @param tokens its values
 * @param hidden which places the model does not see; nothing where it sees all
 * @param label its class
 * @param places the class of each place, −100 where it does not count; nothing where none does
 */
@SuppressWarnings("ArrayRecordComponent") // made once, never compared
record LabelledExample(
    int[] tokens, Optional<boolean[]> hidden, int label, Optional<long[]> places) {
  /** A class that does not count. */
  static final long IGNORED = -100;
}
