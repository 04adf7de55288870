package io.github.gss4j.config.training;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.gss4j.config.Checks;
import io.github.gss4j.config.JsonFields;

/**
 * The states that sequences begin from in training; by default from zero, each for itself.
 *
 * @param carry {@code carry_state}: the text is read in long stretches, in a random order and as
 *     many at a time as {@code carry_open} says; each sequence continues from the state that the
 *     one before it in its stretch left
 * @param carryLength {@code carry_length}, tokens of a stretch; 0 as earlier versions read: the
 *     text in as many parts as there are sequences, in order
 * @param carryOpen {@code carry_open}, stretches that are read at a time; micro-batches take turns,
 *     and the last one's share is filled up. 0: as many as a micro-batch has sequences
 * @param passing {@code state_passing}: sequences begin from what another one left, whatever its
 *     text, except for every n-th, which begins from zero; 0 is off. With {@code carry_state} this
 *     holds where a stretch begins
 * @param passingFrom {@code state_passing_from}: the share of the run after which states are passed
 */
public record StateConfig(
    boolean carry, int carryLength, int carryOpen, int passing, double passingFrom) {
  /** Every sequence from zero. Stretches are of 8,192 tokens: a few files of source. */
  public static final StateConfig NONE = new StateConfig(false, 8192, 0, 0, 0);

  /** Checks the ranges. */
  public StateConfig {
    Checks.that(carryLength >= 0, "carry_length", carryLength, "at least 1 (0: in order)");
    Checks.that(carryOpen >= 0, "carry_open", carryOpen, "at least 1 (0: those of a micro-batch)");
    Checks.that(passing == 0 || passing >= 2, "state_passing", passing, "0 (off), or 2 or more");
    Checks.that(
        passingFrom >= 0 && passingFrom < 1,
        "state_passing_from",
        passingFrom,
        "a share of the run, 0 to below 1");
    Checks.that(
        !carry || passingFrom == 0,
        "state_passing_from",
        passingFrom,
        "0 with carry_state, which needs states from the start");
  }

  /** A copy with states passed on between sequences, except to every n-th; 0 is off. */
  public StateConfig withPassing(int every) {
    return new StateConfig(carry, carryLength, carryOpen, every, passingFrom);
  }

  /** A copy with long stretches of this many tokens. */
  public StateConfig withCarry(int tokens) {
    return new StateConfig(true, tokens, carryOpen, passing, passingFrom);
  }

  /**
   * How many micro-batches of this many sequences take turns, so that all open stretches are read.
   */
  public long turns(long sequences) {
    return carry ? Math.max(1, (carryOpen + sequences - 1) / sequences) : 1;
  }

  /** Whether sequences begin from states at a step, in a run of {@code steps}. */
  public boolean isUsed(long step, long steps) {
    return carry || (passing > 0 && step > Math.floor(passingFrom * steps));
  }

  /** Whether the n-th of what might begin from zero is passed a state. */
  public boolean passes(long n) {
    return passing > 0 && n % passing != 0;
  }

  /** Whether the text is read in order, in as many parts as there are sequences. */
  public boolean carriesInOrder() {
    return carry && carryLength == 0;
  }

  static StateConfig from(JsonFields f, StateConfig byDefault) {
    return new StateConfig(
        f.flag("carry_state", byDefault.carry),
        f.integer("carry_length", byDefault.carryLength),
        f.integer("carry_open", byDefault.carryOpen),
        f.integer("state_passing", byDefault.passing),
        f.number("state_passing_from", byDefault.passingFrom));
  }

  void putInto(ObjectNode json) {
    json.put("carry_state", carry).put("carry_length", carryLength);
    json.put("carry_open", carryOpen);
    json.put("state_passing", passing).put("state_passing_from", passingFrom);
  }
}
