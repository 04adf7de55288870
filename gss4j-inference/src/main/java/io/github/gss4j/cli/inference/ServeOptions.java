package io.github.gss4j.cli.inference;

import io.github.gss4j.cli.options.ByteSize;
import io.github.gss4j.serve.ServerOptions;
import io.github.gss4j.serve.api.ChatTemplate;
import io.github.gss4j.serve.api.Limits;
import io.github.gss4j.serve.decode.Capacity;
import io.github.gss4j.serve.http.Access;
import io.github.gss4j.serve.http.Timing;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Where and how a model is served. */
final class ServeOptions {
  /** A key that other users of the machine do not see in the list of processes. */
  private static final String KEY_VARIABLE = "GSS_API_KEY";

  @Option(
      names = "--host",
      defaultValue = "127.0.0.1",
      description = "the address (default 127.0.0.1: this machine alone)")
  private String host;

  @Option(names = "--port", defaultValue = "8080", description = "default 8080; 0 takes a free one")
  private int port;

  @Option(
      names = "--served-name",
      paramLabel = "NAME",
      description = "how requests call the model (default: the name of its directory)")
  private String servedName;

  @Option(
      names = "--max-rows",
      defaultValue = "32",
      paramLabel = "N",
      description = "texts that are read and written at once (default 32)")
  private int maxRows;

  @Option(
      names = "--max-queue",
      defaultValue = "256",
      paramLabel = "N",
      description = "texts that may wait (default 256); others are told to come back (429)")
  private int maxQueue;

  @Option(
      names = "--row-bytes",
      paramLabel = "SIZE",
      description = "memory of the states of all rows, as in 2GB (default: a quarter of Java's)")
  private String rowBytes;

  @Option(
      names = "--cache-bytes",
      paramLabel = "SIZE",
      description = "memory for prompts read before (default: a quarter of Java's); 0 keeps none")
  private String cacheBytes;

  @Option(
      names = "--state-bytes",
      paramLabel = "SIZE",
      description = "memory for states that clients keep (default: a quarter of Java's)")
  private String stateBytes;

  @Option(
      names = "--state-ttl",
      defaultValue = "86400",
      paramLabel = "SECONDS",
      description = "how long an unused state is kept (default a day); 0 is for ever")
  private long stateSeconds;

  @Option(
      names = "--cache-dir",
      paramLabel = "DIR",
      description = "keeps prompts that were read, and states, here too: a restart finds them")
  private Path cacheDir;

  @Option(
      names = "--cache-dir-bytes",
      paramLabel = "SIZE",
      description = "what prompts may take there (default: four times --cache-bytes)")
  private String cacheDirBytes;

  @Option(
      names = "--default-max-tokens",
      defaultValue = "256",
      paramLabel = "N",
      description = "tokens to write where a request does not say (default 256)")
  private int defaultMaxTokens;

  @Option(
      names = "--max-tokens",
      defaultValue = "1048576",
      paramLabel = "N",
      description = "tokens to write that a request may ask for (default 1048576)")
  private int maxTokens;

  @Option(
      names = "--max-prompt-tokens",
      defaultValue = "4194304",
      paramLabel = "N",
      description = "tokens in a prompt (default 4194304)")
  private int maxPromptTokens;

  @Option(
      names = "--max-body-bytes",
      defaultValue = "32MB",
      paramLabel = "SIZE",
      description = "size of a request (default 32MB)")
  private String maxBodyBytes;

  @Option(
      names = "--max-stops",
      defaultValue = "16",
      paramLabel = "N",
      description = "texts to stop at in a request (default 16)")
  private int maxStops;

  @Option(
      names = "--chat-template",
      paramLabel = "FILE",
      description = "a Jinja template for chats (default: the one of the model's tokenizer)")
  private Path chatTemplate;

  @Option(
      names = "--api-key",
      paramLabel = "KEY",
      description = "asked of all requests but /health and /ready; also from " + KEY_VARIABLE)
  private List<String> apiKeys = List.of();

  @Option(
      names = "--allowed-hosts",
      split = ",",
      paramLabel = "NAME",
      description = "names by which requests may call the server, beside loopback's own")
  private List<String> allowedHosts = List.of();

  @Option(
      names = "--cors-origins",
      split = ",",
      paramLabel = "ORIGIN",
      description = "other origins whose pages may use it, as in https://example.org; * is any")
  private List<String> corsOrigins = List.of();

  @Option(
      names = "--request-timeout",
      defaultValue = "3600",
      paramLabel = "SECONDS",
      description = "how long a request may take (default 3600)")
  private long requestSeconds;

  @Option(
      names = "--stall-timeout",
      defaultValue = "60",
      paramLabel = "SECONDS",
      description = "how long a client may not read its stream before it is cut off (default 60)")
  private long stallSeconds;

  @Option(
      names = "--drain-timeout",
      defaultValue = "20",
      paramLabel = "SECONDS",
      description = "how long open requests may continue after SIGTERM (default 20)")
  private long drainSeconds;

  /**
   * The options of a server.
   *
   * @param model as {@code --model} has it
   */
  ServerOptions of(String model) {
    return ServerOptions.defaults()
        .withAddress(host, port)
        .withModelName(servedName == null ? name(model) : servedName)
        .with(capacity())
        .with(
            Limits.DEFAULT
                .withBodyBytes(
                    (int) Math.min(1 << 30, ByteSize.parse("--max-body-bytes", maxBodyBytes)))
                .withTokens(maxPromptTokens, maxTokens, defaultMaxTokens)
                .withStops(maxStops, Limits.DEFAULT.choices()))
        .with(new Access(keys(System.getenv()), allowedHosts, corsOrigins))
        .with(
            Timing.DEFAULT
                .withRequest(Duration.ofSeconds(requestSeconds))
                .withStall(Duration.ofSeconds(stallSeconds))
                .withDrain(Duration.ofSeconds(drainSeconds)));
  }

  /** The last part of a path, or what stands behind {@code hf:}. */
  static String name(String model) {
    if (model.startsWith("hf:")) {
      return model.substring(3);
    }
    Path last = Path.of(model).toAbsolutePath().normalize().getFileName();
    return last == null ? model : last.toString();
  }

  /** The template of chats, if there is one. */
  Optional<ChatTemplate> chat(Path directory) {
    return ChatTemplate.of(Optional.ofNullable(chatTemplate), directory);
  }

  private List<String> keys(Map<String, String> environment) {
    List<String> keys = new ArrayList<>(apiKeys);
    String key = environment.getOrDefault(KEY_VARIABLE, "");
    if (!key.isBlank()) {
      keys.add(key);
    }
    return keys;
  }

  private Capacity capacity() {
    Capacity byDefault = Capacity.defaults();
    Capacity capacity =
        byDefault
            .withRows(maxRows, maxQueue)
            .withBytes(
                bytes("--row-bytes", rowBytes, byDefault.rowBytes()),
                bytes("--cache-bytes", cacheBytes, byDefault.cacheBytes()),
                bytes("--state-bytes", stateBytes, byDefault.stateBytes()))
            .withStateLife(Duration.ofSeconds(stateSeconds));
    if (cacheDir == null) {
      if (cacheDirBytes != null) {
        throw new IllegalArgumentException("--cache-dir-bytes is given without --cache-dir");
      }
      return capacity;
    }
    return capacity.withDirectory(
        cacheDir, bytes("--cache-dir-bytes", cacheDirBytes, 4 * capacity.cacheBytes()));
  }

  private static long bytes(String option, String size, long byDefault) {
    return size == null ? byDefault : size.equals("0") ? 0 : ByteSize.parse(option, size);
  }
}
