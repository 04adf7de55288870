/**
 * The gated layer, and the mixers that carry information along the sequence, behind one contract:
 * {@link io.github.gss4j.layers.SequenceMixer}. May import {@code ops}, {@code config} and {@code
 * files}.
 */
package io.github.gss4j.layers;
