#!/usr/bin/env bash
# Measures what several ranks on one machine cost and gain, with the model of configs/enwik8.json;
# for a quiet machine of two cores or more, ten minutes.
#   scripts/measure-ranks.sh [FLAGS_OF_GSS_TRAIN…]
# Speed: tokens per second of one rank on one core, and of two replicated ones with a core each, at the
# same global batch; median of the steps but the first ones.
# Memory: of one process, and of two ranks in each mode, with sequences so short that activations are
# small beside the rest. "kept" is what parameters, gradients and moments take just before an update,
# counted by each rank at its own tensors (GSS_LOG=INFO). "resident" is the most that the process took
# in steps, less that of one with a model of almost nothing; in it are activations and the layers that
# are gathered for a moment. Here freed memory goes back to the system at once, which gss itself does
# not let happen for speed's sake.
# Losses: the largest difference to those of one process, in all steps.
# The last lines are the table of docs/distributed.md.
set -euo pipefail
home=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
steps=${STEPS:-9}
head -qc 30000 "$home"/gss4j-train/src/main/java/io/github/gss4j/{trainer,data}/*.java |
  head -c 400000 >"$work/text.txt"
flags=(--config "$home/configs/enwik8.json" --data "$work/text.txt" --dtype float32
  --eval-every 0 --save-every 0 --sample-every 0)
export OMP_NUM_THREADS=1 GSS_LOG=INFO

# The processes that train into a directory.
ranks() { # DIRECTORY
  local line
  for line in /proc/[0-9]*/cmdline; do
    if { tr '\0' ' ' <"$line"; } 2>/dev/null | grep -q "Gss train .*--out $1 "; then
      line=${line#/proc/}
      echo "${line%/cmdline}"
    fi
  done
}

reached() { [ "$(cat "$1/metrics.jsonl" 2>/dev/null | grep -c '"loss"')" -ge "$2" ]; }

# From the second step to the last but one, the most resident memory of a rank in KiB: neither what
# starting takes nor what the evaluation at the end does.
watch_memory() { # DIRECTORY
  local pid
  until reached "$1" 2 || [ -e "$1.ended" ]; do sleep 0.02; done
  for pid in $(ranks "$1"); do echo 5 >"/proc/$pid/clear_refs" 2>/dev/null || true; done
  until reached "$1" $((steps - 1)) || [ -e "$1.ended" ]; do sleep 0.02; done
  for pid in $(ranks "$1"); do awk '/VmHWM/ { print $2 }' "/proc/$pid/status" 2>/dev/null || true; done |
    sort -n | tail -n 1 >"$1.kib"
  if [ ! -s "$1.kib" ]; then
    echo "$1: ended before its memory could be read: give more STEPS" >&2
    exit 1
  fi
}

run() { # NAME STEPS COMMAND…
  local name=$1 count=$2
  shift 2
  timeout "${LIMIT:-1800}" "$@" --steps "$count" --out "$work/$name" >/dev/null 2>"$work/$name.err" || {
    tail -n 3 "$work/$name.err"
    exit 1
  }
}

# The same, with its memory: looking often takes time from it.
train() { # NAME STEPS COMMAND…
  watch_memory "$work/$1" &
  local watcher=$!
  run "$@"
  touch "$work/$1.ended"
  wait "$watcher"
}

launch() { # FLAGS…
  echo "$home/gss" launch --nproc 2 --bind-cores --logs "$work/logs" train "$@"
}

rate() { # NAME
  grep -o '"tokens_per_second":[0-9.E]*' "$work/$1/metrics.jsonl" | tail -n +4 | cut -d: -f2 |
    sort -g | awk '{ v[NR] = $1 } END { printf "%.0f", v[int((NR + 1) / 2)] }'
}

kept() { # NAME: the most bytes of a rank
  sed -n 's/.*moments, \([0-9,]*\) in all.*/\1/p' "$work/$1.err" | tr -d , | sort -n | tail -n 1
}

losses() { grep -o '"loss":[0-9.E-]*' "$work/$1/metrics.jsonl" | cut -d: -f2; }

difference() { # NAME OTHER: the largest, relative
  paste <(losses "$1") <(losses "$2") |
    awk '{ d = ($1 - $2) / $1; d = d < 0 ? -d : d; if (d > most) most = d } END { printf "%.1e", most }'
}

fast=("${flags[@]}" --seq-len 1024 "$@") # --accumulate N: how rarely gradients are summed
run one "$steps" taskset -c 0 "$home/gss" train "${fast[@]}" --batch 4
run two "$steps" taskset -c 0,1 $(launch "${fast[@]}" --batch 2)
printf 'one rank on one core       %7d tokens/s\n' "$(rate one)"
printf 'two replicated, a core each %6d tokens/s, %s x; losses differ by %s\n' "$(rate two)" \
  "$(awk -v a="$(rate one)" -v b="$(rate two)" 'BEGIN { printf "%.2f", b / a }')" \
  "$(difference one two)"

small=("${flags[@]}" --seq-len 64 --accumulate 1 --checkpoint-layers "$@")
export GLIBC_TUNABLES=glibc.malloc.mmap_threshold=131072:glibc.malloc.arena_max=1
train tiny $((100 * steps)) "$home/gss" train "${small[@]}" --batch 2 --dim 16 --depth 1 \
  --dss-kernel-N 8 --dss-kernel-H 8 # so many steps that there is time to look
train single "$steps" "$home/gss" train "${small[@]}" --batch 2
echo "| --shard | kept, MB a rank | of one process | resident, MB a rank | of one process | losses differ by |"
echo "| --- | --- | --- | --- | --- | --- |"
row() { # NAME
  awk -v name="$1" -v kept="$(kept "$1")" -v one_kept="$(kept single)" \
    -v kib="$(cat "$work/$1.kib")" -v one_kib="$(cat "$work/single.kib")" \
    -v tiny="$(cat "$work/tiny.kib")" -v differ="$(difference single "$1")" 'BEGIN {
      printf "| %s | %.0f | %.3f | %.0f | %.2f | %s |\n", name, kept / 1e6, kept / one_kept,
        (kib - tiny) * 1024 / 1e6, (kib - tiny) / (one_kib - tiny), differ
    }'
}
row single
for shard in none optimizer full; do
  train "$shard" "$steps" $(launch "${small[@]}" --batch 1 --shard "$shard")
  row "$shard"
done
