package io.github.gss4j.cli;

import io.github.gss4j.data.Corpus;
import io.github.gss4j.data.CorpusOptions;
import io.github.gss4j.data.CorpusSource;
import io.github.gss4j.data.EncodedText;
import io.github.gss4j.data.TokenStore;
import io.github.gss4j.data.TrainingText;
import io.github.gss4j.tokenizer.Tokenizer;
import io.github.gss4j.trainer.TrainConfig.DataConfig;
import java.nio.file.Path;
import java.util.Optional;

/** Where commands find text. */
final class Texts {
  private Texts() {}

  /** Opens the text that a run's configuration names, as the tokens of a model. */
  static TrainingText open(DataConfig data, Tokenizer tokenizer) {
    return plainText(data).encoded(tokenizer, cache());
  }

  /** The text of which a model's tokens were never trained on. */
  static TokenStore heldOut(DataConfig data, Tokenizer tokenizer) {
    Corpus corpus = plainText(data);
    corpus.train().close();
    corpus.test().ifPresent(TokenStore::close);
    return EncodedText.of(corpus.heldOut(), tokenizer, cache());
  }

  /** The text as bytes, where it is plain text. */
  static Optional<Corpus> plain(DataConfig data) {
    return Optional.of(plainText(data));
  }

  /** The tokenizer that a prepared corpus was made with. */
  static Optional<String> preparedTokenizer(String data) {
    return Optional.empty();
  }

  private static Corpus plainText(DataConfig data) {
    Optional<String> glob = data.glob().isEmpty() ? Optional.empty() : Optional.of(data.glob());
    CorpusOptions options = CorpusOptions.defaults();
    return Corpus.open(
        CorpusSource.parse(data.data(), glob),
        cache(),
        data.heldOut() == 0 ? options : options.withHeldOutFraction(data.heldOut()));
  }

  /** Where joined, encoded and fetched texts are kept: GSS_CACHE, or the user's cache directory. */
  static Path cache() {
    String own = System.getenv("GSS_CACHE");
    if (own != null && !own.isBlank()) {
      return Path.of(own);
    }
    String xdg = System.getenv("XDG_CACHE_HOME");
    Path base =
        xdg != null && !xdg.isBlank()
            ? Path.of(xdg)
            : Path.of(System.getProperty("user.home"), ".cache");
    return base.resolve("gss4j");
  }
}
