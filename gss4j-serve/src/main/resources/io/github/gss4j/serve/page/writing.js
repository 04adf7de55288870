import { Piece } from './text.js';

/** A longer text is read without being rated token by token, which is faster. */
const RATED_TOKENS = 1024;

/** One request after a place in the text, and what comes of it: a piece for each text asked for. */
export class Writing {
  #began = performance.now();
  #first = 0;
  #count = 0;
  #usage = null;
  #reason = 'stopped';
  #seen; // tokens of each text, with those of the prompt that are echoed
  #echoed = []; // the tokens of the prompt, rated

  /** @param request the sampling options */
  constructor(piece, end, request) {
    Object.assign(this, { piece, end, request });
    const { state, ids } = piece.resume(end);
    this.state = state;
    this.ids = ids;
    // what the user wrote comes as one token of many ids; the model rates them one by one
    const unrated = piece.by === 'you' && end === 1 && piece.length === 1 && piece.tokens[0].logprob === null;
    this.rates = unrated && ids.length <= RATED_TOKENS;
    const [parent, at] = Piece.place(piece, end);
    this.pieces = Array.from({ length: request.n ?? 1 }, () => new Piece('model', parent, at));
    this.#seen = this.pieces.map(() => 0);
  }

  body(model) {
    const body = {
      model, prompt: this.ids, ...this.request, logprobs: 5, stream: true, return_token_ids: true,
      return_state: true, stream_options: { include_usage: true },
    };
    if (this.state) body.state = this.state;
    if (this.rates) body.echo = true;
    return body;
  }

  /** Takes a chunk in; returns whether the user's own text is now rated. */
  take(chunk) {
    if (chunk.usage) this.#usage = chunk.usage;
    let rated = false;
    for (const choice of chunk.choices) {
      const i = choice.index;
      const ids = [...choice.token_ids]; // of what is written, not of what is echoed
      for (const token of tokens(choice)) {
        if (this.rates && this.#seen[i] < this.ids.length) {
          token.ids = [this.ids[this.#seen[i]++]];
          if (i === 0) this.#echoed.push(token);
          continue;
        }
        token.ids = [ids.shift()];
        this.pieces[i].tokens.push(token);
        this.#count++;
        this.#first ||= performance.now();
      }
      if (this.rates && i === 0 && this.#echoed.length === this.ids.length) {
        this.#rate();
        rated = true;
      }
      if (choice.finish_reason) this.#reason = choice.finish_reason;
      if (choice.state) this.pieces[i].state = choice.state;
    }
    return rated;
  }

  #rate() {
    const own = this.piece.tokens[0].ids.length;
    this.piece.tokens = this.#echoed.splice(0).slice(this.ids.length - own);
    for (const written of this.pieces) written.at = this.piece.length;
    this.end = this.piece.length;
  }

  /** Takes off the pieces that nothing was written to. */
  prune() {
    for (const written of this.pieces) if (written.length === 0) written.remove();
  }

  get isEmpty() {
    return this.#count === 0;
  }

  /** How much was written and how fast; why it ended, where it has. */
  told(ended) {
    const parts = [`${this.#count.toLocaleString('en')} tokens`];
    const seconds = (performance.now() - this.#first) / 1000;
    if (this.#count > 1 && seconds > 0) {
      parts.push(`${Math.round((this.#count - 1) / seconds).toLocaleString('en')} tokens/s`);
    }
    if (this.#first) parts.push(`the first after ${Math.round(this.#first - this.#began)} ms`);
    const cached = this.#usage?.prompt_tokens_details?.cached_tokens;
    if (cached) parts.push(`${cached.toLocaleString('en')} of ${this.#usage.prompt_tokens.toLocaleString('en')} read before`);
    const ends = { stop: 'ended by itself', length: 'as many as asked for' };
    if (ended) parts.push(ends[this.#reason] ?? this.#reason);
    return parts.join(' · ');
  }
}

/** The tokens of a streamed choice, without their ids. */
function tokens({ logprobs }) {
  return (logprobs?.tokens ?? []).map((text, i) => ({
    text,
    logprob: logprobs.token_logprobs[i],
    top: Object.entries(logprobs.top_logprobs?.[i] ?? {})
      .map(([other, logprob]) => ({ text: other, logprob }))
      .sort((a, b) => b.logprob - a.logprob),
  }));
}
