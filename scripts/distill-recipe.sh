#!/usr/bin/env bash
# Runs the distilling recipe from end to end: trains a small GPT-2 on a text with transformers, lets a
# state-space model learn from it, trains the same model without it, and prints both held-out losses.
#
# usage: scripts/distill-recipe.sh TEXT OUT [flags of gss train, such as --steps 200]
# needs: python3 with torch, transformers, safetensors and tokenizers (PYTHON names another python3)
set -euo pipefail
[ $# -ge 2 ] || { sed -n '2,6p' "$0" >&2; exit 2; }
text=$(readlink -f "$1") out=$(readlink -m "$2")
shift 2
home=$(cd "$(dirname "$0")/.." && pwd)
python=${PYTHON:-python3}

[ -e "$out/teacher/model/config.json" ] ||
  "$python" "$home/gss4j-train/src/test/python/train_teacher.py" "$text" "$out/teacher"

train() { # NAME, flags
  name=$1
  shift
  "$home/gss" train --config "$home/configs/distill-small.json" --data "$out/teacher/corpus/train.txt" \
    --out "$out/$name" --json "$@" >"$out/$name.json"
}
train distilled --teacher "$out/teacher/model" --embeddings-from "$out/teacher/model" "$@"
train alone --objective cross_entropy --teacher "" --embeddings-from "$out/teacher/model" "$@"

"$python" - "$out" <<'PY'
import json, sys
for name in ("distilled", "alone"):
    outcome = json.load(open(f"{sys.argv[1]}/{name}.json"))
    print(f"{name:10} {outcome['steps']} steps   held-out loss {outcome['loss']:.4f} nats per token")
lines = [json.loads(line) for line in open(f"{sys.argv[1]}/distilled/metrics.jsonl")]
for key in ("cross_entropy", "distillation"):
    values = [line[key] for line in lines if key in line]
    print(f"{key:14} first {values[0]:.4f}   last {values[-1]:.4f}")
PY
