/** The tree of texts: which piece hangs on which, and which one is shown. */
export class Forks {
  /**
   * @param show called with the piece that was chosen
   * @param remove called with the piece that goes, with all that hang on it
   */
  constructor(box, show, remove) {
    this.box = box;
    this.show = show;
    this.remove = remove;
    box.addEventListener('keydown', (e) => this.#key(e));
  }

  /** Draws the roots anew; `current` is the piece that is shown, or null. */
  draw(roots, current) {
    const hadFocus = this.box.contains(document.activeElement);
    this.items = [];
    this.path = new Set(current ? current.path().map((p) => p.piece) : []);
    this.box.replaceChildren(...roots.flatMap((root) => this.#list(root, current)));
    const shown = this.items.find((i) => i.piece === current) ?? this.items[0];
    if (shown) shown.element.tabIndex = 0;
    if (hadFocus) shown?.element.focus();
  }

  /** A piece and what hangs on it; what goes on alone stands below it, forks are set in. */
  #list(piece, current) {
    const element = this.#item(piece, current);
    if (piece.children.length === 1) return [element, ...this.#list(piece.children[0], current)];
    if (piece.children.length > 1) {
      const group = document.createElement('ul');
      group.setAttribute('role', 'group');
      group.append(...piece.children.flatMap((child) => this.#list(child, current)));
      element.append(group);
    }
    return [element];
  }

  #item(piece, current) {
    const element = document.createElement('li');
    element.setAttribute('role', 'treeitem');
    element.setAttribute('aria-selected', piece === current);
    element.tabIndex = -1;
    element.classList.toggle('on-path', this.path.has(piece));
    element.classList.toggle('root', !piece.parent);
    const line = Object.assign(document.createElement('div'), { className: 'fork' });
    const text = Object.assign(document.createElement('span'), { className: 'text', textContent: piece.label() });
    const count = Object.assign(document.createElement('span'), {
      className: 'count',
      textContent: `${piece.by === 'you' ? 'you' : 'model'} · ${piece.tokens.reduce((n, t) => n + t.ids.length, 0)}`,
      title: `${piece.by === 'you' ? 'written by you' : 'written by the model'}, tokens`,
    });
    line.append(text, count);
    line.addEventListener('click', () => this.show(piece));
    element.append(line);
    this.items.push({ element, piece });
    return element;
  }

  #key(e) {
    const i = this.items.findIndex((item) => item.element === document.activeElement);
    if (i < 0) return;
    const keys = {
      ArrowUp: () => this.items[Math.max(0, i - 1)].element.focus(),
      ArrowDown: () => this.items[Math.min(this.items.length - 1, i + 1)].element.focus(),
      Enter: () => this.show(this.items[i].piece),
      Delete: () => this.remove(this.items[i].piece),
    };
    if (!keys[e.key]) return;
    e.preventDefault();
    keys[e.key]();
  }
}
