package io.github.gss4j.cli.convert;

import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** What a model card says that the model does not know. */
final class CardOptions {
  private static final String REPOSITORY = "[\\w.-]+(/[\\w.-]+)?";

  @Option(
      names = "--license",
      paramLabel = "ID",
      description = "the model card's licence, such as apache-2.0 (default: unknown)")
  String license;

  @Option(
      names = "--dataset",
      paramLabel = "OWNER/NAME",
      description = "a dataset of the hub that the model was trained on; repeat for more")
  List<String> datasets = new ArrayList<>();

  @Option(
      names = "--language",
      paramLabel = "CODE",
      description = "a language of the text, such as en, or code; repeat for more")
  List<String> languages = new ArrayList<>();

  /** Whether any was given. */
  boolean given() {
    return license != null || !datasets.isEmpty() || !languages.isEmpty();
  }

  /** Refuses what the hub would not understand. */
  void check() {
    if (license != null) {
      check(
          "--license", license, "[a-z0-9][a-z0-9.-]*", "a licence's short name, as in apache-2.0");
    }
    datasets.forEach(d -> check("--dataset", d, REPOSITORY, "OWNER/NAME of a dataset on the hub"));
    languages.forEach(
        l -> check("--language", l, "[a-z]{2,3}|code|multilingual", "a code of ISO 639, as in en"));
  }

  private static void check(String name, String value, String form, String expected) {
    if (!value.matches(form)) {
      throw new IllegalArgumentException(name + " is '" + value + "', expected " + expected);
    }
  }
}
