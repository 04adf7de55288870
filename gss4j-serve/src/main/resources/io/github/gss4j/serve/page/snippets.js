/** The fields of OpenAI's own completions API; others are ours. */
const OPENAI = ['model', 'prompt', 'max_tokens', 'temperature', 'top_p', 'n', 'stop', 'seed',
  'presence_penalty', 'frequency_penalty', 'logit_bias'];

const shell = (text) => `'${text.replaceAll("'", "'\\''")}'`;
const python = (value) => value === true ? 'True' : value === false ? 'False' : value === null ? 'None' : JSON.stringify(value);
const java = (value) => JSON.stringify(value);
const camel = (name) => name.replace(/_(.)/g, (_, c) => c.toUpperCase());

function curl(url, body) {
  return `curl ${url}/v1/completions \\
  -H "Content-Type: application/json" \\
  -d ${shell(JSON.stringify(body, null, 2))}`;
}

function pythonCode(url, body) {
  const own = Object.entries(body).filter(([name]) => !OPENAI.includes(name));
  const lines = Object.entries(body).filter(([name]) => OPENAI.includes(name))
    .map(([name, value]) => `    ${name}=${python(value)},`);
  if (own.length) lines.push(`    extra_body={${own.map(([n, v]) => `${python(n)}: ${python(v)}`).join(', ')}},`);
  return `from openai import OpenAI

client = OpenAI(base_url="${url}/v1", api_key="none")
answer = client.completions.create(
${lines.join('\n')}
)
print(answer.choices[0].text)`;
}

function javaCode(url, body) {
  const set = Object.entries(body).map(([name, value]) => {
    if (!OPENAI.includes(name)) return `    .putAdditionalBodyProperty(${java(name)}, JsonValue.from(${java(value)}))`;
    if (name === 'stop') return `    .stopOfStrings(List.of(${value.map(java).join(', ')}))`;
    if (name === 'logit_bias') return `    .putAdditionalBodyProperty("logit_bias", JsonValue.from(Map.of(${
      Object.entries(value).map(([id, bias]) => `${java(id)}, ${bias}`).join(', ')})))`;
    return `    .${camel(name)}(${java(value)}${name === 'seed' || name === 'n' || name === 'max_tokens' ? 'L' : ''})`;
  });
  return `OpenAIClient client =
    OpenAIOkHttpClient.builder().baseUrl("${url}/v1").apiKey("none").build();
CompletionCreateParams params = CompletionCreateParams.builder()
${set.join('\n')}
    .build();
System.out.println(client.completions().create(params).choices().get(0).text());`;
}

/** A request as a program of each language. */
export const LANGUAGES = { curl, Python: pythonCode, Java: javaCode };
