/**
 * What was read or written in one go: a node of the tree of forks. It stands after `at` tokens of
 * its parent. A token is {ids, text, logprob, top}; `top` is a list of {text, logprob}, likeliest
 * first. Bytes that are no whole character have the name `bytes:\xf0`.
 */
export class Piece {
  constructor(by, parent = null, at = 0, base = null) {
    this.key = crypto.getRandomValues(new Uint32Array(1))[0].toString(36);
    this.by = by; // 'you' or 'model'
    this.parent = parent;
    this.at = at;
    this.base = base; // of a root: the state that the text goes on from
    this.tokens = [];
    this.state = null; // the server's, after the last token
    this.children = [];
    parent?.children.push(this);
  }

  get length() {
    return this.tokens.length;
  }

  /** The pieces from the root to this one, each with how many of its tokens count. */
  path(end = this.length) {
    const before = this.parent ? this.parent.path(this.at) : [];
    return [...before, { piece: this, end }];
  }

  /** How to stand after `end` tokens: a state, if there is one on the way, and the ids to read after it. */
  resume(end = this.length) {
    if (end === this.length && this.state) return { state: this.state, ids: [] };
    const before = this.parent ? this.parent.resume(this.at) : { state: this.base, ids: [] };
    return { state: before.state, ids: [...before.ids, ...this.tokens.slice(0, end).flatMap((t) => t.ids)] };
  }

  /** Where a piece written after `end` tokens hangs: never after nothing of a piece but a root. */
  static place(piece, end) {
    while (end === 0 && piece.parent) [piece, end] = [piece.parent, piece.at];
    return [piece, end];
  }

  remove() {
    if (this.parent) this.parent.children = this.parent.children.filter((c) => c !== this);
  }

  /** This piece and all that hang on it. */
  *all() {
    yield this;
    for (const child of this.children) yield* child.all();
  }

  label() {
    const text = spans(this.tokens).map((s) => s.text).join('');
    return text.trim().replace(/\s+/g, ' ').slice(0, 60) || (this.base ? 'a state' : '␣');
  }

  toJSON() {
    const { key, by, at, base, tokens, state, children } = this;
    return { key, by, at, base, tokens, state, children };
  }

  static fromJSON(json, parent = null) {
    const piece = new Piece(json.by, parent, json.at, json.base);
    Object.assign(piece, { key: json.key, tokens: json.tokens, state: json.state });
    for (const child of json.children) Piece.fromJSON(child, piece);
    return piece;
  }
}

const BYTES = /^bytes:((?:\\x[0-9a-f]{2})+)$/;

/** Whether a name stands for bytes that are no whole character. */
export function isPartial(name) {
  return BYTES.test(name);
}

function bytesOf(name) {
  return BYTES.exec(name)[1].match(/[0-9a-f]{2}/g).map((b) => parseInt(b, 16));
}

/**
 * Tokens as text: {text, from, to}, one for each token, but one for all the tokens that make a
 * character together.
 */
export function spans(tokens) {
  const result = [];
  for (let from = 0; from < tokens.length; ) {
    let to = from + 1;
    let text = tokens[from].text;
    if (isPartial(text)) {
      const bytes = [];
      const decoder = new TextDecoder('utf-8', { fatal: true });
      text = null;
      for (to = from; to < tokens.length && isPartial(tokens[to].text) && text === null; to++) {
        bytes.push(...bytesOf(tokens[to].text));
        try {
          text = decoder.decode(new Uint8Array(bytes));
        } catch {
          // a character that is not whole yet
        }
      }
      text ??= new TextDecoder().decode(new Uint8Array(bytes));
    }
    result.push({ text, from, to });
    from = to;
  }
  return result;
}
