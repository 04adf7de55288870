"""What Python's openai client gets from a server: python openai_client.py URL KEY. Used by scripts/check-clients.sh."""
import asyncio
import math
import sys

import openai

URL, KEY = sys.argv[1], sys.argv[2]
MODEL = "tiny"
PROMPT = "public class "
client = openai.OpenAI(base_url=URL + "/v1", api_key=KEY)


def write(**more):
    return client.completions.create(**{"model": MODEL, "prompt": PROMPT, "max_tokens": 12, "temperature": 0, **more})


def refused(kind, param, call):
    try:
        call()
    except kind as e:
        assert e.body["message"] and e.param == param, (e.body, param)
        return
    raise AssertionError(f"no {kind.__name__}")


def whole_and_streamed():
    assert [m.id for m in client.models.list()] == [MODEL] and client.models.retrieve(MODEL).id == MODEL
    whole = write()
    assert whole.object == "text_completion" and whole.choices[0].finish_reason == "length", whole
    assert (whole.usage.prompt_tokens, whole.usage.completion_tokens, whole.usage.total_tokens) == (13, 12, 25), whole
    chunks = list(write(stream=True, stream_options={"include_usage": True}))
    assert "".join(c.choices[0].text for c in chunks if c.choices) == whole.choices[0].text, chunks
    assert chunks[-1].choices == [] and chunks[-1].usage.completion_tokens == 12, chunks[-1]
    assert all(c.usage is None for c in chunks[:-1])
    assert chunks[-2].choices[0].finish_reason == "length", chunks[-2]
    ids = write(prompt=list(PROMPT.encode()))
    assert ids.choices[0].text == whole.choices[0].text
    several = write(prompt=[PROMPT, "x", PROMPT], n=2)
    assert [c.index for c in several.choices] == list(range(6))
    assert several.choices[0].text == several.choices[5].text == whole.choices[0].text
    drawn = [write(temperature=1, seed=7).choices[0].text for _ in range(2)]
    assert drawn[0] == drawn[1], drawn
    return whole.choices[0].text


def scored():
    one = write(echo=True, logprobs=2, max_tokens=1).choices[0]
    assert one.text.startswith(PROMPT) and one.logprobs.token_logprobs[0] is None
    assert len(one.logprobs.tokens) == len(one.logprobs.text_offset) == len(PROMPT) + 1
    assert all(p < 0 for p in one.logprobs.token_logprobs[1:])
    assert all(len(top) >= 2 for top in one.logprobs.top_logprobs[1:])
    pieces = [c.choices[0].logprobs for c in write(logprobs=0, stream=True) if c.choices]
    assert sum(len(p.token_logprobs) for p in pieces) == 12


async def together(expected):
    async with openai.AsyncOpenAI(base_url=URL + "/v1", api_key=KEY) as many:
        async def one():
            stream = await many.completions.create(
                model=MODEL, prompt=PROMPT, max_tokens=12, temperature=0, stream=True)
            return "".join([chunk.choices[0].text async for chunk in stream])
        texts = await asyncio.gather(*[one() for _ in range(8)])
    assert texts == [expected] * 8, texts


def left_early():
    with write(max_tokens=100_000, stream=True) as stream:
        next(iter(stream))


def chats():
    messages = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Wörld?"}]
    chat = client.chat.completions.create(
        model=MODEL, messages=messages, max_completion_tokens=12, temperature=0, logprobs=True, top_logprobs=2)
    assert chat.choices[0].message.role == "assistant" and len(chat.choices[0].logprobs.content) == 12, chat
    stream = client.chat.completions.create(
        model=MODEL, messages=messages, max_completion_tokens=12, temperature=0, stream=True)
    deltas = [c.choices[0].delta for c in stream]
    assert deltas[0].role == "assistant"
    assert "".join(d.content or "" for d in deltas) == chat.choices[0].message.content


def embedded():
    packed = client.embeddings.create(model=MODEL, input=["one", "two"])  # the client asks for base64
    plain = client.embeddings.create(model=MODEL, input=["one", "two"], encoding_format="float")
    assert [e.index for e in packed.data] == [0, 1] and packed.usage.prompt_tokens == 6
    for one, other in zip(packed.data, plain.data):
        assert len(one.embedding) == len(other.embedding) > 0
        assert all(math.isclose(a, b, rel_tol=1e-6) for a, b in zip(one.embedding, other.embedding))


def states():
    made = write(extra_body={"return_state": True}).choices[0]
    gone_on = write(prompt="", extra_body={"state": made.state}).choices[0].text
    assert made.text + gone_on == write(max_tokens=24).choices[0].text


def errors():
    refused(openai.BadRequestError, "temperature", lambda: write(temperature=-1))
    refused(openai.BadRequestError, "suffix", lambda: write(suffix="}"))
    refused(openai.BadRequestError, "zzz", lambda: write(extra_body={"zzz": 1}))
    refused(openai.NotFoundError, "model", lambda: write(model="other"))
    refused(openai.NotFoundError, "state", lambda: write(extra_body={"state": "state-0"}))
    stranger = openai.OpenAI(base_url=URL + "/v1", api_key="wrong")
    refused(openai.AuthenticationError, None, lambda: stranger.models.list())


text = whole_and_streamed()
scored()
asyncio.run(together(text))
left_early()
chats()
embedded()
states()
errors()
print(f"openai {openai.__version__} for Python: all as expected")
