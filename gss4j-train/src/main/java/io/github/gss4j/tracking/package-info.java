/**
 * What a run writes for people to look at: a line per step in {@code metrics.jsonl}, {@code
 * report.html}, plots. Knows nothing of models or trainers. May import {@code ops} and {@code
 * files}.
 */
package io.github.gss4j.tracking;
