package io.github.gss4j.data.documents;

import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import io.github.gss4j.data.TokenFile;

/**
 * What a shard was encoded to.
 *
 * @param name of the shard
 * @param documents in it, held out or not
 * @param heldOutDocuments of these
 * @param bytes of the text of all
 * @param heldOutBytes of these
 * @param brokenRows that hold no document
 * @param brokenOff where and why its end was left out; empty if it is intact
 * @param train ids to train on
 * @param heldOut ids that are held out
 * @param cuts how often a text was cut where its ids may not be those of the whole
 * @param replaced places of plain text that are not UTF-8 and are read as U+FFFD
 */
public record ShardFacts(
    String name,
    long documents,
    long heldOutDocuments,
    long bytes,
    long heldOutBytes,
    long brokenRows,
    String brokenOff,
    TokenFile train,
    TokenFile heldOut,
    @JsonSetter(nulls = Nulls.AS_EMPTY) long cuts,
    @JsonSetter(nulls = Nulls.AS_EMPTY) long replaced) {}
