import { Api } from './api.js';
import { Piece } from './text.js';
import { Paper } from './paper.js';
import { Forks } from './forks.js';
import { Settings } from './settings.js';
import { States } from './states.js';
import { Writing } from './writing.js';
import { LANGUAGES } from './snippets.js';

const PAINT_MILLIS = 40;

const $ = (id) => document.getElementById(id);
const api = new Api(askForKey);
const paper = new Paper($('paper'), $('alternatives'), (piece, end, text) => act(() => goOn(piece, end, text)));
const forks = new Forks($('forks'), (piece) => stopper || show(piece), (piece) => act(() => remove(piece)));
const settings = new Settings($('settings'), drawCode);
const states = new States($('states'), $('no-states'), api, beginAt, failed);

let model;
let roots = [];
let here = { piece: null, end: 0 }; // where the text on the paper ends
let base = null; // a state that the next text begins with
let stopper = null; // the AbortController of what is being written
let language = Object.keys(LANGUAGES)[0];

/** Runs something that the user asked for; what fails is said below the field. */
async function act(does) {
  $('error').hidden = true;
  try {
    await does();
  } catch (error) {
    failed(error);
  }
}

function failed(error) {
  $('error').textContent = error instanceof TypeError && error.message.includes('fetch') ? 'The server does not answer.' : error.message;
  $('error').hidden = false;
}

function show(piece, end = piece?.length ?? 0) {
  here = { piece, end };
  paper.show(piece ? piece.path(end) : []);
  draw();
}

function draw() {
  const { piece, end } = here;
  forks.draw(roots, piece);
  $('no-forks').hidden = roots.length > 0;
  $('paper').classList.toggle('writing', stopper !== null);
  $('write').disabled = stopper !== null;
  $('stop').disabled = stopper === null;
  $('again').disabled = stopper !== null || piece?.by !== 'model';
  $('keep').disabled = stopper !== null || !piece;
  $('more-label').textContent = piece || base ? 'Your text, before the model goes on (may be empty)' : 'Your text';
  $('from').textContent = base ? 'begins with the state that you chose' : piece && end < piece.length ? `goes on after token ${end} of ${piece.length}: a fork` : '';
  drawCode();
}

function drawCode() {
  let body;
  try {
    body = { model: model?.id ?? '', prompt: textHere() + $('more').value, ...settings.request() };
  } catch (error) {
    $('code').textContent = error.message;
    return;
  }
  $('code').textContent = LANGUAGES[language](location.origin, body);
}

function textHere() {
  return [...$('paper').querySelectorAll('span')].map((s) => s.textContent).join('');
}

/** Writes on: first the user's text, if any, then what the model makes of it. */
async function write(change = {}) {
  if (stopper) return;
  const request = { ...settings.request(), ...change };
  const text = $('more').value;
  let { piece, end } = here;
  if (text === '' && !piece && !base) throw new Error('There is nothing to go on from: write a beginning.');
  stopper = new AbortController();
  draw();
  try {
    if (text !== '' || !piece) {
      const ids = text === '' ? [] : await api.tokenize(text);
      const [parent, at] = piece ? Piece.place(piece, end) : [null, 0];
      const mine = new Piece('you', parent, at, parent ? null : base);
      if (!parent) roots.push(mine);
      if (ids.length) mine.tokens = [{ ids, text, logprob: null, top: null }];
      $('more').value = '';
      base = null;
      [piece, end] = [mine, mine.length];
    }
    await stream(new Writing(piece, end, request));
  } finally {
    stopper = null;
    keepTexts();
    draw();
  }
}

/** Streams what the model writes. A fast model is painted in steps, so that keys are heard. */
async function stream(writing) {
  const [shown] = writing.pieces;
  let painted = 0;
  let timer = null;
  let forgotten = false;
  const paint = () => {
    clearTimeout(timer);
    timer = null;
    paper.append(shown, painted, shown.length);
    painted = here.end = shown.length;
    if (!writing.isEmpty) $('status').textContent = writing.told(false);
  };
  show(shown);
  try {
    let rested = performance.now();
    for await (const chunk of api.complete(writing.body(model.id), stopper.signal)) {
      if (writing.take(chunk)) {
        paper.show(shown.path());
        painted = shown.length;
      }
      timer ??= setTimeout(paint, PAINT_MILLIS);
      if (performance.now() - rested > PAINT_MILLIS) {
        await new Promise((resume) => setTimeout(resume));
        rested = performance.now();
      }
    }
  } catch (error) {
    forgotten = error.status === 404 && error.param === 'state';
    if (!forgotten && error.name !== 'AbortError') throw error;
  } finally {
    paint();
    writing.prune();
    if (shown.length === 0) show(writing.piece, writing.end);
  }
  if (forgotten) return readAgain(writing);
  $('status').textContent = writing.told(true);
}

/** The server has forgotten the state to go on from: it reads the text again. */
async function readAgain({ state, piece, end, request }) {
  for (const root of roots) {
    if (root.base === state) throw new Error('The state that this text began with is no longer on the server.');
    for (const p of root.all()) if (p.state === state) p.state = null;
  }
  return stream(new Writing(piece, end, request));
}

/** Goes on after `end` tokens of a piece, with another token's text first where one is given. */
async function goOn(piece, end, text) {
  if (stopper) throw new Error('Stop what is being written first.');
  [piece, end] = Piece.place(piece, end);
  show(piece, end);
  base = null;
  if (text === null) {
    $('more').focus();
    return;
  }
  const typed = $('more').value;
  $('more').value = text;
  await write();
  $('more').value = typed;
}

async function again() {
  const { piece } = here;
  if (stopper || piece?.by !== 'model') return;
  show(piece.parent, piece.at);
  const typed = $('more').value;
  $('more').value = '';
  await write({ seed: crypto.getRandomValues(new Uint32Array(1))[0] });
  $('more').value = typed;
}

/** Begins a text with a kept state. */
function beginAt(state) {
  base = state;
  show(null);
  $('more').focus();
}

async function remove(piece) {
  if (stopper) throw new Error('Stop what is being written first.');
  const parent = piece.parent;
  piece.remove();
  roots = roots.filter((r) => r !== piece);
  for (const p of piece.all()) if (p.state) api.forget(p.state).catch(() => {}); // expires by itself
  const gone = here.piece?.path().some((p) => p.piece === piece);
  if (gone) show(parent, parent ? piece.at : 0);
  else draw();
  keepTexts();
}

async function keep() {
  const { piece, end } = here;
  if (!piece || stopper) return;
  const { state, ids } = piece.resume(end);
  const kept = ids.length ? await api.keep(ids, state) : await api.fork(state);
  await states.add(kept.id, textHere().trim().replace(/\s+/g, ' ').slice(-60) || 'a state');
  $('status').textContent = 'The state is kept.';
}

function keepTexts() {
  try {
    localStorage.setItem(`gss4j-texts ${model.id}`, JSON.stringify({ roots, here: here.piece?.key }));
  } catch {
    $('status').textContent += ' · too much text for this browser to keep: it goes when the page closes';
  }
}

function restoreTexts() {
  const kept = JSON.parse(localStorage.getItem(`gss4j-texts ${model.id}`) ?? '{"roots": []}');
  roots = kept.roots.map((r) => Piece.fromJSON(r));
  const pieces = roots.flatMap((r) => [...r.all()]);
  show(pieces.find((p) => p.key === kept.here) ?? null);
}

function askForKey() {
  return new Promise((resolve) => {
    $('key').showModal();
    $('key').addEventListener('close', () => resolve($('key-field').value || null), { once: true });
  });
}

$('composer').addEventListener('submit', (e) => {
  e.preventDefault();
  act(write);
});
$('stop').addEventListener('click', () => stopper?.abort());
$('again').addEventListener('click', () => act(again));
$('keep').addEventListener('click', () => act(keep));
$('new').addEventListener('click', () => {
  if (stopper) return;
  base = null;
  show(null);
  $('more').focus();
});
$('load').addEventListener('change', (e) => act(async () => {
  const [file] = e.target.files;
  e.target.value = '';
  if (file) await states.upload(file);
}));
$('more').addEventListener('input', drawCode);
$('shade').addEventListener('change', (e) => $('paper').classList.toggle('shade', e.target.checked));
$('copy').addEventListener('click', async () => {
  await navigator.clipboard.writeText($('code').textContent);
  $('copy').textContent = 'Copied';
  setTimeout(() => ($('copy').textContent = 'Copy'), 1500);
});
$('help-button').addEventListener('click', () => $('help').showModal());

document.addEventListener('keydown', (e) => {
  const typing = ['TEXTAREA', 'INPUT'].includes(e.target.tagName);
  if (e.key === 'Enter' && (e.ctrlKey || e.metaKey)) {
    e.preventDefault();
    act(e.shiftKey ? again : write);
  } else if (e.key === 'Escape' && !document.querySelector('dialog[open]')) {
    if (paper.isChosen) paper.choose(-1);
    else stopper?.abort();
  } else if (e.key === '?' && !typing) {
    $('help').showModal();
  } else if (e.altKey && ['t', 'f', 'w', 'k'].includes(e.key)) {
    e.preventDefault();
    ({
      t: () => $('paper').focus(),
      f: () => $('forks').querySelector('[tabindex="0"]')?.focus(),
      w: () => $('more').focus(),
      k: () => act(keep),
    })[e.key]();
  }
});

for (const name of Object.keys(LANGUAGES)) {
  const button = Object.assign(document.createElement('button'), { type: 'button', textContent: name });
  button.addEventListener('click', () => {
    language = name;
    for (const b of $('languages').children) b.setAttribute('aria-pressed', b === button);
    drawCode();
  });
  button.setAttribute('aria-pressed', name === language);
  $('languages').append(button);
}
$('paper').classList.add('shade');
if (window.matchMedia('(max-width: 900px)').matches) $('sampling').open = false;

act(async () => {
  [model] = await api.models();
  $('model').textContent = model.id;
  document.title = `${model.id} · gss4j`;
  restoreTexts();
  await states.draw();
});
