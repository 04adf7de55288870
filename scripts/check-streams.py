#!/usr/bin/env python3
"""32 greedy streams at once, and each alone: counts the tokens that differ, for each engine and dtype.

usage: scripts/check-streams.py [MODEL]        (default: runs/demo/best)
With the engine java none differs, nor with torch in float64; with torch in float32 few may, where two tokens are almost
equally probable."""
import concurrent.futures
import http.client
import json
import pathlib
import re
import subprocess
import sys

HOME = pathlib.Path(__file__).resolve().parent.parent
STREAMS, NEW = 32, 100
KINDS = (("java", "float32", True), ("torch", "float64", True), ("torch", "float32", False))


def ask(address, number):
    body = {"prompt": f"{'the same begin, ' * (number % 3)}class A{number} {{", "max_tokens": NEW - number, "temperature": 0,
            "ignore_eos": True, "stream": True, "return_token_ids": True, "stream_options": {"include_usage": True}}
    connection = http.client.HTTPConnection(*address, timeout=600)
    connection.request("POST", "/v1/completions", json.dumps(body))
    events = [line[6:].strip() for line in connection.getresponse().read().split(b"\n") if line.startswith(b"data: ")]
    connection.close()
    assert events.pop() == b"[DONE]"
    pieces = [json.loads(e) for e in events]
    ids = [id for p in pieces for c in p["choices"] for id in c["token_ids"]]
    assert len(ids) == NEW - number == pieces[-1]["usage"]["completion_tokens"], (number, len(ids))
    assert pieces[-2]["choices"][0]["finish_reason"] == "length"
    return ids


def main():
    model = sys.argv[1] if len(sys.argv) > 1 else str(HOME / "runs" / "demo" / "best")
    wrong = False
    for engine, dtype, exact in KINDS:
        server = subprocess.Popen([HOME / "gss", "serve", "--model", model, "--port", "0", "--engine", engine, "--dtype", dtype,
                                   "--cache-bytes", "0"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        try:
            found = re.search(r"http://([\d.]+):(\d+)", server.stdout.readline())
            if not found:
                sys.exit(f"check-streams: no server with {engine}, {dtype}: gss serve --model {model} says why")
            address = (found[1], int(found[2]))
            alone = [ask(address, i) for i in range(STREAMS)]
            with concurrent.futures.ThreadPoolExecutor(STREAMS) as pool:
                together = list(pool.map(lambda i: ask(address, i), range(STREAMS)))
        finally:
            server.terminate()
            server.wait()
        differing = sum(a != b for one, other in zip(alone, together) for a, b in zip(one, other))
        streams = sum(one != other for one, other in zip(alone, together))
        print(f"{engine}, {dtype}: {differing:,} of {sum(map(len, alone)):,} tokens differ, in {streams} of {STREAMS} streams")
        wrong |= exact and differing > 0
    sys.exit("check-streams: there must be no difference" if wrong else 0)


main()
