package io.github.gss4j.generation;

import io.github.gss4j.tokenizer.StreamDecoder;
import io.github.gss4j.tokenizer.Tokenizer;
import java.util.ArrayList;
import java.util.List;

/**
 * The text that one sequence has written so far: whole characters only, and nothing that could be
 * the beginning of a stop text. Not thread-safe.
 */
final class Transcript {
  private final Tokenizer tokenizer;
  private final List<String> stop;
  private final int longestStop;
  private final StreamDecoder decoder = new StreamDecoder();
  private final StringBuilder text = new StringBuilder();
  private final List<Integer> ids = new ArrayList<>();
  private int shown;
  private boolean stopped;

  /**
   * An empty text.
   *
   * @param tokenizer null if text is not wanted
   */
  Transcript(Tokenizer tokenizer, List<String> stop) {
    this.tokenizer = tokenizer;
    this.stop = stop;
    this.longestStop = stop.stream().mapToInt(String::length).max().orElse(0);
  }

  /** Takes a token and gives the text that may be shown so far. */
  String accept(int id) {
    ids.add(id);
    if (tokenizer == null) {
      return "";
    }
    int before = text.length();
    text.append(decoder.accept(tokenizer.decode(id)));
    cutAtStop(before);
    return show(stopped ? text.length() : safeEnd());
  }

  private void cutAtStop(int before) {
    int from = Math.max(0, before - longestStop + 1);
    int cut =
        stop.stream().mapToInt(s -> text.indexOf(s, from)).filter(i -> i >= 0).min().orElse(-1);
    if (cut >= 0) {
      text.setLength(cut);
      stopped = true;
    }
  }

  /** Where the longest end of the text begins that a stop text could begin with. */
  private int safeEnd() {
    for (int at = Math.max(shown, text.length() - longestStop + 1); at < text.length(); at++) {
      String end = text.substring(at);
      if (stop.stream().anyMatch(s -> s.startsWith(end))) {
        return at;
      }
    }
    return text.length();
  }

  private String show(int end) {
    String part = text.substring(shown, Math.max(shown, end));
    shown = Math.max(shown, end);
    return part;
  }

  /** Ends the sequence and gives what was still held back. */
  String end() {
    if (!stopped) {
      int before = text.length();
      text.append(decoder.finish());
      cutAtStop(before);
    }
    return show(text.length());
  }

  /** Whether a stop text was written. */
  boolean stopped() {
    return stopped;
  }

  int length() {
    return ids.size();
  }

  Generated result(Generated.Reason reason) {
    return new Generated(ids, text.toString(), reason);
  }
}
