package io.github.gss4j.mlflow;

import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.mlflow.tracking.MlflowClient;
import org.mlflow.tracking.MlflowHttpException;
import org.mlflow.tracking.creds.BasicMlflowHostCreds;

/**
 * An MLflow server, every answer of which comes in a bounded time.
 *
 * <p>Runs, parameters, metrics and models go through MLflow's Java client, which has no time-outs
 * of its own: a call that takes too long is cut off by closing the client under it. Files go to the
 * server's artifact endpoint directly, for the Java client sends them through MLflow's Python
 * program.
 */
final class MlflowServer implements AutoCloseable {
  /** The slowest upload that is waited for. */
  private static final long BYTES_A_SECOND = 1 << 18;

  private static final String PROXIED = "mlflow-artifacts:/";

  /** Statuses of a server that may answer otherwise later. */
  private static final Set<Integer> TRANSIENT = Set.of(401, 403, 404, 408, 425, 429);

  private final URI uri;
  private final Duration timeout;
  private final Map<String, String> environment;
  private final HttpClient http;
  private MlflowClient client;

  /**
   * A server that is not spoken to yet.
   *
   * @param environment where {@code MLFLOW_TRACKING_USERNAME}, {@code …_PASSWORD} and {@code
   *     …_TOKEN} may be
   */
  MlflowServer(URI uri, Duration timeout, Map<String, String> environment) {
    this.uri = uri;
    this.timeout = timeout;
    this.environment = environment;
    this.http = HttpClient.newBuilder().connectTimeout(timeout).build();
  }

  private MlflowClient connect() {
    BasicMlflowHostCreds credentials =
        new BasicMlflowHostCreds(
            uri.toString(),
            environment.get("MLFLOW_TRACKING_USERNAME"),
            environment.get("MLFLOW_TRACKING_PASSWORD"),
            environment.get("MLFLOW_TRACKING_TOKEN"),
            false);
    return new MlflowClient(credentials);
  }

  /**
   * Asks the server something.
   *
   * @throws RefusedException if it answers that the question makes no sense
   * @throws IOException if it does not answer in time, or is in trouble
   */
  <T> T ask(Function<MlflowClient, T> question) throws IOException {
    client = client == null ? connect() : client;
    MlflowClient asked = client;
    FutureTask<T> answer = new FutureTask<>(() -> question.apply(asked));
    Thread thread = new Thread(answer, "gss4j-mlflow-call");
    thread.setDaemon(true);
    thread.start();
    try {
      return answer.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      close(); // which ends the call
      throw new IOException("no answer within " + timeout.toMillis() + " ms", e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof MlflowHttpException response) {
        throw answered(response.getStatusCode(), response.getBodyMessage(), e);
      }
      throw new IOException(reason(e.getCause()), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  private static IOException answered(int status, String body, Throwable cause) {
    String message = "answered " + status + " " + oneLine(body);
    boolean refused = status >= 400 && status < 500 && !TRANSIENT.contains(status);
    return refused ? new RefusedException(message, cause) : new IOException(message, cause);
  }

  private static String reason(Throwable thrown) {
    Throwable deepest = thrown;
    while (deepest.getCause() != null) {
      deepest = deepest.getCause();
    }
    return oneLine(String.valueOf(deepest.getMessage()));
  }

  private static String oneLine(String text) {
    String line = String.valueOf(text).replaceAll("\\s+", " ").strip();
    return line.length() > 200 ? line.substring(0, 200) + "…" : line;
  }

  /**
   * Sends a file to a run's artifacts.
   *
   * @param artifacts the run's artifact URI as the server gave it
   * @param name the file's path among them
   */
  void upload(String artifacts, String name, Path file) throws IOException {
    if (!artifacts.startsWith(PROXIED)) {
      throw new RefusedException(
          "keeps artifacts at "
              + artifacts
              + ", where only MLflow's Python client can write; start it by 'mlflow server"
              + " --serve-artifacts', which takes files itself",
          null);
    }
    String path = artifacts.substring(PROXIED.length()).replaceFirst("^/+", "") + "/" + name;
    String encoded =
        Arrays.stream(path.split("/", -1))
            .map(p -> URLEncoder.encode(p, StandardCharsets.UTF_8).replace("+", "%20"))
            .collect(Collectors.joining("/"));
    String base = uri.toString().replaceFirst("/+$", "");
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(base + "/api/2.0/mlflow-artifacts/artifacts/" + encoded))
            .timeout(timeout.plusSeconds(Files.size(file) / BYTES_A_SECOND))
            .PUT(HttpRequest.BodyPublishers.ofFile(file));
    authorization().ifPresent(value -> request.header("Authorization", value));
    try {
      HttpResponse<String> response =
          http.send(request.build(), HttpResponse.BodyHandlers.ofString());
      if (response.statusCode() >= 300) {
        throw answered(response.statusCode(), response.body(), null);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  private Optional<String> authorization() {
    String token = environment.get("MLFLOW_TRACKING_TOKEN");
    String user = environment.get("MLFLOW_TRACKING_USERNAME");
    if (user != null) {
      String both = user + ":" + environment.getOrDefault("MLFLOW_TRACKING_PASSWORD", "");
      byte[] bytes = both.getBytes(StandardCharsets.UTF_8);
      return Optional.of("Basic " + Base64.getEncoder().encodeToString(bytes));
    }
    return Optional.ofNullable(token).map(t -> "Bearer " + t);
  }

  @Override
  public void close() {
    if (client != null) {
      client.close();
      client = null;
    }
  }
}
