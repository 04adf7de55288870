#!/usr/bin/env python3
"""Runs gss4j and the published PyTorch package in turn on the same workloads, and writes the table of
docs/performance.md and docs/performance.json.

Every figure is a ratio taken within one round, in which the programs run one after the other; the median of
the rounds counts, and the least and the largest are its spread. The package runs in its default environment
and in its best one, found by a short trial of each workload; ratios hold against the better of the two.

usage: scripts/bench-peer.py --peer PYTHON,SCRIPT [ROW ...] [--rounds 3] [--quick]
needs: the package in a virtual environment (python3 -m venv DIR; DIR/bin/pip install torch numpy scipy einops
gated-state-spaces-pytorch), whose python is PYTHON, and its timer SCRIPT, which takes the options of gss bench."""
import argparse
import datetime
import json
import os
import pathlib
import platform
import re
import statistics
import subprocess
import sys

HOME = pathlib.Path(__file__).resolve().parent.parent
# Variables that would decide how fast either program is; both start without them.
LEFT_OUT = ("OPENBLAS_", "OMP_", "GOMP_", "KMP_", "MKL_", "MALLOC_", "GLIBC_TUNABLES", "THP_MEM_ALLOC_ENABLE",
            "LD_PRELOAD", "GSS_JAVA_OPTS")
KEPT_MEMORY = "glibc.malloc.hugetlb=1:glibc.malloc.mmap_threshold=8589934592:glibc.malloc.trim_threshold=17179869184"
DEFAULT, BEST = "default", "best"
# What may suit the package better than its defaults: variables, and options.
CANDIDATES = [
    ({"OMP_WAIT_POLICY": "PASSIVE"}, {}),
    ({"OMP_WAIT_POLICY": "ACTIVE"}, {}),
    ({"OMP_WAIT_POLICY": "PASSIVE", "GLIBC_TUNABLES": KEPT_MEMORY}, {}),
    ({}, {"threads": 1}),
]


class Failed(Exception):
    """Ends the program with one line."""


def load(workload, **options):
    """A workload and its options, as a key that can be looked up."""
    return workload, tuple(sorted(options.items()))


TRAIN = dict(dim=512, depth=8, seq_len=4096, batch=4)
SMALL = dict(dim=256, depth=4, seq_len=512, batch=8)
LONG = dict(dim=512, depth=12, checkpoint_layers="true", repeats=1)


def faster(peer="peer"):
    return lambda r: min(x["seconds"] for x in r[peer]) / r["ours"]["seconds"]


def memory(r):
    return r["ours"]["peak_above_start_mb"] / min(x["peak_above_start_mb"] for x in r["peer"])


def per_token(r):
    return r["short"]["tokens_per_second"] / r["long"]["tokens_per_second"]


# A row: loads of ours, loads of the package, and figures: (words, value of a round, to reach, wished, unit).
# A figure with unit "×" or "%" is to be large, one with "of" or "GB" small.
ROWS = {
    "train-float32": dict(
        title="training step, dim 512, depth 8, 4,096 tokens, batch 4, float32, layers recomputed",
        ours={"ours": load("train", checkpoint_layers="true", **TRAIN)}, peer={"peer": load("train", **TRAIN)},
        figures=[("faster", faster(), 1.3, 1.6, "×"), ("peak memory", memory, 1 / 3, None, "of")],
        quick=dict(depth=2, seq_len=1024, batch=1, repeats=1)),
    "train-bfloat16": dict(
        title="the same in bfloat16",
        ours={"ours": load("train", dtype="bfloat16", **TRAIN)},
        peer={"float32": load("train", **TRAIN), "autocast": load("train", dtype="bfloat16", **TRAIN)},
        figures=[("faster than its float32", faster("float32"), 3, 5, "×"),
                 ("faster than its autocast", faster("autocast"), 1.8, None, "×")]),
    "layer": dict(
        title="one layer forward, (1, 65,536, 512)",
        ours={"ours": load("layer", dim=512, seq_len=65536, batch=1)},
        peer={"peer": load("layer", dim=512, seq_len=65536, batch=1)},
        figures=[("faster", faster(), 2.5, 4, "×"), ("peak memory", memory, 1 / 4, None, "of")],
        quick=dict(seq_len=4096, repeats=1)),
    "generate": dict(
        title="tokens/s after the first, 64 tokens after a prompt of 4,096, float32",
        ours={"ours": load("generate", dim=512, depth=8, prompt_len=4096, new=64)},
        peer={"peer": load("generate", dim=512, depth=8, prompt_len=4096, new=64, repeats=1)},
        figures=[("more tokens/s", lambda r: r["ours"]["tokens_per_second_after_first"]
                  / max(x["tokens_per_second_after_first"] for x in r["peer"]), 150, 300, "×"),
                 ("faster through the prompt", lambda r: min(map(prompt_seconds, r["peer"]))
                  / prompt_seconds(r["ours"]), None, None, "×")],
        quick=dict(depth=2, prompt_len=512, new=8, repeats=1)),
    "context": dict(
        title="cost of a token at context 1,000,000 against 1,000 (dim 256, depth 4)",
        ours={"short": load("generate", dim=256, depth=4, prompt_len=1000, new=256),
              "long": load("generate", dim=256, depth=4, prompt_len=1000000, new=256, repeats=1)},
        peer={},
        figures=[("cost", lambda r: r["short"]["tokens_per_second_after_first"]
                  / r["long"]["tokens_per_second_after_first"], 1.05, 1.0, "of")]),
    "length": dict(
        title="training at 65,536 tokens against 16 × 4,096, dim 512, depth 12, layers recomputed",
        ours={"short": load("train", seq_len=4096, batch=16, **LONG), "long": load("train", seq_len=65536, batch=1, **LONG)},
        peer={},
        figures=[("time a token", per_token, 1.3, 1.1, "of"),
                 ("resident at 65,536", lambda r: r["long"]["peak_rss_mb"] * 2**20 / 1e9, 8, None, "GB")]),
    "small": dict(
        title="training step of a small model, dim 256, depth 4, 8 × 512 tokens, float32",
        ours={"ours": load("train", repeats=10, **SMALL)}, peer={"peer": load("train", repeats=10, **SMALL)},
        figures=[("faster", faster(), 1.5, 3, "×")], quick=dict(repeats=2)),
    "share": dict(
        title="share of the measured matrix rate on the model's own product shapes, training",
        ours={"float32": load("train", **TRAIN), "bfloat16": load("train", dtype="bfloat16", **TRAIN)}, peer={},
        figures=[("float32", lambda r: 100 * r["float32"]["share_of_matrix_rate"], 70, 85, "%"),
                 ("bfloat16", lambda r: 100 * r["bfloat16"]["share_of_matrix_rate"], 40, 60, "%")]),
}


def prompt_seconds(result):
    """Until the first token: measured by ours, and what remains of the whole in the package's result."""
    return result.get("prompt_seconds",
                      result["seconds"] - (result["new"] - 1) / result["tokens_per_second_after_first"])


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("rows", nargs="*", metavar="ROW", help="rows to measure: " + ", ".join(ROWS) + " (default: all)")
    parser.add_argument("--peer", metavar="PYTHON,SCRIPT", help="the package's python and its timer")
    parser.add_argument("--rounds", type=int, default=3, help="how often each program runs (default 3)")
    parser.add_argument("--threads", type=int, default=os.cpu_count(), help="of both programs (default: all cores)")
    parser.add_argument("--quick", action="store_true", help="small sizes, one round, in two or three minutes; prints only")
    parser.add_argument("--out", type=pathlib.Path, default=HOME / "docs" / "performance.md", help="the page to write into")
    a = parser.parse_args()
    known = [name for name, row in ROWS.items() if not a.quick or "quick" in row]
    for name in a.rows:
        if name not in known:
            raise Failed(f"row is '{name}', expected one of {', '.join(known)}")
    a.rows = a.rows or known
    if a.rounds < 1 or a.threads < 1:
        raise Failed(f"--rounds is {a.rounds} and --threads is {a.threads}, expected at least 1")
    if any(ROWS[name]["peer"] for name in a.rows):
        a.peer = (a.peer or "").split(",")
        if len(a.peer) != 2 or not all(pathlib.Path(p).exists() for p in a.peer):
            raise Failed("--peer names no two files, expected PYTHON,SCRIPT: the python with the package, and its timer")
    return a


class Programs:
    """Starts both programs and keeps what they said."""

    def __init__(self, a):
        self.a = a
        self.clean = {k: v for k, v in os.environ.items() if not k.startswith(LEFT_OUT)}
        self.best = {}
        self.commands = {}

    def sized(self, key, row):
        workload, options = key
        return load(workload, **{"threads": self.a.threads, **dict(options), **(row["quick"] if self.a.quick else {})})

    def ours(self, key):
        line = [str(HOME / "gss"), "bench", key[0], *flags(key), "--json"]
        self.commands[("ours", key)] = "./gss bench " + " ".join([key[0], *flags(key)])
        return self.run(line, {})

    def peer(self, key, environment):
        variables, options = ({}, {}) if environment == DEFAULT else self.best[key]
        changed = load(key[0], **{**dict(key[1]), **options})
        words = [f"{k}={v}" for k, v in variables.items()]
        self.commands[(environment, key)] = " ".join([*words, "PYTHON SCRIPT", changed[0], *flags(changed)])
        return self.run([*self.a.peer, changed[0], *flags(changed)], variables)

    def find_best(self, key):
        """The candidate that is fastest in a short trial."""
        if key in self.best:
            return
        short = {"repeats": 1, **({"new": 4} if key[0] == "generate" else {})}
        seconds = []
        for variables, options in CANDIDATES[:1] if self.a.quick else CANDIDATES:
            trial = load(key[0], **{**dict(key[1]), **short, **options})
            seconds.append((self.run([*self.a.peer, trial[0], *flags(trial)], variables)["seconds"], len(seconds)))
        self.best[key] = CANDIDATES[min(seconds)[1]]

    def run(self, line, variables):
        print("#", *(f"{k}={v}" for k, v in variables.items()), *line, file=sys.stderr, flush=True)
        done = subprocess.run(line, env={**self.clean, **variables}, capture_output=True, text=True)
        if done.returncode != 0:
            said = (done.stderr.strip().splitlines() or ["nothing on standard error"])[-1]
            raise Failed(f"{' '.join(line)}: ended with {done.returncode}: {said}")
        return json.loads(done.stdout.strip().splitlines()[-1])


def flags(key):
    return [word for name, value in key[1] for word in ("--" + name.replace("_", "-"), str(value))]


def measure(a, programs):
    """Runs all rounds; a workload that stands in two rows runs once a round."""
    rows = {name: ROWS[name] for name in a.rows}
    for row in rows.values():
        for key in row["peer"].values():
            programs.find_best(programs.sized(key, row))
    rounds = []
    for _ in range(1 if a.quick else a.rounds):
        seen = {}
        for row in rows.values():
            for key in (programs.sized(k, row) for k in row["ours"].values()):
                seen["ours", key] = seen.get(("ours", key)) or programs.ours(key)
            for key in (programs.sized(k, row) for k in row["peer"].values()):
                for environment in (DEFAULT, BEST):
                    seen[environment, key] = seen.get((environment, key)) or programs.peer(key, environment)
        rounds.append(seen)
    return {name: outcome(row, rounds, programs) for name, row in rows.items()}


def outcome(row, rounds, programs):
    """A row's figures: each round's, and their median."""
    by_round = []
    for seen in rounds:
        results = {label: seen["ours", programs.sized(key, row)] for label, key in row["ours"].items()}
        for label, key in row["peer"].items():
            results[label] = [seen[e, programs.sized(key, row)] for e in (DEFAULT, BEST)]
        by_round.append(results)
    figures = []
    for words, value, reach, wished, unit in row["figures"]:
        values = [value(results) for results in by_round]
        figures.append(dict(figure=words, unit=unit, median=statistics.median(values), least=min(values),
                            largest=max(values), to_reach=reach, wished=wished))
    runs = []
    for program, keys in (("ours", row["ours"]), (DEFAULT, row["peer"]), (BEST, row["peer"])):
        for label, key in keys.items():
            sized = programs.sized(key, row)
            runs.append(dict(program=program, label=label, command=programs.commands[program, sized],
                             results=[seen[program, sized] for seen in rounds]))
    title = row["title"] + (", at quick sizes" if programs.a.quick else "")
    return dict(title=title, date=datetime.date.today().isoformat(), commit=commit(), figures=figures, runs=runs)


def commit():
    git = lambda *words: subprocess.run(["git", *words], cwd=HOME, capture_output=True, text=True).stdout.strip()
    return git("rev-parse", "--short", "HEAD") + (" with changes" if git("status", "--porcelain", "-uno") else "")


def machine(a, programs):
    """What the figures depend on, and what this machine can do at best."""
    limits = programs.run([str(HOME / "gss"), "bench", "roofline", "--threads", str(a.threads), "--json"], {})
    java = os.path.join(os.environ["JAVA_HOME"], "bin", "java") if "JAVA_HOME" in os.environ else "java"
    version = subprocess.run([java, "-version"], capture_output=True, text=True).stderr.splitlines()[0]
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    facts = {"processor": limits["processor"], "cores": os.cpu_count(), "threads": a.threads,
             "memory": f"{pages / 2**30:.0f} GiB", "system": platform.platform(), "java": version,
             "libtorch of gss4j": limits["torch"]}
    return facts, limits


def typical(run, name):
    return statistics.median(result[name] for result in run["results"])


def shown(run):
    """A run's medians in a cell."""
    parts = []
    if "tokens_per_second_after_first" in run["results"][0]:
        parts.append(f"{typical(run, 'tokens_per_second_after_first'):.4g} tokens/s")
        parts.append(f"prompt {statistics.median(map(prompt_seconds, run['results'])):.3g} s")
    else:
        parts.append(f"{typical(run, 'seconds'):.3g} s")
    parts.append(f"{typical(run, 'peak_above_start_mb'):.0f} MiB")
    return ", ".join(parts)


def number(value, unit):
    if value is None:
        return "–"
    return f"{value:.0f} %" if unit == "%" else f"{value:.1f} GB" if unit == "GB" else f"{value:.3g}" + (" ×" if unit == "×" else "")


def table(rows, facts, limits):
    """The measured part of the page."""
    text = ["| workload | figure | median (spread) | to reach | wished |", "| --- | --- | --- | --- | --- |"]
    for name in ROWS:
        for i, f in enumerate(rows.get(name, {}).get("figures", [])):
            title = rows[name]["title"] if i == 0 else ""
            spread = f"{number(f['least'], f['unit'])} to {number(f['largest'], f['unit'])}"
            small = f["unit"] in ("of", "GB")
            reach = ("at most " if small and f["to_reach"] else "") + number(f["to_reach"], f["unit"])
            text.append(f"| {title} | {f['figure']} | **{number(f['median'], f['unit'])}** ({spread}) | {reach} | "
                        f"{number(f['wished'], f['unit'])} |")
    text += ["", "Medians of each program; memory is the peak above what was resident before the work:", "",
             "| workload | gss4j | package, default environment | package, best environment |", "| --- | --- | --- | --- |"]
    for name, row in ((n, rows[n]) for n in ROWS if n in rows):
        cells = {p: "<br>".join(label(r) + shown(r) for r in row["runs"] if r["program"] == p) for p in ("ours", DEFAULT, BEST)}
        text.append(f"| {row['title']} | {cells['ours']} | {cells[DEFAULT] or '–'} | {cells[BEST] or '–'} |")
    text += ["", "Machine: " + ", ".join(f"{k} {v}" for k, v in facts.items()) + ". " + others(rows), "",
             "At best (`gss bench roofline`): " + ", ".join(
                 f"{k.replace('_', ' ')} {v:.4g}" for k, v in limits.items() if isinstance(v, float)) + ".", "",
             "Commands, a round each in this order:", "```"]
    for name in ROWS:
        row = rows.get(name)
        if row:
            text.append(f"# {name}: rounds: {len(row['runs'][0]['results'])}, on {row['date']} at {row['commit']}")
            text += [r["command"] for r in row["runs"]]
    return "\n".join(text + ["```"])


def label(run):
    return "" if run["label"] in ("ours", "peer") else run["label"] + ": "


def others(rows):
    versions = {r["torch"] for row in rows.values() for run in row["runs"] if run["program"] != "ours" for r in run["results"]}
    return f"The package runs on PyTorch {', '.join(sorted(versions))}." if versions else ""


def write(a, rows, facts, limits):
    """Puts the table between the page's marks, beside rows measured before on the same machine."""
    kept = a.out.with_suffix(".json")
    before = json.loads(kept.read_text()) if kept.exists() else {}
    if before.get("machine") == facts:
        rows = {**before["rows"], **rows}
    elif before:
        print("# rows measured on another machine are left out", file=sys.stderr)
    page = a.out.read_text()
    marked = re.compile(r"(<!-- measured -->\n).*(\n<!-- /measured -->)", re.S)
    if not marked.search(page):
        raise Failed(f"{a.out}: has no lines <!-- measured --> and <!-- /measured -->, between which the table goes")
    body = table(rows, facts, limits)
    kept.write_text(json.dumps(dict(machine=facts, limits=limits, rows=rows), indent=1) + "\n")
    a.out.write_text(marked.sub(lambda m: m[1] + body + m[2], page))


def main():
    try:
        a = parse()
        programs = Programs(a)
        rows = measure(a, programs)
        facts, limits = machine(a, programs)
        print(table(rows, facts, limits))
        if not a.quick:
            write(a, rows, facts, limits)
    except Failed as e:
        sys.exit(f"bench-peer: {e}")


main()
