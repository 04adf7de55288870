#!/usr/bin/env bash
# On a machine with an NVIDIA GPU: trains, resumes, evaluates and generates with every mixer on the CPU and on the GPU, compares,
# and times both. Prints a table; ends with 1 where anything differs. Within ten minutes, beside Maven's download of CUDA.
#   scripts/check-gpu.sh [cuda|cuda:1|cpu]     with cpu, every step runs and only the device is another
set -euo pipefail
cd "$(dirname "$0")/.."
device=${1:-cuda}
if [ "$device" != cpu ]; then
  nvidia-smi -L >/dev/null 2>&1 || { echo "there is no CUDA device here: nvidia-smi finds none" >&2; exit 1; }
  rm -f gss4j-cli/target/built # what was built for the CPU alone
  export GSS_MAVEN_ARGS="-Pgpu ${GSS_MAVEN_ARGS:-}"
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
./gss --version >&2
for file in README.md docs/*.md; do cat "$file"; done >"$work/text.txt"

bad=0
row() { printf '%-44s %14s %14s  %s\n' "$@"; }
# Whether two numbers differ by less than a share of the first.
near() { awk -v a="$1" -v b="$2" -v share="$3" 'BEGIN { d = a - b; exit !(a != "" && b != "" && (d < 0 ? -d : d) <= share * (a < 0 ? -a : a)) }'; }
compare() { # WHAT CPU GPU SHARE
  local said=ok
  near "$2" "$3" "$4" || { said="differs by more than $4"; bad=1; }
  row "$1" "${2:-failed}" "${3:-failed}" "$said"
}
fails() { echo "$*: failed; $(tail -n 1 "$work/log")" >&2; }
quiet() { "$@" >"$work/out" 2>"$work/log" || fails "$@"; }
loss() { sed -n "s/.*\"step\":$2,\"loss\":\([^,]*\),\"lr.*/\1/p" "$work/$1/metrics.jsonl" 2>/dev/null | head -n 1; }
speed() { # the middle one of the last steps
  sed -n 's/.*"tokens_per_second":\([0-9.]*\).*/\1/p' "$1/metrics.jsonl" 2>/dev/null | tail -n 10 | sort -n | awk '{ at[NR] = $1 } END { printf "%d", at[int((NR + 1) / 2)] }'
}
figure() { sed -n "s/.*\"$1\" *: *\\([-0-9.eE]*\\).*/\\1/p" "$work/out" | head -n 1; }

train() { # OUT DEVICE FLAGS…
  quiet ./gss train --recipe published --data "$work/text.txt" --out "$work/$1" --device "$2" --seed 1 --warmup 5 --eval-tokens 1000 "${@:3}"
}
on() { if [ "$1" = c ]; then echo cpu; else echo "$device"; fi; }

row "what" cpu "$device" ""
small=(--dim 64 --depth 2 --seq-len 128 --batch 4 --steps 20)
for mixer in gss dss dsconv mhesa attention; do
  for each in c g; do train "$mixer-$each" "$(on $each)" "${small[@]}" --dtype float32 --mixer "$mixer"; done
  compare "$mixer: loss at step 20" "$(loss "$mixer-c" 20)" "$(loss "$mixer-g" 20)" 1e-3
done
for each in c g; do
  device_of_it=$(on $each)
  train "bf-$each" "$device_of_it" "${small[@]}" --dtype bfloat16 --optimizer muon --state-passing 4
  quiet ./gss train --resume "$work/gss-$each" --steps 30 --device "$device_of_it"
  quiet ./gss eval --model "$work/dss-c" --data "$work/text.txt" --engine torch --device "$device_of_it" --json
  figure bits_per_byte >"$work/bits-$each"
  quiet ./gss generate --model "$work/dss-c" --engine torch --device "$device_of_it" --prompt "The state" --greedy \
    --max-new-tokens 60 --save-state "$work/state-$each"
  cp "$work/out" "$work/written-$each"
  quiet ./gss generate --model "$work/dss-c" --engine torch --load-state "$work/state-$each" --prompt " of" --greedy --max-new-tokens 20
  cp "$work/out" "$work/continued-$each"
done
compare "bfloat16, Muon, states passed on: loss" "$(loss bf-c 20)" "$(loss bf-g 20)" 3e-2
compare "resumed: loss at step 30" "$(loss gss-c 30)" "$(loss gss-g 30)" 2e-3
compare "one model: bits per byte" "$(cat "$work/bits-c")" "$(cat "$work/bits-g")" 1e-4
same() { # WHAT FILES
  if [ -s "$work/$2-c" ] && cmp -s "$work/$2-c" "$work/$2-g"; then row "$1" "" "" ok; else row "$1" "" "" "not the same text"; bad=1; fi
}
same "greedy text" written
same "its state, continued on the CPU" continued

large=(--dim 512 --depth 8 --seq-len 1024 --batch 4 --dtype bfloat16)
train speed-c cpu "${large[@]}" --steps "${STEPS:-12}"
train speed-g "$device" "${large[@]}" --steps "$([ "$device" = cpu ] && echo "${STEPS:-12}" || echo 100)"
for each in c g; do
  quiet ./gss bench decode --model "$work/speed-c" --engine torch --device "$(on $each)" --json
  figure tokens_per_second | cut -d. -f1 >"$work/decode-$each"
done
row "training, tokens/s (512 wide, 8 deep)" "$(speed "$work/speed-c")" "$(speed "$work/speed-g")" ""
row "decoding, tokens/s (the same)" "$(cat "$work/decode-c")" "$(cat "$work/decode-g")" ""
exit $bad
