#!/usr/bin/env bash
# Two hosts as network namespaces train together; the link between them is cut, both end with a
# clear error within the time-out, and both continue from the last checkpoint once it is back.
# Needs root, iproute2 and a built gss.
#   scripts/check-link-cut.sh
set -euo pipefail
home=$(cd "$(dirname "$0")/.." && pwd)
gss=${GSS:-$home/gss}
work=$(mktemp -d)
timeout=${TIMEOUT:-8}
cleanup() {
  ip netns del gss-a 2>/dev/null || true
  ip netns del gss-b 2>/dev/null || true
  rm -rf "$work"
}
trap cleanup EXIT
ip netns add gss-a
ip netns add gss-b
ip link add veth-a netns gss-a type veth peer name veth-b netns gss-b
ip -n gss-a addr add 10.99.0.1/24 dev veth-a
ip -n gss-b addr add 10.99.0.2/24 dev veth-b
for side in a b; do
  ip -n gss-$side link set lo up
  ip -n gss-$side link set veth-$side up
done
head -qc 1200 "$home"/gss4j-train/src/main/java/io/github/gss4j/{trainer,run}/*.java >"$work/text.txt"

run() { # SIDE NODE FLAGS…
  local side=$1 node=$2
  shift 2
  ip netns exec "gss-$side" "$gss" launch --nproc 1 --nnodes 2 --node-rank "$node" \
    --master 10.99.0.1:29500 --logs "$work/logs-$side" train --interface "veth-$side" \
    --timeout "$timeout" "$@" >"$work/$side.out" 2>"$work/$side.err"
}
flags=(--data "$work/text.txt" --dim 32 --depth 2 --seq-len 64 --batch 2 --save-every 20
  --eval-every 0 --shard full)
steps=$(
  run a 0 "${flags[@]}" --steps 100000 --out "$work/run" &
  a=$!
  run b 1 "${flags[@]}" --steps 100000 --out "$work/run" &
  b=$!
  until [ -e "$work/run/last" ]; do
    kill -0 "$a" "$b"
    sleep 0.2
  done
  ip -n gss-a link set veth-a down
  begin=$(date +%s)
  wait "$a" && exit 1
  wait "$b" && exit 1
  echo "both ended $(($(date +%s) - begin)) s after the cut; the time-out is $timeout s" >&2
  tail -n 1 "$work/a.err" "$work/b.err" >&2
  basename "$(readlink -f "$work/run/last")" | cut -d- -f2
)
ip -n gss-a link set veth-a up
ip -n gss-a addr replace 10.99.0.1/24 dev veth-a
more=$((steps + 40))
resume=(--resume "$work/run" --shard full --steps "$more")
run a 0 "${resume[@]}" &
a=$!
run b 1 "${resume[@]}" &
b=$!
wait "$a"
wait "$b"
echo "went on from step $steps to step $(basename "$(readlink -f "$work/run/last")" | cut -d- -f2)"
