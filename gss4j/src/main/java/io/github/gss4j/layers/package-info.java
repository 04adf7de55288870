/**
 * The gated layer, and the mixers that carry information along the sequence. One contract for all:
 * {@link io.github.gss4j.layers.SequenceMixer}. May import {@code ops} only.
 */
package io.github.gss4j.layers;
