package io.github.gss4j.data.documents;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import io.github.gss4j.data.DataException;
import io.github.gss4j.hub.Hub;
import io.github.gss4j.hub.HubSettings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Where shards come from. */
class DocumentSourceTest {
  private static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";
  private static final String RESOLVE = "/datasets/allenai/c4/resolve/" + COMMIT + "/";

  @TempDir Path dir;
  private final Map<String, String> online = new TreeMap<>();
  private final List<String> asked = new CopyOnWriteArrayList<>();
  private HttpServer server;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          String path = exchange.getRequestURI().getPath();
          asked.add(exchange.getRequestMethod() + " " + path);
          String content = online.get(path);
          byte[] bytes = String.valueOf(content).getBytes(StandardCharsets.UTF_8);
          boolean head = exchange.getRequestMethod().equals("HEAD");
          exchange.getResponseHeaders().set("ETag", "\"e" + path.hashCode() + "\"");
          if (head) {
            exchange.getResponseHeaders().set("Content-Length", "" + bytes.length);
          }
          exchange.sendResponseHeaders(content == null ? 404 : 200, head ? -1 : bytes.length);
          if (!head) {
            exchange.getResponseBody().write(bytes);
          }
          exchange.close();
        });
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  private String address() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  private Hub hub(String... more) {
    Map<String, String> environment = new TreeMap<>();
    environment.put("HF_ENDPOINT", address());
    environment.put("HF_HUB_CACHE", dir.resolve("hub").toString());
    environment.put("HF_HOME", dir.resolve("hub").toString());
    for (int i = 0; i < more.length; i += 2) {
      environment.put(more[i], more[i + 1]);
    }
    return new Hub(HubSettings.fromEnvironment(environment));
  }

  private Optional<DocumentSource> parse(Object data, String... glob) {
    return DocumentSource.parse(
        data.toString(),
        glob.length == 0 ? Optional.empty() : Optional.of(glob[0]),
        dir.resolve("cache"),
        this::hub);
  }

  private static List<String> names(Optional<DocumentSource> source) {
    return source.orElseThrow().shards().stream().map(DocumentShard::name).toList();
  }

  private Path shard(String name) throws IOException {
    return Shards.write(dir.resolve("in").resolve(name), Shards.line("text"));
  }

  @Test
  void aDirectoryOfShardsIsReadInTheOrderOfNames() throws IOException {
    shard("b.jsonl");
    shard("sub/a.json.gz");
    shard("a.jsonl.zst");
    shard(".hidden.jsonl");
    assertThat(names(parse(dir.resolve("in"))))
        .containsExactly("a.jsonl.zst", "b.jsonl", "sub/a.json.gz");
    assertThat(names(parse(dir.resolve("in"), "*.json.gz"))).containsExactly("sub/a.json.gz");
    assertThat(names(parse(dir.resolve("in/b.jsonl")))).containsExactly("b.jsonl");
    assertThat(names(parse(dir.resolve("in") + "/*.json*")))
        .containsExactly("a.jsonl.zst", "b.jsonl");
    assertThat(names(parse(dir.resolve("in") + "/s*/*.json*"))).containsExactly("sub/a.json.gz");
  }

  @Test
  void otherTextIsLeftToOthers() throws IOException {
    shard("notes.txt");
    assertThat(parse(dir.resolve("in"))).isEmpty();
    shard("a.jsonl");
    assertThat(parse("java")).isEmpty();
    assertThat(parse(dir.resolve("in/notes.txt"))).isEmpty();
    assertThat(parse(dir.resolve("nothing"))).isEmpty();
    assertThatThrownBy(() -> parse(dir.resolve("in") + "/*.txt"))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("notes.txt: holds no documents");
    assertThatThrownBy(() -> parse(dir.resolve("in/a.parquet").toString().replace("a.p", "*.p")))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("no file matches");
  }

  @Test
  void aDirectoryOfDocumentsAndOtherTextIsAnErrorThatSaysSo() throws IOException {
    shard("a.jsonl");
    shard("b.jsonl.gz");
    shard("notes.txt");
    assertThatThrownBy(() -> parse(dir.resolve("in")))
        .isInstanceOf(DataException.class)
        .hasMessage(
            dir.resolve("in")
                + ": holds 2 files of documents (a.jsonl, …) and 1 of other text (notes.txt):"
                + " choose by --glob which are meant, or take the others away");
    assertThat(names(parse(dir.resolve("in"), "*.jsonl*")))
        .containsExactly("a.jsonl", "b.jsonl.gz");
    assertThat(parse(dir.resolve("in"), "*.txt")).isEmpty();
  }

  @Test
  void marksAndLogsOfAJobArePassedOverAndCounted() throws IOException {
    shard("part-0.jsonl.gz");
    shard("_year=2024/part-1.jsonl.gz");
    shard("_SUCCESS");
    shard("_delta_log/0.json");
    shard("_temporary/0/part-9.jsonl.gz");
    shard("._SUCCESS.crc");
    DocumentSource source = parse(dir.resolve("in")).orElseThrow();
    assertThat(names(Optional.of(source)))
        .containsExactly("_year=2024/part-1.jsonl.gz", "part-0.jsonl.gz");
    assertThat(source.leftOut())
        .hasToString(
            "1 hidden (._SUCCESS.crc), 3 with a name in _ (_SUCCESS, _delta_log/0.json,"
                + " _temporary/0/part-9.jsonl.gz)");
    assertThat(names(parse(dir.resolve("in") + "/**.jsonl.gz"))).hasSize(2);
    assertThat(names(parse(dir.resolve("in") + "/_temporary/*/*"))).hasSize(1);
  }

  @Test
  void aDirectoryOfPassedOverDocumentsIsNotReadAsText() throws IOException {
    shard("_a.jsonl");
    assertThatThrownBy(() -> parse(dir.resolve("in")))
        .isInstanceOf(DataException.class)
        .hasMessageContaining(
            "in: holds documents only under names that begin with _, which are skipped: 1 files"
                + " (_a.jsonl)");
    assertThat(names(parse(dir.resolve("in/_a.jsonl")))).containsExactly("_a.jsonl");
  }

  @Test
  void aByteOrderMarkBeforeAListIsSkipped() throws IOException {
    Path list = Files.writeString(dir.resolve("urls.txt"), "\ufeffhttps://x.org/a.jsonl\r\n");
    assertThat(names(parse("urls:" + list))).containsExactly("https://x.org/a.jsonl");
    Files.writeString(list, "\ufeff# a comment\nhttps://x.org/a.jsonl\n");
    assertThat(names(parse("urls:" + list))).containsExactly("https://x.org/a.jsonl");
  }

  @Test
  void parquetWithoutItsModuleIsAnError() throws IOException {
    shard("a.parquet");
    assertThatThrownBy(() -> parse(dir.resolve("in")))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("gss4j-parquet");
  }

  @Test
  void addressesOfAListAreFetchedOnceAndWhenTheyAreRead() throws IOException {
    online.put("/c/a.jsonl", Shards.line("one"));
    Path list =
        Files.writeString(
            dir.resolve("urls.txt"),
            "# shards\n\n" + address() + "/c/a.jsonl\n" + address() + "/c/b.jsonl\n");
    List<DocumentShard> shards = parse("urls:" + list).orElseThrow().shards();
    assertThat(asked).isEmpty();
    assertThat(shards.get(0).file()).hasContent(Shards.line("one").strip());
    assertThat(shards.get(0).file()).exists();
    assertThat(asked).containsExactly("GET /c/a.jsonl");
    assertThatThrownBy(() -> shards.get(1).file())
        .isInstanceOf(DataException.class)
        .hasMessageContaining("b.jsonl: cannot be fetched: the server answered 404");
  }

  @Test
  void aDataSetOnTheHubIsListedOnceAndFetchedByFile() throws IOException {
    online.put(
        "/api/datasets/allenai/c4/revision/main",
        "{\"sha\": \""
            + COMMIT
            + "\", \"siblings\": [{\"rfilename\": \"en/c4-train.1.jsonl\"},"
            + " {\"rfilename\": \"en/c4-train.0.jsonl\"}, {\"rfilename\": \"README.md\"}]}");
    online.put(RESOLVE + "en/c4-train.0.jsonl", Shards.line("zero"));
    String data = "hf:datasets/allenai/c4/en/c4-train.*.jsonl";
    List<DocumentShard> shards = parse(data).orElseThrow().shards();
    assertThat(shards.stream().map(DocumentShard::name))
        .containsExactly(
            "hf:datasets/allenai/c4/en/c4-train.0.jsonl",
            "hf:datasets/allenai/c4/en/c4-train.1.jsonl");
    assertThat(shards.get(0).identity()).contains(COMMIT);
    Path file = shards.get(0).file();
    assertThat(file)
        .hasContent(Shards.line("zero").strip())
        .startsWithRaw(dir.resolve("hub/datasets--allenai--c4/snapshots"));
    assertThat(asked)
        .containsExactly(
            "GET /api/datasets/allenai/c4/revision/main",
            "HEAD " + RESOLVE + "en/c4-train.0.jsonl",
            "GET " + RESOLVE + "en/c4-train.0.jsonl");

    asked.clear();
    DocumentSource offline =
        DocumentSource.parse(
                data, Optional.empty(), dir.resolve("cache"), () -> hub("HF_HUB_OFFLINE", "1"))
            .orElseThrow();
    assertThat(offline.shards()).hasSize(1);
    assertThat(offline.shards().get(0).file()).isEqualTo(file);
    assertThat(asked).isEmpty();
    assertThatThrownBy(() -> parse("hf:datasets/allenai/c4/*.zip"))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("none of the repository's 3 files matches");
  }

  @ParameterizedTest
  @ValueSource(strings = {"refs/convert/parquet", "refs%2Fconvert%2Fparquet"})
  void aRevisionWithSlashesIsAskedForAsTheHubNamesIt(String written) {
    online.put(
        "/api/datasets/o/n/revision/refs/convert/parquet",
        "{\"sha\": \"" + COMMIT + "\", \"siblings\": [{\"rfilename\": \"train/0.jsonl\"}]}");
    assertThat(names(parse("hf:datasets/o/n@" + written + "/train/*.jsonl")))
        .containsExactly("hf:datasets/o/n/train/0.jsonl");
  }
}
