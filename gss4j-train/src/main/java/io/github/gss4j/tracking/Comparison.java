package io.github.gss4j.tracking;

/**
 * What something else needs for the same held-out text.
 *
 * @param name such as {@code xz -9}
 * @param bitsPerByte of the text
 */
public record Comparison(String name, double bitsPerByte) {}
