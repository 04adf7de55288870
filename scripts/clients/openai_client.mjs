// What JavaScript's openai client gets from a server: node openai_client.mjs URL KEY. Used by scripts/check-clients.sh.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';

const [url, apiKey] = process.argv.slice(2);
const require = createRequire(process.cwd() + '/'); // the package is where the script was started
const { default: OpenAI } = await import(require.resolve('openai'));
const client = new OpenAI({ baseURL: url + '/v1', apiKey });
const request = { model: 'tiny', prompt: 'public class ', max_tokens: 12, temperature: 0 };

const whole = await client.completions.create(request);
assert.equal(whole.choices[0].finish_reason, 'length');
assert.equal(whole.usage.total_tokens, 25);

let text = '';
let usage;
for await (const chunk of await client.completions.create(
  { ...request, stream: true, stream_options: { include_usage: true } })) {
  text += chunk.choices[0]?.text ?? '';
  usage = chunk.usage ?? usage;
}
assert.equal(text, whole.choices[0].text);
assert.equal(usage.completion_tokens, 12);

const left = await client.completions.create({ ...request, max_tokens: 100000, stream: true });
for await (const chunk of left) {
  assert.ok(chunk.id);
  break;
}

const messages = [{ role: 'user', content: 'Wörld?' }];
const chat = await client.chat.completions.create({ model: 'tiny', messages, max_tokens: 12, temperature: 0 });
let said = '';
for await (const chunk of await client.chat.completions.create(
  { model: 'tiny', messages, max_tokens: 12, temperature: 0, stream: true })) {
  said += chunk.choices[0]?.delta?.content ?? '';
}
assert.equal(said, chat.choices[0].message.content);

const vectors = await client.embeddings.create({ model: 'tiny', input: ['one', 'two'] });
assert.equal(vectors.data.length, 2);
assert.equal(vectors.data[0].embedding.length, 8);

await assert.rejects(client.completions.create({ ...request, temperature: -1 }),
  (e) => e instanceof OpenAI.BadRequestError && e.param === 'temperature');
await assert.rejects(new OpenAI({ baseURL: url + '/v1', apiKey: 'wrong' }).models.list(),
  (e) => e instanceof OpenAI.AuthenticationError);
console.log('openai for JavaScript: all as expected');
