/**
 * What a run writes for people to look at: a line a step in {@code metrics.jsonl}, and {@code
 * report.html}. Imports {@code ops} alone and knows nothing of models or trainers.
 */
package io.github.gss4j.tracking;
