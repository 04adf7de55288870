#!/usr/bin/env python3
"""Measures `gss serve` through HTTP, beside `DecodingBatch` without it and llama.cpp's server (docs/serving.md).

usage: scripts/bench-serve.py [PART ...] [--rounds 3] [--threads 2] [--model DIR] [--peer PYTHON,DIR]
PYTHON: a Python that has xllamacpp (pip install xllamacpp), DIR: its models mamba-24m-f32.gguf and llama-24m-f32.gguf.
parts: streams (8 and 32 together, against the others), cache (4,096 shared and 64 own tokens), gap (between the tokens of
       8 streams while a prompt of 100,000 is read), health (under both loads)

A round runs one after the other, the servers that are not measured are stopped meanwhile (SIGSTOP); a figure is the median
of the rounds, a ratio that of the medians. All streams are greedy, of fixed lengths, over prompts of 16 ids of their own;
a rate is from the first request to the last token. The client is one thread of this program, its processor time is given."""
import argparse
import contextlib
import json
import os
import pathlib
import random
import re
import selectors
import signal
import socket
import statistics
import subprocess
import sys
import threading
import time
import urllib.request

HOME = pathlib.Path(__file__).resolve().parent.parent
# Variables that would decide how fast a program is; all start without them.
LEFT_OUT = ("OPENBLAS_", "OMP_", "GOMP_", "KMP_", "MKL_", "MALLOC_", "GLIBC_TUNABLES", "LD_PRELOAD")
ENVIRONMENT = {k: v for k, v in os.environ.items() if not k.startswith(LEFT_OUT)}
SIZE = ["--num-tokens", "256", "--dim", "512", "--depth", "8"]  # 24 M parameters
NEW = 384
PARTS = ("streams", "cache", "gap", "health")

PEER = """
import sys, time, xllamacpp
p = xllamacpp.CommonParams()
p.model.path = sys.argv[1]
p.n_parallel = int(sys.argv[2])
p.n_ctx = 512 * p.n_parallel
p.cpuparams.n_threads = p.cpuparams_batch.n_threads = int(sys.argv[3])
server = xllamacpp.Server(p)
print(server.listening_address, "serves", flush=True)
time.sleep(3600)
"""


class Failed(Exception):
    """Ends the program with one line."""


class Server:
    """A server process; stopped except within `awake`."""

    def __init__(self, name, line):
        self.name = name
        self.log = open(f"/tmp/bench-serve-{os.getpid()}-{name}.log", "w+")
        self.process = subprocess.Popen(line, env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=self.log, text=True)
        found = re.search(r"http://([\d.]+):(\d+)", self.process.stdout.readline())
        if not found:
            raise Failed(f"{name} does not start: {self.log.name}")
        self.address = (found[1], int(found[2]))
        os.kill(self.process.pid, signal.SIGSTOP)

    @contextlib.contextmanager
    def awake(self):
        os.kill(self.process.pid, signal.SIGCONT)
        try:
            yield
        finally:
            os.kill(self.process.pid, signal.SIGSTOP)

    def close(self):
        self.process.kill()
        self.process.wait()
        self.log.close()
        os.unlink(self.log.name)


class Stream:
    """A request for a stream, over a connection of its own."""

    def __init__(self, server, body):
        self.body = json.dumps(body).encode()
        self.socket = socket.create_connection(server.address)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.tail = b""
        self.times = []  # when tokens came
        self.over = False

    def send(self):
        self.began = time.perf_counter()
        self.socket.sendall(b"POST /v1/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                            b"Content-Length: %d\r\n\r\n%s" % (len(self.body), self.body))

    def receive(self):
        data = self.socket.recv(1 << 16)
        if not data or (not self.times and data.startswith(b"HTTP/1.1 ") and not data.startswith(b"HTTP/1.1 200")):
            raise Failed(f"a request failed: {data[:300]!r}")
        if b"data: {" in data:
            self.times.append(time.perf_counter())
        self.tail = (self.tail + data)[-600:]
        self.over = b"data: [DONE]" in self.tail

    def tokens(self):
        return int(re.search(rb'"completion_tokens":(\d+)', self.tail)[1])


def drive(streams):
    """Sends all and reads until all are over; gives the seconds."""
    with selectors.DefaultSelector() as selector:
        begin = time.perf_counter()
        for stream in streams:
            stream.send()
            selector.register(stream.socket, selectors.EVENT_READ, stream)
        while selector.get_map():
            for key, _ in selector.select():
                key.data.receive()
                if key.data.over:
                    selector.unregister(key.fileobj)
                    key.fileobj.close()
        return time.perf_counter() - begin


def request(ids, new, **more):
    return {"prompt": ids, "max_tokens": new, "temperature": 0, "ignore_eos": True, "stream": True,
            "stream_options": {"include_usage": True}, **more}


def ids(seed, count):
    return random.Random(seed).choices(range(256), k=count)


def rate(server, streams, new=NEW):
    """Tokens a second, and the client's share of a core."""
    with server.awake():
        all_of_them = [Stream(server, request(ids(random.random(), 16), new)) for _ in range(streams)]
        processor = time.process_time()
        seconds = drive(all_of_them)
        processor = time.process_time() - processor
    for stream in all_of_them:
        if stream.tokens() != new:
            raise Failed(f"{server.name} wrote {stream.tokens()} tokens, expected {new}")
    return streams * new / seconds, processor / seconds


def without_http(a, streams):
    line = [str(a.gss), "bench", "generate", *SIZE[2:], "--vocab", "256", "--engine", "java", "--streams", str(streams),
            "--prompt-len", "16", "--new", str(NEW), "--repeats", "1", "--threads", str(a.threads), "--json"]
    done = subprocess.run(line, env=ENVIRONMENT, capture_output=True, text=True)
    if done.returncode != 0:
        raise Failed(f"{' '.join(line)}: {done.stderr.strip().splitlines()[-1:]}")
    said = json.loads(done.stdout)
    return (said[0] if isinstance(said, list) else said)["tokens_per_second_after_first"]


def say(text):
    print(f"# {text}", file=sys.stderr, flush=True)


def measure_streams(a, ours, peers):
    seen, client = {}, {}
    for server in (ours, *peers):  # warm up: Java compiles, caches fill
        for _ in range(3 if server is ours else 1):
            rate(server, 32, 96)
    for number in range(a.rounds):
        for streams in (8, 32):
            for server in (ours, *peers):
                got, share = rate(server, streams)
                seen.setdefault((server.name, streams), []).append(got)
                client.setdefault((server.name, streams), []).append(share)
                say(f"{server.name}, {streams} streams: {got:,.0f} tokens/s, client {share:.2f} of a core")
            got = without_http(a, streams)
            seen.setdefault(("DecodingBatch", streams), []).append(got)
            say(f"DecodingBatch, {streams} streams: {got:,.0f} tokens/s")
    print("| streams | gss serve, tokens/s | client, cores | against | tokens/s | ratio (of the rounds) | to reach |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for streams in (8, 32):
        mine = seen[ours.name, streams]
        for name, reach in (("DecodingBatch", 0.8), ("mamba", 1.5), ("llama", None)):
            if (name, streams) in seen:
                other = seen[name, streams]
                rounds = [x / y for x, y in zip(mine, other)]
                print(f"| {streams} | {statistics.median(mine):,.0f} | {statistics.median(client[ours.name, streams]):.2f} | "
                      f"{name} | {statistics.median(other):,.0f} | **{statistics.median(mine) / statistics.median(other):.2f}** "
                      f"({min(rounds):.2f} to {max(rounds):.2f}) | {f'{reach} ×' if reach else '–'} |")


def first_token(server, prompt):
    stream = Stream(server, request(prompt, 2))
    drive([stream])
    return stream.times[0] - stream.began


def measure_cache(a, server):
    cold, warm = [], []
    with server.awake():
        for number in range(12):  # until the cache is full, and memory is used again
            first_token(server, ids(number, 4160))
        for number in range(2 * a.rounds + 1):
            shared = ids(("shared", number).__repr__(), 4096)
            cold.append(first_token(server, shared + ids(("first", number).__repr__(), 64)))
            first_token(server, shared + ids(("second", number).__repr__(), 64))  # where they part is known from now on
            warm.append(first_token(server, shared + ids(("third", number).__repr__(), 64)))
    print(f"4,096 shared and 64 own tokens, seconds to the first token: {statistics.median(cold):.3f} without the cache, "
          f"{statistics.median(warm):.4f} with it: {statistics.median(cold) / statistics.median(warm):.0f} times sooner "
          f"(at least {min(c / w for c, w in zip(cold, warm)):.0f}, at most {max(c / w for c, w in zip(cold, warm)):.0f}; to reach: 20)")


class Health:
    """Asks /health ten times a second, from a thread and a connection of its own each time."""

    def __init__(self, server):
        self.url = "http://%s:%d/health" % server.address
        self.millis = []
        self.over = threading.Event()
        self.thread = threading.Thread(target=self.ask)

    def ask(self):
        while not self.over.wait(0.1):
            begin = time.perf_counter()
            urllib.request.urlopen(self.url).read()
            self.millis.append((time.perf_counter() - begin) * 1e3)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *ignored):
        self.over.set()
        self.thread.join()

    def __str__(self):
        ordered = sorted(self.millis)
        return (f"median {statistics.median(ordered):.1f} ms, 99 of 100 under {ordered[int(len(ordered) * 0.99) - 1]:.1f} ms, "
                f"slowest {ordered[-1]:.1f} ms of {len(ordered)} (to reach: 50 ms)")


def measure_gap(a, server):
    """Of 8 streams, while one prompt of 100,000 is read."""
    with server.awake(), Health(server) as health:
        writers = [Stream(server, request(ids(random.random(), 16), 1_000_000, return_token_ids=True)) for _ in range(8)]
        reader = Stream(server, request(ids(random.random(), 100_000), 1))
        with selectors.DefaultSelector() as selector:
            for stream in writers:
                stream.send()
                selector.register(stream.socket, selectors.EVENT_READ, stream)
            selector.register(reader.socket, selectors.EVENT_READ, reader)
            begin = time.perf_counter()
            while not reader.over:
                for key, _ in selector.select(0.1):
                    key.data.receive()
                if not reader.times and not hasattr(reader, "began") and time.perf_counter() > begin + 2:
                    reader.send()
        for stream in [*writers, reader]:
            stream.socket.close()
    gaps = sorted(later - earlier for w in writers
                  for earlier, later in zip(w.times, w.times[1:]) if later >= reader.began)
    print(f"8 streams while a prompt of 100,000 tokens was read ({reader.times[0] - reader.began:.1f} s): between two tokens "
          f"median {statistics.median(gaps) * 1e3:.0f} ms, 99 of 100 under {gaps[int(len(gaps) * 0.99)] * 1e3:.0f} ms, "
          f"largest {gaps[-1] * 1e3:.0f} ms of {len(gaps):,} (to reach: 250 ms)")
    print(f"/health meanwhile: {health}")


def measure_health(a, server):
    with server.awake(), Health(server) as health:
        drive([Stream(server, request(ids(random.random(), 16), NEW)) for _ in range(32)])
    print(f"/health while 32 streams are written: {health}")


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", metavar="PART", help="(default: all)")
    parser.add_argument("--peer", metavar="PYTHON,DIR", help="llama.cpp's server (default: without it)")
    parser.add_argument("--rounds", type=int, default=3, help="(default 3)")
    parser.add_argument("--threads", type=int, default=os.cpu_count(), help="of each server (default: all cores)")
    parser.add_argument("--model", type=pathlib.Path, default=HOME / "models" / "bench" / "24m", help="made if it is not there")
    parser.add_argument("--gss", type=pathlib.Path, default=HOME / "gss", help="the launcher")
    a = parser.parse_args()
    for part in a.parts:
        if part not in PARTS:
            raise Failed(f"part is '{part}', expected one of {', '.join(PARTS)}")
    a.parts = a.parts or list(PARTS)
    return a


def main():
    servers = []
    signal.signal(signal.SIGTERM, lambda *ignored: sys.exit(143))
    try:
        a = parse()
        if not a.model.exists():
            a.model.parent.mkdir(parents=True, exist_ok=True)
            subprocess.run([a.gss, "synthesize", "--out", a.model, *SIZE], check=True)
        ours = Server("gss", [str(a.gss), "serve", "--model", str(a.model), "--port", "0", "--engine", "java",
                              "--threads", str(a.threads), "--cache-bytes", "512MB"])
        servers.append(ours)
        if "streams" in a.parts:
            peers = []
            if a.peer:
                python, models = a.peer.split(",")
                for name in ("mamba", "llama"):
                    peers.append(Server(name, [python, "-c", PEER, f"{models}/{name}-24m-f32.gguf", "32", str(a.threads)]))
                    servers.append(peers[-1])
            measure_streams(a, ours, peers)
        if "cache" in a.parts:
            measure_cache(a, ours)
        if "gap" in a.parts:
            measure_gap(a, ours)
        if "health" in a.parts:
            measure_health(a, ours)
    except Failed as e:
        sys.exit(f"bench-serve: {e}")
    finally:
        for server in servers:
            server.close()


main()
