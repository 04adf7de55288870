#!/usr/bin/env bash
# Makes the earlier runs of EarlierRunsTest anew: tiny runs of each kind, stopped in the middle of
# their steps, and beside each what an uninterrupted one came to. They are those of a build before
# a change: made anew they prove nothing of it.
#   gss4j-cli/src/test/resources/earlier/make.sh GSS [DIRECTORY [DTYPE]]
#
# KIND/run                     the run, its last checkpoint at step 6
# KIND/state                   what a model remembers after a prompt and 12 tokens (--save-state)
# KIND/expected/metrics.jsonl  of the uninterrupted run
# KIND/expected/inspect.json   of the checkpoint
# KIND/expected/ids-*.txt      greedy ids: of the checkpoint, on from the state, of the run's end
# KIND/expected/state          what the model remembers after those on from the state
set -euo pipefail
home=$(cd "$(dirname "$0")" && pwd)
gss=$(readlink -f "$1")
mkdir -p "${2:-$home}"
cd "${2:-$home}"
dtype=${3:-float64}
for input in text.txt classify.json; do
  [ -e "$input" ] || cp "$home/$input" .
done
rm -rf gss dss hybrid mhesa dsconv sharded classifier listops

# The uninterrupted run as if it had been killed after its checkpoint at step 6.
stop() { # KIND
  local run=$1/run
  mkdir -p "$1/expected"
  cp "$run/metrics.jsonl" "$1/expected"
  [ ! -e "$run/result.json" ] || mv "$run/result.json" "$1/expected"
  sed -i '/^{"step":7,/,$d; /^{"step":12,/,$d' "$run/metrics.jsonl"
  rm -rf "$run/report.html" "$run/run.lock" "$run"/step-1?
  ln -sfn step-6 "$run/last"
  ln -sfn step-6 "$run/best"
}

generate() { # MODEL FLAGS…
  "$gss" generate --model "$1" --dtype "$dtype" --greedy --repetition-penalty 1.5 --ids \
    --max-new-tokens 12 "${@:2}"
}

sizes=(--data text.txt --held-out 0.2 --dim 8 --depth 2 --dim-expansion-factor 2 --seq-len 32
  --batch 2 --lr 0.03 --warmup 2 --steps 12 --save-every 6 --eval-every 6 --eval-tokens 200
  --keep 2 --dtype "$dtype")
prompt=(--prompt "First Citizen:")

language() { # KIND COMMAND… FLAGS…
  local kind=$1 whole
  "$gss" "${@:2}" "${sizes[@]}" --out "$kind/run"
  whole=$(generate "$kind/run/last" "${prompt[@]}")
  stop "$kind"
  echo "$whole" >"$kind/expected/ids-end.txt"
  "$gss" inspect "$kind/run/last" --json >"$kind/expected/inspect.json"
  generate "$kind/run/last" "${prompt[@]}" --save-state "$kind/state" \
    >"$kind/expected/ids-checkpoint.txt"
  generate "$kind/run/last" --load-state "$kind/state" --save-state "$kind/expected/state" \
    >"$kind/expected/ids-state.txt"
}

space=(--dss-kernel-N 4 --dss-kernel-H 8)
language gss train "${space[@]}" --ema 0.9
language dss train --mixer dss --dss-kernel-N 4 --init long_range --learned-step \
  --normalize-input --tie-embeddings --schedule linear
language hybrid train --layers gss,attention "${space[@]}" --attention-heads 2 \
  --attention-window 8 --attention-kind sliding --carry-state true
language mhesa train --mixer mhesa --heads 2 --dim-mhesa 8 --accumulate 2 --schedule restarts \
  --restart-every 5 --lr-groups token_emb=1e-3
language dsconv train --mixer dsconv --heads 2 --dim-dsconv 8 --max-seq-len 64 \
  --optimizer adam --freeze token_emb
language sharded launch --nproc 2 --logs logs train --shard full "${space[@]}"
rm -r logs

"$gss" listops --out listops --count 60 --held-out 20 --min-length 10 --max-length 40
"$gss" classify --config classify.json --dtype "$dtype" --out classifier/run
[ -e classifier/run/step-6 ] || { # only the best and the last stay
  echo "make.sh: a later step classifies better than step 6; take another seed" >&2
  exit 1
}
stop classifier
