import { spans, isPartial } from './text.js';

const percent = (logprob) => {
  const share = Math.exp(logprob) * 100;
  return share >= 99.95 ? '100 %' : share < 0.1 ? '< 0.1 %' : `${share.toPrecision(share < 10 ? 2 : 3)} %`;
};
const visible = (text) => text.replaceAll('\n', '⏎').replaceAll('\t', '⇥').replaceAll(' ', '␣') || '∅';

/**
 * The text, token by token, each shaded by how little probable it was. A token can be chosen, by
 * pointer or keys; then its alternatives show.
 */
export class Paper {
  #spans = []; // {element, piece, from, to}
  #chosen = -1;
  #alternative = -1; // of the chosen token: an index into its alternatives, or -1

  /**
   * @param goOn called with (piece, end, text or null): go on after `end` tokens, with that text first
   */
  constructor(box, popup, goOn) {
    this.box = box;
    this.popup = popup;
    this.goOn = goOn;
    box.addEventListener('pointerover', (e) => {
      const i = this.#at(e);
      if (i >= 0 && this.#chosen < 0 && e.pointerType === 'mouse') this.#show(i);
    });
    box.addEventListener('pointerout', () => this.#chosen < 0 && this.#hide());
    box.addEventListener('click', (e) => this.choose(this.#at(e)));
    box.addEventListener('keydown', (e) => this.#key(e));
    box.addEventListener('scroll', () => this.choose(-1));
    document.addEventListener('pointerdown', (e) => {
      if (!box.contains(e.target) && !popup.contains(e.target)) this.choose(-1);
    });
  }

  #at(event) {
    return this.#spans.findIndex((s) => s.element === event.target);
  }

  /** Shows a path anew. */
  show(path) {
    this.choose(-1);
    this.#spans = [];
    this.box.replaceChildren();
    for (const { piece, end } of path) this.append(piece, 0, end);
    this.box.scrollTop = this.box.scrollHeight;
  }

  /** Adds tokens of a piece; follows the text where its end was in sight. */
  append(piece, from, to) {
    while (from > 0 && isPartial(piece.tokens[from - 1].text)) from--; // a character may be whole now
    this.#cut(piece, from);
    const following = this.box.scrollHeight - this.box.scrollTop - this.box.clientHeight < 40;
    const fragment = document.createDocumentFragment();
    for (const span of spans(piece.tokens.slice(from, to))) {
      const element = document.createElement('span');
      element.textContent = span.text;
      element.className = piece.by;
      const token = piece.tokens[from + span.from];
      if (token.logprob !== null) {
        element.style.setProperty('--surprising', Math.min(0.75, -token.logprob / 8).toFixed(3));
      }
      this.#spans.push({ element, piece, from: from + span.from, to: from + span.to });
      fragment.append(element);
    }
    this.box.append(fragment);
    if (following) this.box.scrollTop = this.box.scrollHeight;
  }

  /** Takes off the tokens of a piece from one on. */
  #cut(piece, from) {
    while (this.#spans.length && this.#spans.at(-1).piece === piece && this.#spans.at(-1).from >= from) {
      this.#spans.pop().element.remove();
    }
  }

  /** Chooses a token by its place in the text; -1 for none. */
  choose(i) {
    this.#spans[this.#chosen]?.element.classList.remove('chosen');
    this.#chosen = i;
    this.#alternative = -1;
    this.#spans.forEach((s, k) => s.element.classList.toggle('after', i >= 0 && k > i));
    if (i < 0) {
      this.#hide();
      return;
    }
    const { element } = this.#spans[i];
    element.classList.add('chosen');
    element.scrollIntoView({ block: 'nearest' });
    this.#show(i);
  }

  get isChosen() {
    return this.#chosen >= 0;
  }

  #key(e) {
    const last = this.#spans.length - 1;
    const moves = {
      ArrowLeft: () => this.choose(this.#chosen < 0 ? last : Math.max(0, this.#chosen - 1)),
      ArrowRight: () => this.choose(this.#chosen < 0 ? last : Math.min(last, this.#chosen + 1)),
      Home: () => this.choose(0),
      End: () => this.choose(last),
      ArrowUp: () => this.#step(-1),
      ArrowDown: () => this.#step(1),
      Enter: () => this.#take(this.#alternative),
    };
    if (last < 0 || e.ctrlKey || e.altKey || e.metaKey || !moves[e.key]) return;
    if (this.#chosen < 0 && ['ArrowUp', 'ArrowDown', 'Enter'].includes(e.key)) return; // scrolls
    e.preventDefault();
    moves[e.key]();
  }

  #step(by) {
    const buttons = [...this.popup.querySelectorAll('li button')];
    this.#alternative = Math.max(-1, Math.min(buttons.length - 1, this.#alternative + by));
    buttons.forEach((b, i) => b.setAttribute('aria-current', i === this.#alternative));
  }

  #take(alternative) {
    const { piece, from, to } = this.#spans[this.#chosen];
    const other = alternative < 0 ? null : this.#alternatives(piece.tokens[from])[alternative];
    if (other && isPartial(other.text)) return;
    this.choose(-1);
    if (!other || other.text === piece.tokens[from].text) this.goOn(piece, to, null);
    else this.goOn(piece, from, other.text);
  }

  /** The likeliest tokens, and the one that was taken where it is none of them. */
  #alternatives(token) {
    const top = token.top ?? [];
    return token.logprob === null || top.some((t) => t.text === token.text)
      ? top
      : [...top, { text: token.text, logprob: token.logprob }];
  }

  #show(i) {
    const { element, piece, from, to } = this.#spans[i];
    const token = piece.tokens[from];
    const title = document.createElement('h3');
    title.textContent = token.logprob === null
      ? 'read, not rated'
      : `${visible(element.textContent)} had ${percent(token.logprob)}${to - from > 1 ? `, the first of ${to - from} tokens` : ''}`;
    const list = document.createElement('ol');
    this.#alternatives(token).forEach((t, k) => {
      const button = document.createElement('button');
      const name = Object.assign(document.createElement('code'), { textContent: visible(t.text) });
      const bar = Object.assign(document.createElement('span'), { className: 'bar' });
      const fill = bar.appendChild(document.createElement('i'));
      fill.style.width = `${Math.exp(t.logprob) * 100}%`;
      const share = Object.assign(document.createElement('span'), { className: 'share', textContent: percent(t.logprob) });
      button.append(name, bar, share);
      button.disabled = isPartial(t.text);
      button.title = button.disabled ? 'a part of a character' : 'go on with this';
      button.classList.toggle('taken', t.text === token.text);
      button.addEventListener('click', () => {
        this.choose(i);
        this.#take(k);
      });
      list.appendChild(document.createElement('li')).append(button);
    });
    const row = Object.assign(document.createElement('div'), { className: 'row' });
    const on = row.appendChild(Object.assign(document.createElement('button'), { textContent: 'Go on from here' }));
    on.addEventListener('click', () => {
      this.choose(i);
      this.#take(-1);
    });
    this.popup.replaceChildren(title, list, row);
    row.hidden = this.#chosen < 0;
    this.popup.hidden = false;
    const at = element.getClientRects()[0];
    const page = document.documentElement;
    const left = Math.min(at.left, page.clientWidth - this.popup.offsetWidth - 8);
    const below = at.bottom + this.popup.offsetHeight + 8 < window.innerHeight;
    this.popup.style.left = `${Math.max(8, left) + window.scrollX}px`;
    this.popup.style.top = `${(below ? at.bottom + 4 : at.top - this.popup.offsetHeight - 4) + window.scrollY}px`;
  }

  #hide() {
    this.popup.hidden = true;
  }
}
