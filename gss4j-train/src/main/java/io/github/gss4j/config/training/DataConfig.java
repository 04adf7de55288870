package io.github.gss4j.config.training;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.gss4j.config.Checks;
import io.github.gss4j.config.JsonFields;
import io.github.gss4j.data.documents.DocumentOptions;
import io.github.gss4j.tokenizer.Tokenizers;

/**
 * The text.
 *
 * @param data {@code data}: {@code java}, {@code enwik8}, or a file or directory
 * @param glob {@code glob}: which files of a directory or archive; empty for all that are text
 * @param heldOut {@code held_out}: the share of the text that is never trained on; 0 for the
 *     source's own
 * @param validation {@code validation}: files of documents that are held out instead of a share;
 *     empty for none
 * @param tokenizerFile {@code tokenizer}, where it is the path of a {@code tokenizer.json} or
 *     {@code bpe:N}, learned from the text; else empty, and the model's config names it
 * @param textField {@code text_field}: where documents have their text
 * @param stream {@code stream}: documents are read during training, and not encoded before
 * @param shuffleBuffer {@code shuffle_buffer}: documents that a stream is shuffled among
 * @param skipBroken {@code skip_broken}: what comes after a break in a file of documents is left
 *     out
 * @param zstdLong {@code zstd_long}: the largest window of a zstd file of documents, as a power of
 *     two of bytes
 */
public record DataConfig(
    String data,
    String glob,
    double heldOut,
    String validation,
    String tokenizerFile,
    String textField,
    boolean stream,
    int shuffleBuffer,
    boolean skipBroken,
    int zstdLong) {
  /** Java sources, which come with the libraries that this is built of: nothing to download. */
  public static final DataConfig DEFAULT = new DataConfig("java", "", 0);

  /** Checks the ranges. */
  public DataConfig {
    Checks.that(heldOut >= 0 && heldOut < 1, "held_out", heldOut, "0 to below 1");
    Checks.that(
        heldOut == 0 || validation.isEmpty(),
        "held_out",
        heldOut,
        "nothing beside validation: one of the two is enough");
    Checks.that(!textField.isEmpty(), "text_field", "empty", "the name of a field");
    Checks.that(shuffleBuffer >= 1, "shuffle_buffer", shuffleBuffer, "at least 1");
    Checks.that(
        zstdLong >= DocumentOptions.USUAL_ZSTD_LONG && zstdLong <= DocumentOptions.MOST_ZSTD_LONG,
        "zstd_long",
        zstdLong,
        DocumentOptions.USUAL_ZSTD_LONG + " to " + DocumentOptions.MOST_ZSTD_LONG);
  }

  /** Plain text. */
  public DataConfig(String data, String glob, double heldOut) {
    this(
        data, glob, heldOut, "", "", "text", false, 10_000, false, DocumentOptions.USUAL_ZSTD_LONG);
  }

  /** This, of another text. */
  public DataConfig withData(String text) {
    return with(text, glob, heldOut, tokenizerFile);
  }

  /** A copy with some files of a directory or archive. */
  public DataConfig withGlob(String files) {
    return with(data, files, heldOut, tokenizerFile);
  }

  /** A copy with another share that is never trained on. */
  public DataConfig withHeldOut(double share) {
    return with(data, glob, share, tokenizerFile);
  }

  DataConfig withTokenizerFile(String file) {
    return with(data, glob, heldOut, file);
  }

  private DataConfig with(String text, String files, double share, String tokenizer) {
    return new DataConfig(
        text,
        files,
        share,
        validation,
        tokenizer,
        textField,
        stream,
        shuffleBuffer,
        skipBroken,
        zstdLong);
  }

  static DataConfig from(JsonFields f, DataConfig byDefault) {
    String tokenizer = f.text("tokenizer", byDefault.tokenizerFile);
    return new DataConfig(
        f.text("data", byDefault.data),
        f.text("glob", byDefault.glob),
        f.number("held_out", byDefault.heldOut),
        f.text("validation", byDefault.validation),
        Tokenizers.isFile(tokenizer) ? tokenizer : "",
        f.text("text_field", byDefault.textField),
        f.flag("stream", byDefault.stream),
        f.integer("shuffle_buffer", byDefault.shuffleBuffer),
        f.flag("skip_broken", byDefault.skipBroken),
        f.integer("zstd_long", byDefault.zstdLong));
  }

  void putInto(ObjectNode json) {
    json.put("data", data).put("glob", glob).put("held_out", heldOut);
    json.put("validation", validation).put("text_field", textField).put("stream", stream);
    json.put("shuffle_buffer", shuffleBuffer).put("skip_broken", skipBroken);
    json.put("zstd_long", zstdLong);
  }
}
