package io.github.gss4j.tokenizer.json;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.gss4j.files.AtomicFile;
import io.github.gss4j.files.Digests;
import io.github.gss4j.tokenizer.LocatedTokens;
import io.github.gss4j.tokenizer.PiecewiseEncoder;
import io.github.gss4j.tokenizer.TextWindow;
import io.github.gss4j.tokenizer.Tokenizer;
import io.github.gss4j.tokenizer.TokenizerException;
import io.github.gss4j.tokenizer.TokenizerJson;
import io.github.gss4j.tokenizer.WellFormed;
import io.github.gss4j.tokenizer.json.TokenizerFile.AddedToken;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
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
 * <p>Long texts are encoded piece by piece ({@link PiecewiseEncoder}); {@link #close} frees native
 * memory.
 */
public final class JsonTokenizer implements Tokenizer {
  private static final Logger LOG = LoggerFactory.getLogger(JsonTokenizer.class);

  /** Its name in {@code config.json}, and the file's. */
  public static final String NAME = TokenizerJson.NAME;

  /** What special tokens between documents are called where no config says so. */
  private static final List<String> END_NAMES =
      List.of("<|endoftext|>", "</s>", "<|end_of_text|>", "<eos>", "<|eos|>");

  private final TokenizerFile file;
  private final NativeTokenizer library;
  private final Pieces pieces;
  private final OptionalInt endOfText;

  /** The files to keep with a model, by name. */
  private final Map<String, String> contents = new LinkedHashMap<>();

  private JsonTokenizer(TokenizerFile file, NativeTokenizer library, CompanionFiles companions) {
    this.file = file;
    this.library = library;
    this.pieces = new Pieces(file, library);
    this.endOfText = endOfText(companions);
    contents.putAll(companions.contents());
  }

  /**
   * Opens a file, and what lies beside it and names its special tokens.
   *
   * @throws TokenizerException if a file is invalid, or the native library is missing
   */
  public static JsonTokenizer open(Path path) {
    return open(path, Integer.MAX_VALUE);
  }

  /**
   * As above, for a model of so many ids: where the files name a token for the end of a text that
   * {@code tokenizer.json} lacks, it gets the next id, as in Hugging Face's {@code transformers},
   * unless the model has none left.
   */
  static JsonTokenizer open(Path path, int mostIds) {
    TokenizerFile file = TokenizerFile.read(path);
    CompanionFiles companions = CompanionFiles.of(path);
    Optional<String> end = companions.end().filter(token -> !file.tokens().contains(token));
    if (end.isEmpty()) {
      return open(file, file.json(), companions);
    }
    List<ObjectNode> lacking = companions.lacking(file.tokens());
    if (file.tokens().contains(null) || file.tokens().size() + lacking.size() > mostIds) {
      return open(file, file.json(), companions);
    }
    return open(file.with(lacking), file.json(), companions);
  }

  private static JsonTokenizer open(TokenizerFile file, String asRead, CompanionFiles companions) {
    CrashGuard.check(file);
    AddedTokens.checkNoneVanishes(file);
    NativeTokenizer library = NativeTokenizer.load(file.path(), file.json());
    try {
      AddedTokens.checkIds(file, library);
      JsonTokenizer tokenizer = new JsonTokenizer(file, library, companions);
      tokenizer.contents.put(NAME, asRead);
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
    MessageDigest digest = Digests.sha256();
    digest.update(file.json().getBytes(StandardCharsets.UTF_8));
    return NAME + "-" + Digests.hex(digest) + "-" + endOfText;
  }

  /**
   * {@inheritDoc}
   *
   * @throws IllegalArgumentException if the vocabulary has no token for some of the text, and none
   *     for the unknown
   */
  @Override
  public int[] encode(String text) {
    String whole = WellFormed.of(text);
    return TextWindow.isShort(whole)
        ? library.encode(whole)
        : PiecewiseEncoder.encode(this, whole).ids();
  }

  @Override
  public LocatedTokens locate(String text) {
    return library.locate(WellFormed.of(text));
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

  /**
   * The {@code eos_token} that Hugging Face's {@code transformers} finds in the files beside; where
   * they name none, a special token that is called as ends of texts are.
   */
  @Override
  public OptionalInt endOfText() {
    return endOfText;
  }

  private OptionalInt endOfText(CompanionFiles companions) {
    if (companions.end().isPresent()) {
      String end = companions.end().get();
      int id = file.tokens().indexOf(end);
      if (id < 0) {
        LOG.warn(
            "{}: has no token '{}', which its files name as the end of a text: documents are joined"
                + " by nothing, and nothing ends what is written",
            file.path(),
            end);
      }
      return id < 0 ? OptionalInt.empty() : OptionalInt.of(id);
    }
    Optional<String> guess = companions.sayNoEnd() ? Optional.empty() : guess(companions);
    if (guess.isEmpty()) {
      LOG.warn(
          "{}: no token is known to end a text (eos_token in tokenizer_config.json): documents are"
              + " joined by nothing, and nothing ends what is written",
          file.path());
      return OptionalInt.empty();
    }
    int id = file.tokens().indexOf(guess.get());
    LOG.info("{}: takes {} (id {}) as the end of a text", file.path(), guess.get(), id);
    return OptionalInt.of(id);
  }

  private Optional<String> guess(CompanionFiles companions) {
    Set<String> ends = new HashSet<>(companions.nameClass() ? file.tokens() : List.of());
    file.added().stream().filter(AddedToken::special).forEach(token -> ends.add(token.content()));
    return END_NAMES.stream().filter(ends::contains).findFirst();
  }

  /**
   * Writes {@code tokenizer.json} and what lay beside it as they were read, each aside and renamed.
   */
  @Override
  public void save(Path directory) throws IOException {
    for (Map.Entry<String, String> content : contents.entrySet()) {
      Path file = directory.resolve(content.getKey());
      if (!Files.exists(file)) {
        AtomicFile.write(file, content.getValue());
      } else if (!Files.readString(file).equals(content.getValue())) {
        throw new IOException(file + " belongs to another tokenizer: choose another directory");
      }
    }
  }

  @Override
  public void close() {
    library.close();
  }
}
