#!/usr/bin/env python3
"""Decodes with the engine 'java' and with llama.cpp in turn, and prints medians and ratios (docs/performance.md).

usage: scripts/bench-llama.py --peer PYTHON,TIMER,DIR [ROW ...] [--rounds 5] [--models DIR] [--threads 2]
needs: llama-cpp-python built for this processor, whose python is PYTHON; TIMER, a program that takes a GGUF file,
--threads, --streams, --prompt, --new and --repeats and prints {"what", "tokens_per_second"} a line; DIR with its models
llama-SIZE-TYPE.gguf and mamba-SIZE-TYPE.gguf (SIZE 3m, 24m or 708m; TYPE f32, bf16 or q8_0).

A round runs ours, then each of llama.cpp's models, then the next row; a figure is the median of the rounds, a ratio that
of the medians. Both read 16 ids, then 8 for warm-up, then fixed ids one by one; logits are computed, nothing is sampled.
Ours warms up for three seconds more, while Java compiles. A run during which other programs took more than a tenth of a
core is timed again (Linux)."""
import argparse
import json
import os
import pathlib
import resource
import statistics
import subprocess
import sys
import time

HOME = pathlib.Path(__file__).resolve().parent.parent
# Variables that would decide how fast either program is; both start without them.
LEFT_OUT = ("OPENBLAS_", "OMP_", "GOMP_", "KMP_", "MKL_", "MALLOC_", "GLIBC_TUNABLES", "LD_PRELOAD")
OTHERS = 0.1  # cores that other programs may take while something is timed
TRIES = 20
SIZES = {
    "3m": ["--num-tokens", "256", "--dim", "256", "--depth", "4", "--state", "64", "--kernel-dim", "128"],
    "24m": ["--num-tokens", "256", "--dim", "512", "--depth", "8"],
    "24m-slow": ["--num-tokens", "256", "--dim", "512", "--depth", "8", "--slow-modes", "64"],
    "708m": [],
}


def row(size, dtype="float32", streams=1, prompt=0, new=128, **reach):
    """A row: what to run, and (to reach, wished) by llama.cpp's architecture."""
    return dict(size=size, dtype=dtype, streams=streams, prompt=prompt, new=new, reach=reach)


ROWS = {
    "3m": row("3m", llama=(1.0, 1.4)),
    "24m": row("24m", mamba=(1.2, None), llama=(0.8, 1.0)),
    "24m-int8": row("24m", "int8", mamba=(1.2, None), llama=(None, 1.0)),
    "708m": row("708m", new=48, llama=(0.92, 1.0)),
    "708m-bfloat16": row("708m", "bfloat16", new=48, llama=(0.88, 1.0)),
    "708m-int8": row("708m", "int8", new=48, llama=(0.8, 1.0)),
    "24m-32": row("24m", streams=32, mamba=(1.5, None), llama=(None, 1.0)),
    "24m-slow": row("24m-slow", mamba=(1.1, None)),
    "24m-slow-32": row("24m-slow", streams=32, mamba=(1.2, None)),
    "3m-32": row("3m", streams=32, mamba=(1.5, None), llama=(None, 1.0)),
    "24m-prompt": row("24m", prompt=4096, llama=(1.3, 2.2)),
}
TYPES = {"float32": "f32", "bfloat16": "bf16", "int8": "q8_0"}


class Failed(Exception):
    """Ends the program with one line."""


def machine_seconds():
    """What all cores have worked so far, and what was taken from them by a host; None where that cannot be read."""
    try:
        user, nice, system, _, _, irq, softirq, steal = map(int, pathlib.Path("/proc/stat").read_text().split()[1:9])
    except OSError:
        return None
    return (user + nice + system + irq + softirq + steal) / os.sysconf("SC_CLK_TCK")


def own_seconds():
    of = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(x.ru_utime + x.ru_stime for x in of)


def run_alone(line):
    """Runs it again until nothing else was at work."""
    for _ in range(TRIES):
        machine, own, begin = machine_seconds(), own_seconds(), time.monotonic()
        said = run(line)
        if machine is None:
            return said
        others = (machine_seconds() - machine - own_seconds() + own) / (time.monotonic() - begin)
        if others < OTHERS:
            return said
        print(f"# again: other programs took {others:.2f} cores meanwhile", file=sys.stderr, flush=True)
    raise Failed(f"the machine was not quiet in {TRIES} tries, expected others to take less than {OTHERS} cores")


def run(line):
    clean = {k: v for k, v in os.environ.items() if not k.startswith(LEFT_OUT)}
    done = subprocess.run(line, env=clean, capture_output=True, text=True)
    if done.returncode != 0:
        said = (done.stderr.strip().splitlines() or ["nothing on standard error"])[-1]
        raise Failed(f"{' '.join(line)}: ended with {done.returncode}: {said}")
    return done.stdout.strip()


def model(a, size):
    directory = a.models / size
    if not directory.exists():
        run([str(a.gss), "synthesize", "--out", str(directory), *SIZES[size]])
    return directory


def ours(a, r):
    line = [str(a.gss), "bench", "decode", "--model", str(model(a, r["size"])), "--engine", "java", "--dtype", r["dtype"],
            "--streams", str(r["streams"]), "--threads", str(a.threads), "--tokens", str(r["new"]), "--rounds", "1", "--json"]
    if r["prompt"]:
        line += ["--prompt-len", str(r["prompt"])]
    said = json.loads(run_alone(line).splitlines()[-1])
    return said["prompt_tokens_per_second" if r["prompt"] else "tokens_per_second"]


def peer(a, r, architecture):
    python, timer, models = a.peer
    file = f"{models}/{architecture}-{r['size'].split('-')[0]}-{TYPES[r['dtype']]}.gguf"
    line = [python, timer, file, "--threads", str(a.threads), "--new", str(r["new"]), "--repeats", "1"]
    line += ["--streams", "", "--prompt", str(r["prompt"])] if r["prompt"] else ["--streams", str(r["streams"]), "--prompt", "0"]
    return json.loads(run_alone(line).splitlines()[-1])["tokens_per_second"]


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("rows", nargs="*", metavar="ROW", help="rows to measure: " + ", ".join(ROWS) + " (default: all)")
    parser.add_argument("--peer", required=True, metavar="PYTHON,TIMER,DIR", help="its python, its timer, its models")
    parser.add_argument("--rounds", type=int, default=5, help="(default 5)")
    parser.add_argument("--threads", type=int, default=os.cpu_count(), help="of both (default: all cores)")
    parser.add_argument("--models", type=pathlib.Path, default=HOME / "models" / "bench", help="where ours are made")
    parser.add_argument("--gss", type=pathlib.Path, default=HOME / "gss", help="the launcher")
    a = parser.parse_args()
    for name in a.rows:
        if name not in ROWS:
            raise Failed(f"row is '{name}', expected one of {', '.join(ROWS)}")
    a.rows = a.rows or list(ROWS)
    a.peer = a.peer.split(",")
    if len(a.peer) != 3 or not all(pathlib.Path(p).exists() for p in a.peer):
        raise Failed("--peer names no three paths, expected PYTHON,TIMER,DIR")
    a.models.mkdir(parents=True, exist_ok=True)
    return a


def number(value):
    return "–" if value is None else f"{value} ×"


def main():
    try:
        a = parse()
        for name in a.rows:
            model(a, ROWS[name]["size"])
        seen = {}
        for _ in range(a.rounds):
            for name in a.rows:
                for who in ("java", *ROWS[name]["reach"]):
                    rate = ours(a, ROWS[name]) if who == "java" else peer(a, ROWS[name], who)
                    print(f"# {name}, {who}: {rate:,.1f} tokens/s", file=sys.stderr, flush=True)
                    seen.setdefault((name, who), []).append(rate)
        print("| row | java, tokens/s | against | tokens/s | ratio (of the rounds) | to reach | wished |")
        print("| --- | --- | --- | --- | --- | --- | --- |")
        for name in a.rows:
            java = seen[name, "java"]
            for architecture, (reach, wished) in ROWS[name]["reach"].items():
                other = seen[name, architecture]
                rounds = [x / y for x, y in zip(java, other)]
                print(f"| {name} | {statistics.median(java):,.1f} | {architecture} | {statistics.median(other):,.1f} | "
                      f"**{statistics.median(java) / statistics.median(other):.2f}** ({min(rounds):.2f} to "
                      f"{max(rounds):.2f}) | {number(reach)} | {number(wished)} |", flush=True)
    except Failed as e:
        sys.exit(f"bench-llama: {e}")


main()
