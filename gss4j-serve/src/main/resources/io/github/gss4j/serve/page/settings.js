/** The fields of a completion that a user sets: name, label, what it does, default, form. */
const FIELDS = [
  ['max_tokens', 'Tokens', 'How many tokens are written at most', 200, { min: 1, step: 1 }],
  ['seed', 'Seed', 'The same seed writes the same text; empty: another each time', '', { step: 1 }],
  ['temperature', 'Temperature', '0 takes the likeliest token always', 0.8, { min: 0, step: 0.1 }],
  ['top_p', 'Top p', 'Only the likeliest tokens that together reach this probability; 1 is off', 0.95, { min: 0.01, max: 1, step: 0.01 }],
  ['top_k', 'Top k', 'Only the k likeliest tokens; 0 is off', 0, { min: 0, step: 1 }],
  ['min_p', 'Min p', 'Only tokens with this share of the likeliest one\'s probability; 0 is off', 0, { min: 0, max: 1, step: 0.01 }],
  ['repetition_penalty', 'Repetition penalty', 'Tokens that stand in the text become less likely; 1 is off', 1, { min: 0.05, step: 0.05 }],
  ['presence_penalty', 'Presence penalty', 'Taken from the logits of tokens that were written; 0 is off', 0, { step: 0.1 }],
  ['frequency_penalty', 'Frequency penalty', 'Taken as often as they were written; 0 is off', 0, { step: 0.1 }],
  ['n', 'Texts at once', 'How many texts are written together, each a fork', 1, { min: 1, max: 16, step: 1 }],
];

/** The form of the sampling options; what stands in it is kept by the browser. */
export class Settings {
  #fields = new Map();

  constructor(box, onChange) {
    const kept = JSON.parse(localStorage.getItem('gss4j-settings') ?? '{}');
    const add = (name, label, title, input, wide) => {
      input.name = name;
      input.id = `set-${name}`;
      const tag = document.createElement('label');
      tag.title = title;
      tag.htmlFor = input.id;
      tag.className = wide ?? '';
      tag.append(...(wide === 'wide check' ? [input, label] : [label, input]));
      box.append(tag);
      this.#fields.set(name, input);
      input.addEventListener('input', () => {
        localStorage.setItem('gss4j-settings', JSON.stringify(this.#values()));
        onChange();
      });
    };
    for (const [name, label, title, value, form] of FIELDS) {
      const input = Object.assign(document.createElement('input'), { type: 'number', ...form });
      input.value = kept[name] ?? value;
      add(name, label, title, input);
    }
    const stop = document.createElement('textarea');
    Object.assign(stop, { rows: 2, value: kept.stop ?? '', spellcheck: false });
    add('stop', 'Stop texts, one a line (\\n is a line break)', 'Writing ends before any of these', stop, 'wide');
    const bias = Object.assign(document.createElement('input'), { placeholder: '{"10": -100}', value: kept.logit_bias ?? '' });
    add('logit_bias', 'Logit bias by token id', 'Added to the logits of tokens', bias, 'wide');
    const ignore = Object.assign(document.createElement('input'), { type: 'checkbox', checked: kept.ignore_eos ?? false });
    add('ignore_eos', 'write on after the end of the text', 'Ignores the model\'s end token', ignore, 'wide check');
  }

  #values() {
    return Object.fromEntries([...this.#fields].map(([name, f]) => [name, f.type === 'checkbox' ? f.checked : f.value]));
  }

  /** The fields of a request; throws an Error in words where one is not valid. */
  request() {
    const body = {};
    for (const [name, field] of this.#fields) {
      if (!field.checkValidity()) {
        throw new Error(`${field.closest('label').textContent.trim()}: ${field.validationMessage}`);
      }
      if (field.type === 'number' && field.value !== '') body[name] = Number(field.value);
    }
    const stop = this.#fields.get('stop').value.split('\n').filter((s) => s !== '')
      .map((s) => s.replace(/\\([nt\\])/g, (_, c) => ({ n: '\n', t: '\t', '\\': '\\' })[c]));
    if (stop.length) body.stop = stop;
    const bias = this.#fields.get('logit_bias').value.trim();
    if (bias) {
      try {
        body.logit_bias = JSON.parse(bias);
      } catch {
        throw new Error(`Logit bias is ${bias}, expected JSON such as {"10": -100}`);
      }
    }
    if (this.#fields.get('ignore_eos').checked) body.ignore_eos = true;
    return body;
  }
}
