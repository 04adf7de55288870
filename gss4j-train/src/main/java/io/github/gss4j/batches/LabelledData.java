package io.github.gss4j.batches;

/**
 * What a classifier is trained on.
 *
 * @param train the training part
 * @param validation the validation part
 * @param test what is reported
 * @param leftOut files that could not be read and are in no part
 */
public record LabelledData(
    LabelledSequences train, LabelledSequences validation, LabelledSequences test, long leftOut) {}
