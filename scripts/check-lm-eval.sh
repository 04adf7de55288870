#!/usr/bin/env bash
# lm-evaluation-harness scores Java through `gss serve` (its model local-completions) in windows that each begin with one
# known token, and `gss eval` the same windows: their bits per byte must be equal to 1e-4.
# The Java is gss4j's own, which is in no training text of that model. Needs python3 with venv; fetches lm-eval once.
#   scripts/check-lm-eval.sh [MODEL]           # of bytes as tokens (default: the model that comes along)
#   WINDOW=1024 WINDOWS=64 VENV=DIR scripts/check-lm-eval.sh MODEL
set -euo pipefail
home=$(cd "$(dirname "$0")/.." && pwd)
model=${1:-$home/gss4j-sample-model/src/main/resources/io/github/gss4j/sample}
venv=${VENV:-${XDG_CACHE_HOME:-$HOME/.cache}/gss4j/lm-eval}
window=${WINDOW:-1024}
windows=${WINDOWS:-64}
prefix=10 # a byte model has no token that begins a text: a new line does
work=$(mktemp -d)
source "$home/scripts/serving.sh"
trap 'stop_serving; rm -rf "$work"' EXIT

if [ ! -x "$venv/bin/lm_eval" ]; then
  python3 -m venv "$venv"
  "$venv/bin/pip" install --quiet 'lm-eval[api]'
fi

# The documents of the harness, each of whole windows, and the windows as ids for gss eval: a window is what the harness
# gives as context, the prefix or the byte before, and all that it predicts from there.
python3 - "$home" "$work" "$window" "$windows" $prefix <<'PYTHON'
import json, pathlib, sys
home, work = map(pathlib.Path, sys.argv[1:3])
window, windows, prefix = map(int, sys.argv[3:])
files = sorted(home.glob("gss4j*/src/main/java/**/*.java"))
text = "".join(f.read_text() for f in files).encode("ascii", "ignore")
each = max(1, windows // 4) * window
documents = [text[at:at + each] for at in range(0, windows * window, each)]
assert len(documents[-1]) == each, f"WINDOWS is {windows}, expected a multiple of 4 for which {len(text)} bytes are enough"
(work / "text.jsonl").write_text("".join(json.dumps({"text": d.decode()}) + "\n" for d in documents))
(work / "ids.json").write_text(json.dumps(
    [list((bytes([prefix]) + d)[at:at + window + 1]) for d in documents for at in range(0, each, window)]))
PYTHON
mkdir "$work/tasks"
sed "s:FILE:$work/text.jsonl:" "$home/scripts/lm-eval/held_out_java.yaml" >"$work/tasks/held_out_java.yaml"

serve --model "$model" --served-name gss
# max_length: the window, the prefix, and the one token that a completion writes at least
HF_HUB_OFFLINE=1 HF_DATASETS_OFFLINE=1 HF_HOME=$work/hf "$venv/bin/lm_eval" run --model local-completions \
  --model_args "model=gss,base_url=$url/v1/completions,tokenizer_backend=remote,custom_prefix_token_id=$prefix,max_length=$((window + 2)),num_concurrent=8" \
  --tasks held_out_java --include_path "$work/tasks" --output_path "$work/scores.json" >"$work/lm_eval.log" 2>&1 || {
  tail -n 30 "$work/lm_eval.log" >&2
  exit 1
}
stop_serving
"$home/gss" eval --model "$model" --ids-file "$work/ids.json" --json >"$work/eval.json"

python3 - "$work" <<'PYTHON'
import json, pathlib, sys
work = pathlib.Path(sys.argv[1])
scores = json.loads(next(work.glob("scores*.json")).read_text())
theirs = scores["results"]["held_out_java"]["bits_per_byte,none"]
ours = json.loads((work / "eval.json").read_text())
print(f"lm-evaluation-harness through gss serve: {theirs:.6f} bits per byte")
print(f"gss eval, {ours['bytes']:,} bytes: {ours['bits_per_byte']:.6f}")
if not abs(theirs - ours["bits_per_byte"]) <= 1e-4:
    sys.exit("check-lm-eval: they differ by more than 1e-4")
PYTHON
