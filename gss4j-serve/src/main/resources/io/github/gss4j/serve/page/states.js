const size = (bytes) => bytes < 1e6 ? `${(bytes / 1e3).toFixed(0)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;

/** The states that this browser keeps on the server, by the names it gave them. */
export class States {
  #names = JSON.parse(localStorage.getItem('gss4j-states') ?? '{}');

  /**
   * @param goOn called with a state's id: begin a text there
   * @param failed called with an Error
   */
  constructor(box, empty, api, goOn, failed) {
    Object.assign(this, { box, empty, api, goOn, failed });
  }

  /** Lists what the server still has. */
  async draw() {
    const there = await this.api.states();
    const kept = there.filter((s) => this.#names[s.id]);
    this.empty.hidden = kept.length > 0;
    this.box.replaceChildren(...kept.map((state) => this.#item(state)));
  }

  #item(state) {
    const item = document.createElement('li');
    const name = Object.assign(document.createElement('b'), { textContent: this.#names[state.id] });
    const facts = Object.assign(document.createElement('p'), {
      className: 'note',
      textContent: `${state.tokens.toLocaleString('en')} tokens read · ${size(state.bytes)}`,
    });
    const row = Object.assign(document.createElement('div'), { className: 'row' });
    const add = (text, does) => {
      const button = Object.assign(document.createElement('button'), { className: 'quiet', textContent: text });
      button.addEventListener('click', () => Promise.resolve(does()).catch(this.failed));
      row.append(button);
    };
    add('Go on', () => this.goOn(state.id));
    add('Save as a file', () => this.#save(state.id));
    add('Delete', () => this.#delete(state.id));
    item.append(name, facts, row);
    return item;
  }

  /** Gives a state of the server a name in this list. */
  async add(id, name) {
    this.#names[id] = name;
    this.#remember();
    await this.draw();
  }

  /** Brings a state's file to the server. */
  async upload(file) {
    const name = file.name.replace(/\.safetensors$/, '');
    const id = `state-${crypto.getRandomValues(new Uint32Array(2)).join('')}`;
    const state = await this.api.upload(id, file);
    await this.add(state.id, name);
  }

  async #save(id) {
    const url = URL.createObjectURL(await this.api.file(id));
    Object.assign(document.createElement('a'), { href: url, download: `${this.#names[id].slice(0, 40).trim()}.safetensors` }).click();
    setTimeout(() => URL.revokeObjectURL(url), 60_000);
  }

  async #delete(id) {
    await this.api.forget(id);
    delete this.#names[id];
    this.#remember();
    await this.draw();
  }

  #remember() {
    localStorage.setItem('gss4j-states', JSON.stringify(this.#names));
  }
}
