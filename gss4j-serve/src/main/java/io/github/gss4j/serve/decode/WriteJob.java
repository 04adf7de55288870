package io.github.gss4j.serve.decode;

import io.github.gss4j.engine.Scores;
import io.github.gss4j.generation.DecodingListener;
import io.github.gss4j.generation.Generated;
import io.github.gss4j.generation.GenerationOptions;
import io.github.gss4j.generation.Session;
import io.github.gss4j.generation.Token;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Texts that continue from one prompt, each drawn from a seed of its own. */
public final class WriteJob extends Job {
  private final int choices;
  private final GenerationOptions options;
  private final boolean scoresPrompt;
  private final boolean keepsStates;
  private final WriteListener listener;
  private final List<Scores> scores = new ArrayList<>();
  private int open;

  /**
   * A job.
   *
   * @param from the id of the state to continue from
   * @param choices how many texts
   * @param scoresPrompt whether the prompt's own tokens are scored
   * @param keepsStates whether each text's state is kept
   */
  public WriteJob(
      int[] prompt,
      Optional<String> from,
      int choices,
      GenerationOptions options,
      boolean scoresPrompt,
      boolean keepsStates,
      WriteListener listener) {
    super(prompt, from);
    this.choices = choices;
    this.options = options;
    this.scoresPrompt = scoresPrompt;
    this.keepsStates = keepsStates;
    this.listener = listener;
  }

  @Override
  int width() {
    return choices;
  }

  @Override
  long mostTokens() {
    return super.mostTokens() + options.maxNewTokens();
  }

  @Override
  boolean mayReuse() {
    return super.mayReuse() && !scoresPrompt;
  }

  @Override
  void read(Session session, int[] slice) {
    if (scoresPrompt) {
      scores.add(session.score(slice, options.logProbabilities().orElse(0)));
    } else {
      session.read(slice);
    }
  }

  @Override
  void begin(Session session, int cachedTokens, DecodeLoop loop) {
    listener.read(cachedTokens, scoresPrompt ? Optional.of(Scores.join(scores)) : Optional.empty());
    scores.clear();
    open = choices;
    for (int choice = 0; choice < choices; choice++) {
      Session own = choice < choices - 1 ? session.fork() : session;
      if (options.maxNewTokens() == 0) {
        choiceEnded(choice, "", new Generated(List.of(), "", Generated.Reason.LENGTH), own, loop);
      } else {
        GenerationOptions drawn = options.withSampling(options.sampling().forSequence(choice));
        join(own, drawn, new ChoiceListener(choice, own, loop), loop);
      }
    }
  }

  private void join(
      Session own, GenerationOptions drawn, ChoiceListener toListener, DecodeLoop loop) {
    try {
      joined(loop.join(own, drawn, prompt(), toListener));
    } catch (RuntimeException e) {
      own.close();
      throw e;
    }
  }

  private void choiceEnded(
      int choice, String rest, Generated result, Session session, DecodeLoop loop) {
    Optional<KeptState> kept = Optional.empty();
    try {
      if (failure() == null && keepsStates) {
        kept = Optional.of(loop.states().keep(session));
      } else {
        session.close();
      }
      if (!ended() && failure() == null) {
        listener.ended(choice, rest, result, kept);
      }
    } catch (RuntimeException e) {
      session.close();
      fail(e);
    }
    oneLess(loop);
  }

  private void oneLess(DecodeLoop loop) {
    open--;
    if (open == 0) {
      loop.end(this, failure());
    }
  }

  @Override
  void failed(RuntimeException error) {
    listener.failed(error);
  }

  private final class ChoiceListener implements DecodingListener {
    private final int choice;
    private final Session session;
    private final DecodeLoop loop;

    ChoiceListener(int choice, Session session, DecodeLoop loop) {
      this.choice = choice;
      this.session = session;
      this.loop = loop;
    }

    @Override
    public boolean token(Token token) {
      if (failure() == null) {
        loop.meters().written();
        listener.token(choice, token);
      }
      return true;
    }

    @Override
    public void endToken(Token token) {
      if (failure() == null) {
        loop.meters().written();
        listener.endToken(choice, token);
      }
    }

    @Override
    public void ended(String rest, Generated result) {
      choiceEnded(choice, rest, result, session, loop);
    }

    @Override
    public void failed(RuntimeException error) {
      session.close();
      fail(error);
      oneLess(loop);
    }
  }
}
