package io.github.gss4j.batches;

import io.github.gss4j.loss.CrossEntropy;
import java.util.Optional;

/**
 * One sequence as it is trained on.
 *
 * @param tokens its values
 * @param hidden which places the model does not see; nothing where it sees all
 * @param label its class
 * @param places the class of each place, or {@link CrossEntropy#IGNORED}; nothing where none counts
 */
@SuppressWarnings("ArrayRecordComponent") // made once, never compared
record LabelledExample(
    int[] tokens, Optional<boolean[]> hidden, int label, Optional<long[]> places) {}
