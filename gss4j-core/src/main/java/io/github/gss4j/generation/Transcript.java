package io.github.gss4j.generation;

import io.github.gss4j.tokenizer.StreamDecoder;
import io.github.gss4j.tokenizer.Tokenizer;
import java.util.ArrayList;
import java.util.List;

/**
 * The text that one sequence has written so far: whole characters only, and never a part of a stop
 * text. Not for several threads.
 */
final class Transcript {
  private final Tokenizer tokenizer;
  private final List<String> stop;
  private final int heldBack;
  private final StreamDecoder decoder = new StreamDecoder();
  private final StringBuilder text = new StringBuilder();
  private final List<Integer> ids = new ArrayList<>();
  private int shown;
  private Generated.Reason ended;

  /**
   * An empty text.
   *
   * @param tokenizer null where nobody wants text
   */
  Transcript(Tokenizer tokenizer, List<String> stop) {
    this.tokenizer = tokenizer;
    this.stop = stop;
    this.heldBack = stop.stream().mapToInt(String::length).max().orElse(1) - 1;
  }

  /** Takes a token and gives the text that may be shown by now. */
  String accept(int id) {
    ids.add(id);
    if (tokenizer == null) {
      return "";
    }
    int before = text.length();
    text.append(decoder.accept(tokenizer.decode(id)));
    cutAtStop(before);
    return show(ended == null ? text.length() - heldBack : text.length());
  }

  private void cutAtStop(int before) {
    int from = Math.max(0, before - heldBack);
    int cut =
        stop.stream().mapToInt(s -> text.indexOf(s, from)).filter(i -> i >= 0).min().orElse(-1);
    if (cut >= 0) {
      text.setLength(cut);
      ended = Generated.Reason.STOP_TEXT;
    }
  }

  private String show(int end) {
    if (end <= shown) {
      return "";
    }
    String part = text.substring(shown, end);
    shown = end;
    return part;
  }

  /** Ends the sequence and gives what was still held back. */
  String end(Generated.Reason reason) {
    if (ended == null) {
      ended = reason;
      text.append(decoder.finish());
    }
    return show(text.length());
  }

  boolean ended() {
    return ended != null;
  }

  int length() {
    return ids.size();
  }

  Generated result() {
    return new Generated(ids, text.toString(), ended);
  }
}
