package io.github.gss4j.serve.http;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.gss4j.serve.api.Json;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;

/**
 * A response in pieces (server-sent events). Says when its reader does not keep up, and ends the
 * connection of one that does not read for long. For the request's own thread.
 */
final class EventStream {
  private final Vertx vertx;
  private final HttpServerResponse response;
  private final Timing timing;
  private final Reader reader;
  private final long pingTimer;
  private long stallTimer;
  private boolean silent;
  private boolean full;
  private boolean over;

  /** What is done about a reader. */
  interface Reader {
    /** It does not keep up: write no more. */
    void isSlow();

    /** It has read. */
    void hasRead();

    /** It has not read for long, and is cut off. */
    void isStuck();
  }

  EventStream(RoutingContext context, Timing timing, Reader reader) {
    this.vertx = context.vertx();
    this.response = context.response();
    this.timing = timing;
    this.reader = reader;
    this.pingTimer = vertx.setPeriodic(timing.ping().toMillis(), timer -> ping());
  }

  /** Whether the response has begun, so that an error comes as a piece. */
  boolean hasBegun() {
    return response.headWritten();
  }

  void data(JsonNode json) {
    event(Json.text(json));
  }

  void event(String data) {
    write("data: " + data + "\n\n");
  }

  private void ping() {
    if (silent && !full) {
      write(": ping\n\n");
    }
    silent = true;
  }

  private void write(String text) {
    if (over || response.closed()) {
      return;
    }
    begin();
    response.write(text);
    silent = false;
    if (!full && response.writeQueueFull()) {
      full = true;
      reader.isSlow();
      stallTimer = vertx.setTimer(timing.stall().toMillis(), timer -> reader.isStuck());
      response.drainHandler(drained -> hasRead());
    }
  }

  private void begin() {
    if (!response.headWritten()) {
      response
          .setChunked(true)
          .putHeader("Content-Type", "text/event-stream; charset=utf-8")
          .putHeader("Cache-Control", "no-cache")
          .putHeader("X-Accel-Buffering", "no");
    }
  }

  private void hasRead() {
    if (full) {
      full = false;
      vertx.cancelTimer(stallTimer);
      reader.hasRead();
    }
  }

  /** The end of the stream. */
  void end() {
    write("data: [DONE]\n\n");
    close();
    if (!response.ended() && !response.closed()) {
      response.end();
    }
  }

  /** Stops all timers. */
  void close() {
    over = true;
    vertx.cancelTimer(pingTimer);
    vertx.cancelTimer(stallTimer);
  }
}
