#!/usr/bin/env bash
# Measures what several ranks on one machine cost and gain; for a quiet machine of two cores or more.
#   scripts/measure-ranks.sh [FLAGS_OF_GSS_TRAIN…]
# Prints, for one rank on one core, two replicated ones with a core each, and two fully sharded ones:
# tokens a second, the most resident memory of a rank, and the loss of the last step. Then the shares
# that matter: two cores' speed over one's, and a rank's memory over the single process's, both less
# the memory of a process that holds a model of almost nothing.
set -euo pipefail
home=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
steps=${STEPS:-30}
batch=${BATCH:-4}
flags=(--data enwik8 --dtype float32 --steps "$steps" --eval-every 0 --save-every 0 --eval-tokens 1000)

# Samples the most resident memory of each process whose command line names the run's directory.
watch_memory() {
  while [ ! -e "$work/stop" ]; do
    for status in /proc/[0-9]*/status; do
      pid=${status#/proc/}
      pid=${pid%/status}
      if tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null | grep -q "Gss train .*--out $1"; then
        awk -v pid="$pid" '/VmHWM/ { print pid, $2 }' "$status" 2>/dev/null
      fi
    done
    sleep 0.2
  done >>"$1.memory"
}

measure() { # NAME COMMAND…
  local name=$1
  shift
  rm -f "$work/stop"
  watch_memory "$work/$name" &
  local watcher=$!
  timeout "${LIMIT:-3600}" "$@" --out "$work/$name" >/dev/null 2>"$work/$name.err" || {
    tail -3 "$work/$name.err"
    exit 1
  }
  touch "$work/stop"
  wait "$watcher"
  local kib rate loss
  kib=$(awk '$2 > most { most = $2 } END { print most }' "$work/$name.memory")
  rate=$(grep -o '"tokens_per_second":[0-9.E]*' "$work/$name/metrics.jsonl" | tail -n +6 |
    cut -d: -f2 | sort -g | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }')
  loss=$(grep -o '"loss":[0-9.E-]*' "$work/$name/metrics.jsonl" | tail -1 | cut -d: -f2)
  printf '%-12s %12.0f tokens/s %12d KiB %18s\n' "$name" "$rate" "$kib" "$loss"
  eval "${name}_rate=$rate ${name}_kib=$kib"
}

export OMP_NUM_THREADS=1
measure tiny taskset -c 0 "$home/gss" train "${flags[@]}" "$@" --dim 16 --depth 1 --batch 1 \
  --seq-len 16 --steps 8
measure one taskset -c 0 "$home/gss" train "${flags[@]}" "$@" --batch "$((2 * batch))"
measure single taskset -c 0 "$home/gss" train "${flags[@]}" "$@" --batch "$batch"
measure two "$home/gss" launch --nproc 2 --logs "$work/logs" train "${flags[@]}" "$@" \
  --batch "$batch"
measure full "$home/gss" launch --nproc 2 --logs "$work/logs" train "${flags[@]}" "$@" \
  --batch "$batch" --shard full --checkpoint-layers
# shellcheck disable=SC2154
awk -v one="$one_rate" -v two="$two_rate" -v single="$single_kib" -v full="$full_kib" \
  -v tiny="$tiny_kib" 'BEGIN {
    printf "two cores / one: %.2f x\n", two / one
    printf "resident memory of a rank, fully sharded / single: %.2f\n", (full - tiny) / (single - tiny)
  }'
