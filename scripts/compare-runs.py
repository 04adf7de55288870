#!/usr/bin/env python3
"""Compares what an earlier and a later build made of the same runs, in two directories alike.

compare-runs.py OLD NEW DTYPE: everything of OLD stands in NEW, to the bit (NEW may have more), but
for
 - what has settings, facts or clocks of a build: run.json, config.json, training.json, result.json;
   fingerprints of models, which are of the stored weights now;
 - evaluations, summed in float64 now: to 1e-5;
 - what a state space reads from a state, many tokens at once: it sums in another order now, so that
   the state after a prompt (state-end) and training on carried states (hybrid) are rounded
   otherwise: to a tolerance by dtype.
Exits with 1 and a line for each difference.
"""
import array
import json
import math
import pathlib
import struct
import sys

old, new = map(pathlib.Path, sys.argv[1:3])
ROUNDING = {"float64": 1e-9, "float32": 1e-2, "bfloat16": 0.2}[sys.argv[3]]
BUILDS_OWN = {"run.json", "config.json", "training.json", "result.json"}
SUMS = {"eval_loss", "bits_per_byte", "perplexity"}
CLOCKS = {"tokens_per_second", "resident_bytes"}


def numbers(dtype, data):
    if dtype == "BF16":
        data = b"".join(b"\0\0" + data[i : i + 2] for i in range(0, len(data), 2))
    return array.array({"F64": "d", "F32": "f", "BF16": "f", "I64": "q"}[dtype], data)


def tensors(file):
    data = file.read_bytes()
    end = 8 + struct.unpack("<Q", data[:8])[0]
    header = json.loads(data[8:end])
    metadata = header.pop("__metadata__", {})
    metadata.pop("fingerprint", None)
    for tensor in header.values():
        first, last = tensor.pop("data_offsets")
        tensor["data"] = data[end + first : end + last]
    return metadata, header


def close(expected, found, tolerance):
    """By the largest of all: where numbers cancel, the small ones are noise."""
    most = max(map(abs, expected), default=0)
    return all(abs(a - b) <= tolerance * most for a, b in zip(expected, found))


def compare_tensors(expected, found, rounded):
    (facts, want), (new_facts, got) = tensors(expected), tensors(found)
    if not want.keys() <= got.keys() or not rounded and facts != new_facts:
        yield "tensors or facts are missing"
        return
    for name, a in want.items():
        b = got[name]
        if a == b or rounded and a["shape"] == b["shape"] and close(
            numbers(a["dtype"], a["data"]), numbers(b["dtype"], b["data"]), ROUNDING
        ):
            continue
        yield f"{name} differs"


def compare_metrics(expected, found, rounded):
    def lines(file):
        return [json.loads(line) for line in file.open()]

    want, got = lines(expected), lines(found)
    kinds = {frozenset(line) for line in want}
    got = [line for line in got if frozenset(line) in kinds]
    if len(want) != len(got):
        yield f"{len(got)} lines, expected {len(want)}"
    for a, b in zip(want, got):
        for key, value in a.items():
            tolerance = ROUNDING if rounded else 1e-5 if key in SUMS else 0
            same = value == b[key] or key in CLOCKS
            if not same and not (tolerance and math.isclose(value, b[key], rel_tol=tolerance)):
                yield f"step {a['step']}: {key} {b[key]}, expected {value}"


def differences():
    for expected in sorted(old.rglob("*")):
        name = expected.relative_to(old)
        found = new / name
        if expected.is_dir() or expected.name in BUILDS_OWN:
            continue
        rounded = name.parts[0] == "hybrid" or name.name == "state-end"
        if not found.exists():
            yield f"{name} is missing"
        elif expected.name == "metrics.jsonl":
            yield from (f"{name}: {line}" for line in compare_metrics(expected, found, rounded))
        elif expected.suffix == ".safetensors" or expected.name.startswith("state"):
            yield from (f"{name}: {line}" for line in compare_tensors(expected, found, rounded))
        elif expected.read_bytes() != found.read_bytes():
            yield f"{name} differs"


found = list(differences())
print("\n".join(found[:40]), end="\n" if found else "")
sys.exit(1 if found else 0)
