package io.github.gss4j.hub;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpHeaders;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** The three requests to the hub: what a repository holds, what a file is, its bytes. */
final class HubClient {
  private static final ObjectMapper JSON =
      JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();
  private static final int MAX_LISTING_BYTES = 64 << 20;
  private static final String ETAG = "[A-Za-z0-9][A-Za-z0-9._-]{0,127}";

  private final HubSettings settings;
  private final RetryPolicy policy;
  private final HttpTransport transport;

  HubClient(HubSettings settings, RetryPolicy policy) {
    this.settings = settings;
    this.policy = policy;
    this.transport = new HttpTransport(settings, policy);
  }

  /**
   * What a repository holds at a revision.
   *
   * @param commit what the revision stands for now
   * @param files their names, checked
   */
  record Listing(String commit, List<String> files) {}

  Listing listing(HubAddress address) {
    URI uri = uri(address.apiPath() + "/revision/" + encoded(address.revision()));
    byte[] body =
        Retries.of(
            policy,
            HttpTransport.shown(uri),
            () -> {
              HttpResponse<InputStream> answer = transport.send("GET", uri, 0, r -> false);
              try (InputStream in = answer.body()) {
                check(answer, address);
                return in.readNBytes(MAX_LISTING_BYTES);
              }
            });
    try {
      return listing(address, JSON.readTree(body));
    } catch (JsonProcessingException e) {
      throw noHub(uri, "answers with something that is not JSON", e);
    } catch (IOException e) {
      throw new IllegalStateException("reading from memory does not fail", e);
    }
  }

  private Listing listing(HubAddress address, JsonNode json) {
    String commit = json.path("sha").asText();
    if (!HubAddress.isCommit(commit) || !json.path("siblings").isArray()) {
      throw noHub(settings.endpoint(), "answers without a commit and its files", null);
    }
    List<String> files = new ArrayList<>();
    for (JsonNode sibling : json.path("siblings")) {
      try {
        files.add(FileNames.check(sibling.path("rfilename").asText()));
      } catch (IllegalArgumentException e) {
        throw new HubException(address.repository() + ": refused, " + e.getMessage(), e);
      }
    }
    return new Listing(commit, List.copyOf(files));
  }

  /** What a file of a commit is. */
  RemoteFile describe(HubAddress address, String commit, String file) {
    HubAddress at = address.withFile(file);
    String path =
        Arrays.stream(file.split("/")).map(this::encoded).collect(Collectors.joining("/"));
    URI uri = uri("/" + address.repository() + "/resolve/" + commit + "/" + path);
    HttpResponse<?> answer =
        Retries.of(
            policy,
            HttpTransport.shown(uri),
            () -> {
              HttpResponse<InputStream> head =
                  transport.send("HEAD", uri, 0, r -> isEnough(uri, r));
              head.body().close();
              if (!HttpTransport.isRedirect(head)) {
                check(head, at);
              }
              return head;
            });
    HttpHeaders headers = answer.headers();
    String etag =
        headers
            .firstValue("X-Linked-Etag")
            .or(() -> headers.firstValue("ETag"))
            .orElse("")
            .replaceAll("^W/|\"", "");
    if (!etag.matches(ETAG)) {
      throw noHub(uri, "has the ETag '" + FileNames.shown(etag) + "', expected a checksum", null);
    }
    String known = headers.firstValue("X-Repo-Commit").orElse(commit);
    if (!known.equals(commit)) {
      throw noHub(uri, "answers for the commit " + FileNames.shown(known), null);
    }
    String size =
        headers
            .firstValue("X-Linked-Size")
            .or(() -> headers.firstValue("Content-Length"))
            .filter(s -> s.matches("\\d{1,18}"))
            .orElse("-1");
    boolean bodyOfRedirect =
        HttpTransport.isRedirect(answer) && headers.firstValue("X-Linked-Size").isEmpty();
    return new RemoteFile(file, uri, etag, bodyOfRedirect ? -1 : Long.parseLong(size));
  }

  /** A redirect that tells of the file itself; one within the hub is followed to its end. */
  private static boolean isEnough(URI uri, HttpResponse<?> redirect) {
    return redirect.headers().firstValue("X-Linked-Etag").isPresent()
        || (redirect.headers().firstValue("ETag").isPresent()
            && !HttpTransport.sameOrigin(uri, HttpTransport.location(redirect.uri(), redirect)));
  }

  /**
   * Asks for a file's bytes, once.
   *
   * @param from the first byte wanted
   * @return an answer of status 200 (all bytes), 206 (those wanted) or 416 (there are none)
   */
  HttpResponse<InputStream> content(HubAddress address, RemoteFile file, long from)
      throws IOException {
    HttpResponse<InputStream> answer = transport.send("GET", file.uri(), from, r -> false);
    if (from == 0 || answer.statusCode() != 416) {
      try {
        check(answer, address.withFile(file.name()));
      } catch (IOException | HubException e) {
        answer.body().close();
        throw e;
      }
    }
    return answer;
  }

  private void check(HttpResponse<?> answer, HubAddress address) throws IOException {
    int status = answer.statusCode();
    if (status == 429 || status >= 500) {
      throw new RetryableException(status, answer.headers());
    }
    if (status < 200 || status >= 300) {
      throw HttpErrors.of(answer, address, settings);
    }
  }

  private static HubException noHub(URI uri, String found, Throwable cause) {
    return new HubException(
        HttpTransport.shown(uri) + " " + found + ": is HF_ENDPOINT a hub, or a proxy in between?",
        cause);
  }

  private URI uri(String path) {
    return URI.create(settings.endpoint() + path);
  }

  private String encoded(String segment) {
    return URLEncoder.encode(segment, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
