package io.github.gss4j.data;

/** What a run learns from, and what it is measured by. */
public interface TrainingText extends AutoCloseable {
  /** For reports. */
  String name();

  /** Tokens that are never trained on. */
  TokenStore heldOut();

  /** Changes with what is trained on, so that a resumed run notices another text. */
  String fingerprint();

  /** How much there is, in words. */
  String size();

  @Override
  void close();
}
