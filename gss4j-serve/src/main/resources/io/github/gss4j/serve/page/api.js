/** What the server refuses, in its own words. */
export class ApiError extends Error {
  constructor(status, error) {
    super(error?.message ?? `the server answered ${status}`);
    this.status = status;
    this.param = error?.param;
  }
}

/** The server's API, as far as this page uses it. */
export class Api {
  #key = sessionStorage.getItem('gss4j-key') ?? '';

  /** @param askForKey gives a key when the server asks for one, or null */
  constructor(askForKey) {
    this.askForKey = askForKey;
  }

  async #fetch(path, options = {}) {
    const headers = { ...options.headers };
    if (this.#key) headers.Authorization = `Bearer ${this.#key}`;
    const response = await fetch(path, { ...options, headers });
    if (response.ok) return response;
    if (response.status === 401) {
      const key = await this.askForKey();
      if (key) {
        this.#key = key;
        sessionStorage.setItem('gss4j-key', key);
        return this.#fetch(path, options);
      }
    }
    const body = await response.json().catch(() => null);
    throw new ApiError(response.status, body?.error);
  }

  #post(path, body, signal) {
    return this.#fetch(path, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
      signal,
    });
  }

  async models() {
    return (await (await this.#fetch('v1/models')).json()).data;
  }

  /** Ids of the tokens of a text. */
  async tokenize(text) {
    return (await (await this.#post('tokenize', { prompt: text })).json()).tokens;
  }

  /** Chunks of a completion, as the server streams them. */
  async *complete(body, signal) {
    const response = await this.#post('v1/completions', body, signal);
    for await (const data of events(response.body)) {
      if (data === '[DONE]') return;
      const chunk = JSON.parse(data);
      if (chunk.error) throw new ApiError(chunk.error.code, chunk.error);
      yield chunk;
    }
    throw new ApiError(0, { message: 'the connection to the server broke off' });
  }

  async states() {
    return (await (await this.#fetch('v1/states')).json()).data;
  }

  /** Reads tokens, after those of a state where one is given, and keeps what is remembered of them. */
  async keep(prompt, state) {
    return (await this.#post('v1/states', state ? { prompt, state } : { prompt })).json();
  }

  async fork(state) {
    return (await this.#post(`v1/states/${state}/fork`, {})).json();
  }

  async forget(state) {
    await this.#fetch(`v1/states/${state}`, { method: 'DELETE' });
  }

  async file(state) {
    return (await this.#fetch(`v1/states/${state}/file`)).blob();
  }

  async upload(state, file) {
    const headers = { 'Content-Type': 'application/octet-stream' };
    return (await this.#fetch(`v1/states/${state}/file`, { method: 'PUT', headers, body: file })).json();
  }
}

/** The data of server-sent events; comments, which keep the line open, are left out. */
async function* events(stream) {
  const reader = stream.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  try {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      const lines = (rest + value).split('\n');
      rest = lines.pop();
      for (const line of lines) {
        if (line.startsWith('data:')) yield line.slice(5).trim();
      }
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}
