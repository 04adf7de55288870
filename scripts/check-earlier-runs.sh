#!/usr/bin/env bash
# What an earlier build began, this one ends to the bit: the old build trains runs of each kind to
# the middle (language models of each mixer, a classifier, two ranks), old and new continue with them,
# and metrics, weights, moments and the ids they write are compared, in each dtype. Evaluations are
# compared to 1e-6 instead: they are summed in float64 now. Of a classifier the earlier build kept
# validations alone.
#   scripts/check-earlier-runs.sh OLD_CHECKOUT [DTYPE…]
set -euo pipefail
home=$(cd "$(dirname "$0")/.." && pwd)
old=$(cd "$1" && pwd)/gss
new=$home/gss
dtypes=("${@:2}")
[ ${#dtypes[@]} -gt 0 ] || dtypes=(float64 float32 bfloat16)
work=$(mktemp -d)
trap 'cat "$work/log"; rm -rf "$work"' EXIT # the log of what failed

# All lines of the first file stand in the second one.
same_metrics() { # EXPECTED FOUND
  python3 - "$@" <<'PYTHON'
import json, math, sys
SUMS = {"eval_loss", "bits_per_byte", "perplexity"}
CLOCKS = {"tokens_per_second", "resident_bytes"}
def lines(file):
    return [json.loads(line) for line in open(file)]
expected, found = map(lines, sys.argv[1:])
kinds = {frozenset(line) for line in expected}
found = [line for line in found if frozenset(line) in kinds]
if len(expected) != len(found):
    sys.exit(f"{sys.argv[2]}: {len(found)} lines, expected {len(expected)}")
for want, got in zip(expected, found):
    for key, value in want.items():
        if key in SUMS:
            if math.isclose(value, got[key], rel_tol=1e-6):
                continue
        elif key in CLOCKS or value == got[key]:
            continue
        sys.exit(f"{sys.argv[2]}: step {want['step']}: {key} {got[key]}, expected {value}")
PYTHON
}

go_on() { # GSS DTYPE FLAGS_OF_GENERATE…, in a directory of runs
  local generate=("$1" generate --dtype "$2" --greedy --repetition-penalty 1.5 --ids
    --max-new-tokens 12 "${@:3}")
  for kind in */run; do
    kind=${kind%/run}
    if [ -e "$kind/state" ]; then
      "${generate[@]}" --model "$kind/run/last" --load-state "$kind/state" \
        --save-state "$kind/state-on" >"$kind/ids-state.txt"
    fi
    case $kind in
      classifier) "$1" classify --resume "$kind/run" ;;
      sharded) "$1" launch --nproc 2 --logs logs train --shard full --resume "$kind/run" ;;
      *) "$1" train --resume "$kind/run" ;;
    esac
    [ ! -e "$kind/state" ] ||
      "${generate[@]}" --model "$kind/run/last" --prompt "First Citizen:" \
        --save-state "$kind/state-end" >"$kind/ids-end.txt"
  done
  # What a clock or a process gave.
  rm -rf logs */run/report.html */run/run.lock
}

for dtype in "${dtypes[@]}"; do
  "$home/gss4j-cli/src/test/resources/earlier/make.sh" "$old" "$work/old" "$dtype" \
    >"$work/log" 2>&1
  cp -a "$work/old" "$work/new"
  (cd "$work/old" && go_on "$old" "$dtype") >"$work/log" 2>&1
  (cd "$work/new" && go_on "$new" "$dtype" --engine torch) >"$work/log" 2>&1
  : >"$work/log"
  # A later build has settings and facts that the earlier one had not.
  diff -r -x run.json -x config.json -x training.json -x result.json -x metrics.jsonl \
    "$work/old" "$work/new"
  for kind in "$work"/new/*/run; do
    kind=${kind%/run}
    same_metrics "$kind/expected/metrics.jsonl" "$kind/run/metrics.jsonl"
    for ids in "$kind"/ids-*.txt; do
      [ ! -e "$ids" ] || diff "$kind/expected/${ids##*/}" "$ids"
    done
    [ ! -e "$kind/state" ] || cmp "$kind/expected/state" "$kind/state-on"
  done
  echo "$dtype: all runs went on to the bit"
  rm -rf "$work/old" "$work/new"
done
