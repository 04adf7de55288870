#!/usr/bin/env bash
# What an earlier build began, this one ends to the bit: the old build trains runs of each kind to
# the middle (language models of each mixer, a classifier, two ranks), old and new continue with them,
# and metrics, weights, moments, states and the ids they write are compared, in each dtype.
# compare-runs.py says what is compared less strictly, and why.
#   scripts/check-earlier-runs.sh OLD_CHECKOUT [DTYPE…]
set -euo pipefail
home=$(cd "$(dirname "$0")/.." && pwd)
old=$(cd "$1" && pwd)/gss
new=$home/gss
dtypes=("${@:2}")
[ ${#dtypes[@]} -gt 0 ] || dtypes=(float64 float32 bfloat16)
work=$(mktemp -d)
trap 'cat "$work/log"; rm -rf "$work"' EXIT # the log of what failed

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
  "$home/scripts/compare-runs.py" "$work/old" "$work/new" "$dtype"
  echo "$dtype: all runs went on to the bit"
  rm -rf "$work/old" "$work/new"
done
