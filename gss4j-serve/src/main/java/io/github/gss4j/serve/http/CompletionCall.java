package io.github.gss4j.serve.http;

import io.github.gss4j.engine.Scores;
import io.github.gss4j.generation.Generated;
import io.github.gss4j.generation.Token;
import io.github.gss4j.serve.api.ApiException;
import io.github.gss4j.serve.api.CompletionRequest;
import io.github.gss4j.serve.api.Part;
import io.github.gss4j.serve.api.Shape;
import io.github.gss4j.serve.api.Usage;
import io.github.gss4j.serve.decode.KeptState;
import io.github.gss4j.serve.decode.WriteJob;
import io.github.gss4j.serve.decode.WriteListener;
import io.vertx.core.Context;
import io.vertx.ext.web.RoutingContext;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** One request for completions, until it is answered. For the request's own thread. */
final class CompletionCall implements EventStream.Reader {
  private final RoutingContext context;
  private final Context thread;
  private final Service service;
  private final CompletionRequest request;
  private final Shape shape;
  private final long begin = System.nanoTime();
  private final List<WriteJob> jobs = new ArrayList<>();

  /** Of each text, prompt by prompt. */
  private final List<Part> parts = new ArrayList<>();

  /** Ids of kept states that the client was not told yet. */
  private final List<String> unheard = new ArrayList<>();

  private final Usage usage = new Usage();
  private EventStream stream;
  private long timeout;
  private int open;
  private boolean over;

  CompletionCall(RoutingContext context, Service service, CompletionRequest request, Shape shape) {
    this.context = context;
    this.thread = context.vertx().getOrCreateContext();
    this.service = service;
    this.request = request;
    this.shape = shape;
  }

  /** Hands it to the decode thread. */
  void start() {
    if (context.response().closed()) {
      return;
    }
    for (int[] prompt : request.prompts()) {
      int first = parts.size();
      for (int i = 0; i < request.bestOf(); i++) {
        parts.add(new Part(service.names()));
      }
      jobs.add(
          new WriteJob(
              prompt,
              request.state(),
              request.bestOf(),
              request.options(),
              request.scoresPrompt(),
              request.returnState(),
              new PromptListener(prompt, first)));
    }
    open = parts.size();
    service.loop().submit(jobs);
    context.addEndHandler(end -> stop());
    timeout =
        context
            .vertx()
            .setTimer(service.timing().request().toMillis(), timer -> fail(tookTooLong()));
    if (request.output().stream()) {
      stream = new EventStream(context, service.timing(), this);
    }
  }

  private ApiException tookTooLong() {
    return ApiException.of(
        408,
        null,
        "timeout",
        "the request took longer than --request-timeout = %d s"
            .formatted(service.timing().request().toSeconds()));
  }

  /** The client has left, or all is answered. */
  private void stop() {
    if (over) {
      return;
    }
    over = true;
    context.vertx().cancelTimer(timeout);
    if (stream != null) {
      stream.close();
    }
    service.loop().cancel(jobs);
    forget(unheard);
  }

  /** Deletes states that nobody knows of. */
  private void forget(List<String> ids) {
    ids.forEach(id -> States.forget(service, id));
  }

  private void fail(Throwable error) {
    if (over) {
      return;
    }
    if (stream != null && stream.hasBegun()) {
      stream.event(Errors.event(error));
      stream.end();
      stop();
    } else {
      stop();
      context.fail(error);
    }
  }

  @Override
  public void isSlow() {
    jobs.forEach(WriteJob::pause);
  }

  @Override
  public void hasRead() {
    jobs.forEach(WriteJob::resume);
    service.loop().wake();
  }

  @Override
  public void isStuck() {
    stop();
    context.request().connection().close();
  }

  private void send(int index) {
    Part part = parts.get(index);
    if (stream != null && !part.isEmpty(shape.hasTokens())) {
      stream.data(shape.chunk(index, part, request.output().includeUsage()));
      part.clear();
    }
  }

  private void ended(int index, String rest, Generated result, Optional<String> state) {
    Part part = parts.get(index);
    part.text(rest);
    part.end(result.reason() == Generated.Reason.LENGTH ? "length" : "stop", state);
    if (stream == null) {
      state.ifPresent(unheard::add);
    }
    send(index);
    open--;
    if (open == 0) {
      answer();
    }
  }

  private void answer() {
    if (stream == null) {
      List<String> told = List.copyOf(unheard);
      unheard.clear();
      Responses.json(context, 200, shape.whole(best(), usage.toJson()))
          .onFailure(left -> forget(told));
    } else {
      if (request.output().includeUsage()) {
        stream.data(shape.usageChunk(usage.toJson()));
      }
      stream.end();
    }
    stop();
  }

  /** The n likeliest of each prompt's texts. */
  private List<Part> best() {
    if (request.bestOf() == request.n()) {
      return parts;
    }
    List<Part> best = new ArrayList<>();
    for (int first = 0; first < parts.size(); first += request.bestOf()) {
      parts.subList(first, first + request.bestOf()).stream()
          .sorted(Comparator.comparingDouble(Part::meanLogProbability).reversed())
          .limit(request.n())
          .forEach(best::add);
    }
    return best;
  }

  /** Hands what the decode thread reports of a prompt to the request's own thread. */
  private final class PromptListener implements WriteListener {
    private final int[] prompt;
    private final int first;

    /** When each choice had its last token; the decode thread's. */
    private final long[] last = new long[request.bestOf()];

    PromptListener(int[] prompt, int first) {
      this.prompt = prompt;
      this.first = first;
    }

    private void post(Runnable report) {
      post(report, () -> {});
    }

    private void post(Runnable report, Runnable whereOver) {
      thread.runOnContext(
          now -> {
            if (over) {
              whereOver.run();
              return;
            }
            try {
              report.run();
            } catch (RuntimeException e) {
              fail(e);
            }
          });
    }

    @Override
    public void read(int cachedTokens, Optional<Scores> scores) {
      post(
          () -> {
            usage.prompt(prompt.length, cachedTokens);
            if (request.echo()) {
              echo(scores);
            }
          });
    }

    private void echo(Optional<Scores> scores) {
      String text = service.model().tokenizer().map(t -> t.decode(prompt)).orElse("");
      for (Part part : parts.subList(first, first + request.bestOf())) {
        part.text(text);
        part.prompt(prompt, scores);
      }
    }

    private void measure(int choice) {
      long now = System.nanoTime();
      if (last[choice] == 0) {
        service.metrics().firstToken(now - begin);
      } else {
        service.metrics().gap(now - last[choice]);
      }
      last[choice] = now;
    }

    @Override
    public void token(int choice, Token token) {
      measure(choice);
      post(
          () -> {
            parts.get(first + choice).text(token.text());
            take(choice, token);
            send(first + choice);
          });
    }

    @Override
    public void endToken(int choice, Token token) {
      measure(choice);
      post(() -> take(choice, token));
    }

    private void take(int choice, Token token) {
      usage.written();
      parts.get(first + choice).token(token.id(), token.logProbability(), token.top());
    }

    @Override
    public void ended(int choice, String rest, Generated result, Optional<KeptState> kept) {
      if (kept.isEmpty()) {
        post(() -> CompletionCall.this.ended(first + choice, rest, result, Optional.empty()));
        return;
      }
      kept.get()
          .stored()
          .whenComplete(
              (stored, error) ->
                  post(
                      () -> {
                        if (error != null) {
                          fail(error);
                        } else {
                          CompletionCall.this.ended(
                              first + choice, rest, result, kept.map(KeptState::id));
                        }
                      },
                      () -> forget(List.of(kept.get().id()))));
    }

    @Override
    public void failed(RuntimeException error) {
      post(() -> fail(error));
    }
  }
}
