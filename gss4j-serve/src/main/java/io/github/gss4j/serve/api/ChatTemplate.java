package io.github.gss4j.serve.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.hubspot.jinjava.Jinjava;
import com.hubspot.jinjava.JinjavaConfig;
import com.hubspot.jinjava.LegacyOverrides;
import com.hubspot.jinjava.interpret.RenderResult;
import com.hubspot.jinjava.interpret.TemplateError;
import com.hubspot.jinjava.lib.fn.ELFunctionDefinition;
import io.github.gss4j.checkpoint.ConfigFile;
import io.github.gss4j.files.LfsPointer;
import io.github.gss4j.files.OneLine;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How messages become one text: a Jinja template as Hugging Face's libraries have them, with {@code
 * messages}, {@code add_generation_prompt}, {@code bos_token} and {@code eos_token}.
 */
public final class ChatTemplate {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Python's methods of strings under Java's names. */
  private static final Map<String, String> METHODS =
      Map.of(
          ".startswith(", ".startsWith(",
          ".endswith(", ".endsWith(",
          ".lower()", ".toLowerCase()",
          ".upper()", ".toUpperCase()",
          ".rstrip()", ".stripTrailing()",
          ".lstrip()", ".stripLeading()");

  private static final int MOST_OUTPUT = 64 << 20;

  private final String template;
  private final Jinjava jinja;

  /** A template's text. */
  public ChatTemplate(String template) {
    String java = template;
    for (Map.Entry<String, String> method : METHODS.entrySet()) {
      java = java.replace(method.getKey(), method.getValue());
    }
    this.template = java;
    this.jinja =
        new Jinjava(
            JinjavaConfig.newBuilder()
                .withTrimBlocks(true)
                .withLstripBlocks(true)
                .withNestedInterpretationEnabled(false) // what users write is no template
                .withMaxOutputSize(MOST_OUTPUT)
                .withLegacyOverrides(
                    LegacyOverrides.newBuilder()
                        .withUsePyishObjectMapper(true)
                        .withUseNaturalOperatorPrecedence(true)
                        .withParseWhitespaceControlStrictly(true)
                        .withAllowAdjacentTextNodes(true)
                        .build())
                .build());
    jinja
        .getGlobalContext()
        .registerFunction(
            new ELFunctionDefinition(
                "", "raise_exception", ChatTemplate.class, "refuse", String.class));
  }

  /** What a template calls where it wants no such messages. */
  @SuppressWarnings("DoNotCallSuggester") // templates call it
  public static String refuse(String message) {
    throw ApiException.bad("messages", OneLine.of("the chat template refuses: " + message));
  }

  /**
   * The template of a model: that of a file, else the one that its tokenizer's files name.
   *
   * @param file empty where the user gave none
   * @param directory the model's
   * @throws IllegalArgumentException if a file cannot be read
   */
  public static Optional<ChatTemplate> of(Optional<Path> file, Path directory) {
    Path jinja = file.orElse(directory.resolve("chat_template.jinja"));
    if (file.isPresent() || Files.exists(jinja)) {
      return Optional.of(new ChatTemplate(text(jinja)));
    }
    Path config = directory.resolve("tokenizer_config.json");
    return Files.exists(config) ? named(config).map(ChatTemplate::new) : Optional.empty();
  }

  private static String text(Path file) {
    if (LfsPointer.is(file)) {
      throw new IllegalArgumentException(file + ": " + LfsPointer.MESSAGE);
    }
    try {
      return Files.readString(file);
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException(file + ": is not UTF-8, expected a chat template", e);
    } catch (NoSuchFileException e) {
      throw new IllegalArgumentException(file + ": no such file, expected a chat template", e);
    } catch (IOException e) {
      throw new IllegalArgumentException(file + ": cannot be read: " + e.getMessage(), e);
    }
  }

  /** The one in a tokenizer's config; of several, as some models have them, {@code default}. */
  private static Optional<String> named(Path config) {
    JsonNode template = ConfigFile.read(config).path("chat_template");
    if (template.isMissingNode() || template.isNull()) {
      return Optional.empty();
    }
    JsonNode found = template;
    for (JsonNode one : template.isArray() ? template : List.<JsonNode>of()) {
      if (one.path("name").asText().equals("default")) {
        found = one.path("template");
      }
    }
    if (!found.isTextual()) {
      throw new IllegalArgumentException(
          config
              + ": chat_template is no text, nor a list with one named 'default': give a file by"
              + " --chat-template");
    }
    return Optional.of(found.asText());
  }

  /**
   * Makes one text of messages, and of what an assistant's next one begins with.
   *
   * @param endToken the text of the end token; empty where there is none
   * @throws ApiException if the template does not take them
   */
  public String render(JsonNode messages, String endToken) {
    Map<String, Object> bindings = new HashMap<>();
    try {
      bindings.put("messages", JSON.treeToValue(messages, List.class));
    } catch (JsonProcessingException e) {
      throw ApiException.bad("messages", "'messages' cannot be read: " + e.getOriginalMessage());
    }
    bindings.put("add_generation_prompt", true);
    bindings.put("bos_token", endToken);
    bindings.put("eos_token", endToken);
    RenderResult result = jinja.renderForResult(template, bindings);
    for (TemplateError error : result.getErrors()) {
      if (error.getSeverity() == TemplateError.ErrorType.FATAL) {
        throw refused(error);
      }
    }
    return result.getOutput();
  }

  private static ApiException refused(TemplateError error) {
    for (Throwable cause = error.getException(); cause != null; cause = cause.getCause()) {
      if (cause instanceof ApiException ours) {
        return ours;
      }
    }
    return ApiException.bad(
        "messages",
        OneLine.of(
            "the chat template does not take these messages: line %d: %s"
                .formatted(error.getLineno(), error.getMessage())));
  }
}
