package io.github.gss4j.cli.run;

import io.github.gss4j.config.training.DataConfig;
import io.github.gss4j.data.documents.DocumentOptions;
import java.util.Objects;
import picocli.CommandLine.Option;

/** What of a text is read, and what is held out: of a run, and of a corpus prepared for runs. */
public final class TextOptions {
  @Option(
      names = "--glob",
      description = "which files of a directory or archive, such as '**/*.java'")
  String glob;

  @Option(
      names = "--held-out",
      paramLabel = "SHARE",
      description = "share never trained on (default: the source's own, else 0.05)")
  Double heldOut;

  @Option(
      names = "--validation",
      paramLabel = "FILES",
      description = "files of documents to hold out instead of a share")
  String validation;

  @Option(
      names = "--text-field",
      paramLabel = "NAME",
      description = "where documents have their text (default: text)")
  String textField;

  @Option(
      names = "--skip-broken",
      arity = "0..1",
      fallbackValue = "true",
      paramLabel = "true|false",
      description = "leave out what comes after a break in a file of documents")
  Boolean skipBroken;

  @Option(
      names = "--zstd-long",
      paramLabel = "27…31",
      description =
          "largest window of a zstd file of documents, 2^N bytes (default: 27, 128 MB), as zstd"
              + " --long=N")
  Integer zstdLong;

  /** The settings of a text that is prepared. */
  public DataConfig of(String data) {
    return new DataConfig(
        data,
        Objects.requireNonNullElse(glob, ""),
        Objects.requireNonNullElse(heldOut, 0.0),
        Objects.requireNonNullElse(validation, ""),
        "",
        Objects.requireNonNullElse(textField, "text"),
        false,
        1,
        Boolean.TRUE.equals(skipBroken),
        Objects.requireNonNullElse(zstdLong, DocumentOptions.USUAL_ZSTD_LONG));
  }
}
