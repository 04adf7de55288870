package io.github.gss4j.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.gss4j.tokenizer.TokenizerFile.AddedToken;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A {@code tokenizer.json}, as Hugging Face's libraries write it, run by their own native library.
 *
 * <p>Ids are those of {@code Tokenizer.encode(text, add_special_tokens=False)} there: what the file
 * would put around a text, cut off it or pad it with is left out, while an added token that is
 * spelled out in the text becomes its id.
 *
 * <p>A single token decodes to its exact bytes where the file is byte-level or has byte fallback.
 * Elsewhere (WordPiece, Metaspace) it decodes to its text within a sentence, so that the first
 * token of a text brings a space that {@link #decode(int[])} leaves out.
 *
 * <p>Needs {@code ai.djl.huggingface:tokenizers} on the class path. Takes some hundred bytes of
 * native memory a token while it encodes: feed a corpus by documents. {@link #close} frees the
 * rest.
 */
public final class JsonTokenizer implements Tokenizer {
  private static final Logger LOG = LoggerFactory.getLogger(JsonTokenizer.class);

  /** Its name in {@code config.json}, and the file's. */
  public static final String NAME = "tokenizer.json";

  private static final String CONFIG = "tokenizer_config.json";

  /** What special tokens between documents are called where no config says so. */
  private static final List<String> END_NAMES =
      List.of("<|endoftext|>", "</s>", "<|end_of_text|>", "<eos>", "<|eos|>");

  private final TokenizerFile file;
  private final NativeTokenizer library;
  private final Pieces pieces;
  private final OptionalInt endOfText;

  /** The files to keep with a model, by name. */
  private final Map<String, String> contents = new LinkedHashMap<>();

  private JsonTokenizer(TokenizerFile file, NativeTokenizer library) {
    this.file = file;
    this.library = library;
    this.pieces = new Pieces(file, library);
    contents.put(NAME, file.json());
    Path config = file.path().resolveSibling(CONFIG);
    String ending = null;
    if (Files.exists(config)) {
      contents.put(CONFIG, TokenizerFile.text(config));
      JsonNode token = TokenizerFile.parse(config, contents.get(CONFIG)).path("eos_token");
      ending = token.path("content").asText(token.asText(null));
    }
    this.endOfText = endOfText(Optional.ofNullable(ending));
  }

  /**
   * Opens a file, and the {@code tokenizer_config.json} beside it where there is one.
   *
   * @throws TokenizerException if the file is no sound {@code tokenizer.json}, or the native
   *     library is missing
   */
  public static JsonTokenizer open(Path path) {
    TokenizerFile file = TokenizerFile.read(path);
    CrashGuard.check(file);
    AddedTokens.checkNoneVanishes(file);
    NativeTokenizer library = NativeTokenizer.load(path, file.json());
    try {
      AddedTokens.checkIds(file, library);
      JsonTokenizer tokenizer = new JsonTokenizer(file, library);
      tokenizer.warnIfTextIsLost();
      return tokenizer;
    } catch (RuntimeException e) {
      library.close();
      throw e;
    }
  }

  /** Byte pairs without a token for the unknown leave it out, and say nothing. */
  private void warnIfTextIsLost() {
    JsonNode model = file.root().get("model");
    boolean bytePairs = model.has("merges");
    boolean hasUnknown = model.path("unk_token").isTextual();
    if (bytePairs && !hasUnknown && !pieces.coverAllBytes()) {
      LOG.warn(
          "{}: has neither a token for every byte nor one for the unknown: text that its vocabulary"
              + " does not cover is left out of what it encodes",
          file.path());
    }
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public int size() {
    return file.tokens().size();
  }

  /** Of the file's text and of the token that ends documents. */
  @Override
  public String fingerprint() {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(file.json().getBytes(StandardCharsets.UTF_8));
      return NAME + "-" + HexFormat.of().formatHex(digest.digest()) + "-" + endOfText;
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /**
   * {@inheritDoc}
   *
   * @throws IllegalArgumentException if the vocabulary has no token for some of the text, and none
   *     for the unknown
   */
  @Override
  public int[] encode(String text) {
    return library.encode(WellFormed.of(text));
  }

  @Override
  public byte[] decode(int id) {
    Tokenizer.checkId(id);
    return isToken(id) ? pieces.bytes(id) : new byte[0];
  }

  @Override
  public boolean isToken(int id) {
    return Tokenizer.super.isToken(id) && file.tokens().get(id) != null;
  }

  @Override
  public String decode(int[] ids) {
    if (pieces.areByteLevel()) {
      return Tokenizer.super.decode(ids);
    }
    for (int id : ids) {
      Tokenizer.checkId(id);
    }
    return library.decode(ids);
  }

  /** The {@code eos_token} of {@code tokenizer_config.json}, else a special token so called. */
  @Override
  public OptionalInt endOfText() {
    return endOfText;
  }

  private OptionalInt endOfText(Optional<String> ending) {
    List<String> names = ending.map(List::of).orElse(END_NAMES);
    return file.added().stream()
        .filter(token -> token.special() && names.contains(token.content()))
        .mapToInt(AddedToken::id)
        .findFirst();
  }

  /** Writes {@code tokenizer.json} and its config as they were read, each aside and renamed. */
  @Override
  public void save(Path directory) throws IOException {
    for (Map.Entry<String, String> content : contents.entrySet()) {
      Path aside = directory.resolve(content.getKey() + ".tmp");
      try {
        Files.writeString(aside, content.getValue());
        Files.move(aside, directory.resolve(content.getKey()), StandardCopyOption.REPLACE_EXISTING);
      } finally {
        Files.deleteIfExists(aside);
      }
    }
  }

  @Override
  public void close() {
    library.close();
  }
}
