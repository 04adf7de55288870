package io.github.gss4j.run.inputs;

import io.github.gss4j.config.training.DataConfig;
import io.github.gss4j.data.Corpus;
import io.github.gss4j.data.CorpusOptions;
import io.github.gss4j.data.CorpusSource;
import io.github.gss4j.data.DataException;
import io.github.gss4j.data.EncodedText;
import io.github.gss4j.data.LearnedTokenizer;
import io.github.gss4j.data.TokenStore;
import io.github.gss4j.data.TrainingText;
import io.github.gss4j.data.documents.DocumentOptions;
import io.github.gss4j.data.documents.DocumentSource;
import io.github.gss4j.data.documents.Preparation;
import io.github.gss4j.data.documents.PreparedCorpus;
import io.github.gss4j.data.documents.StreamedCorpus;
import io.github.gss4j.hub.Hub;
import io.github.gss4j.tokenizer.Tokenizer;
import io.github.gss4j.tokenizer.Tokenizers;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Supplier;

/**
 * Finds texts: prepared, documents, or plain.
 *
 * @param cache a directory where joined, encoded and fetched texts are kept
 * @param hub where {@code hf:} texts come from; asked for only where one is named
 */
public record Texts(Path cache, Supplier<Hub> hub) {
  /** Opens the text that a run's configuration names, as the tokens of a model. */
  public TrainingText open(DataConfig data, Tokenizer tokenizer) {
    Optional<PreparedCorpus> prepared = prepared(data.data());
    if (prepared.isPresent()) {
      refuseChoices(data, "is prepared");
      return prepared.get().open(Path.of(data.data()), tokenizer);
    }
    Optional<DocumentSource> documents = documents(data, data.data());
    if (documents.isEmpty()) {
      refuseDocumentSettings(data, "holds no documents");
      return plainText(data).encoded(tokenizer, cache);
    }
    Optional<DocumentSource> validation = validation(data);
    if (data.stream()) {
      return new StreamedCorpus(
          documents.get(), validation, options(data), data.shuffleBuffer(), tokenizer, cache);
    }
    return preparedInCache(data, documents.get(), validation, tokenizer);
  }

  /**
   * Opens a tokenizer, which is learned from plain text first where that is what its name asks for.
   *
   * @param spec as {@code --tokenizer} has it
   * @param mostIds of the model
   * @param data the text
   */
  public Tokenizer tokenizer(String spec, int mostIds, DataConfig data) {
    OptionalInt learned = Tokenizers.learned(spec);
    if (learned.isEmpty()) {
      return Tokenizers.open(spec, mostIds);
    }
    Corpus text =
        plain(data)
            .orElseThrow(
                () ->
                    new DataException(
                        String.format(
                            "tokenizer is '%s', which is learned from plain text, and '%s' is not:"
                                + " take bytes, gpt2 or a tokenizer.json",
                            spec, data.data())));
    try (text) {
      Path file = LearnedTokenizer.of(text.train(), learned.getAsInt(), cache);
      return Tokenizers.open(file.toString(), mostIds);
    }
  }

  private Corpus preparedInCache(
      DataConfig data,
      DocumentSource documents,
      Optional<DocumentSource> validation,
      Tokenizer tokenizer) {
    String key = Preparation.key(documents, validation, options(data), tokenizer);
    Path home = cache.resolve("prepared-" + key.substring(0, 16));
    int threads = Runtime.getRuntime().availableProcessors();
    return new Preparation(tokenizer, threads, home, (shards, of, done) -> {})
        .documents(documents, validation, options(data))
        .open(home);
  }

  /** Encodes the text that a configuration names into a directory. */
  public PreparedCorpus prepare(DataConfig data, Preparation preparation) {
    if (prepared(data.data()).isPresent()) {
      throw new DataException(data.data() + ": is prepared already, expected text");
    }
    Optional<DocumentSource> documents = documents(data, data.data());
    if (documents.isPresent()) {
      return preparation.documents(documents.get(), validation(data), options(data));
    }
    refuseDocumentSettings(data, "holds no documents");
    return preparation.text(plainText(data));
  }

  /** What of the text was never trained on, as the tokens of a model. */
  public TokenStore heldOut(DataConfig data, Tokenizer tokenizer) {
    Optional<Corpus> plain = plain(data);
    if (plain.isEmpty()) {
      TrainingText text = open(data, tokenizer);
      if (text instanceof Corpus corpus) {
        corpus.train().close();
      }
      return text.heldOut();
    }
    plain.get().train().close();
    plain.get().test().ifPresent(TokenStore::close);
    return EncodedText.counted(plain.get().heldOut(), tokenizer, cache);
  }

  /** The text as bytes, where it is plain text. */
  public Optional<Corpus> plain(DataConfig data) {
    return prepared(data.data()).isPresent() || documents(data, data.data()).isPresent()
        ? Optional.empty()
        : Optional.of(plainText(data));
  }

  /** The tokenizer that a prepared corpus was made with, as {@code --tokenizer} names it. */
  Optional<String> preparedTokenizer(String data) {
    return prepared(data).map(corpus -> corpus.tokenizerSpec(Path.of(data)));
  }

  private static Optional<PreparedCorpus> prepared(String data) {
    try {
      return data.isBlank() ? Optional.empty() : PreparedCorpus.in(Path.of(data));
    } catch (InvalidPathException noPath) {
      return Optional.empty();
    }
  }

  private Optional<DocumentSource> documents(DataConfig data, String where) {
    return DocumentSource.parse(where, glob(data), cache, hub);
  }

  private Optional<DocumentSource> validation(DataConfig data) {
    return data.validation().isEmpty()
        ? Optional.empty()
        : Optional.of(
            DocumentSource.parse(data.validation(), Optional.empty(), cache, hub)
                .orElseThrow(
                    () ->
                        new DataException(
                            data.validation()
                                + ": holds no documents, expected those to hold out (validation)")));
  }

  private static DocumentOptions options(DataConfig data) {
    double share = corpusOptions(data).heldOutFraction();
    return new DocumentOptions(data.textField(), share, data.skipBroken(), data.zstdLong());
  }

  private static CorpusOptions corpusOptions(DataConfig data) {
    CorpusOptions options = CorpusOptions.defaults();
    return data.heldOut() == 0 ? options : options.withHeldOutFraction(data.heldOut());
  }

  private static Optional<String> glob(DataConfig data) {
    return data.glob().isEmpty() ? Optional.empty() : Optional.of(data.glob());
  }

  private Corpus plainText(DataConfig data) {
    return Corpus.open(CorpusSource.parse(data.data(), glob(data)), cache, corpusOptions(data));
  }

  /** What was chosen when a corpus was prepared cannot be chosen again. */
  private static void refuseChoices(DataConfig data, String what) {
    refuse(!data.glob().isEmpty(), data, what, "glob");
    refuse(data.heldOut() != 0, data, what, "held_out");
    refuseDocumentSettings(data, what);
  }

  private static void refuseDocumentSettings(DataConfig data, String what) {
    refuse(data.stream(), data, what, "stream");
    refuse(!data.validation().isEmpty(), data, what, "validation");
    refuse(data.skipBroken(), data, what, "skip_broken");
    refuse(!data.textField().equals("text"), data, what, "text_field");
    refuse(data.zstdLong() != DocumentOptions.USUAL_ZSTD_LONG, data, what, "zstd_long");
  }

  private static void refuse(boolean given, DataConfig data, String what, String key) {
    if (given) {
      throw new DataException(
          "'" + data.data() + "' " + what + ", so " + key + " says nothing: leave it out");
    }
  }
}
