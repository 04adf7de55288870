#!/usr/bin/env bash
# What the environment gives that gss4j sets (class Native; the allocator: the launcher gss), on one
# thread and on two: tokens per second of training steps, each row with one more of its parts.
#   scripts/bench-environment.sh [FLAGS_OF_GSS_BENCH_TRAIN…]     # default: --dim 256 --depth 4 …
set -euo pipefail
gss=$(cd "$(dirname "$0")/.." && pwd)/gss
flags=("$@")
[ $# -gt 0 ] || flags=(--dim 256 --depth 4 --seq-len 512 --batch 8 --repeats 10)
unset OMP_WAIT_POLICY GOMP_SPINCOUNT OPENBLAS_THREAD_TIMEOUT OPENBLAS_CORETYPE OPENBLAS_L2_SIZE \
  OMP_NUM_THREADS THP_MEM_ALLOC_ENABLE GLIBC_TUNABLES

# The libraries' own defaults, under the names by which gss4j leaves them alone.
pools=(GOMP_SPINCOUNT=300000 OPENBLAS_THREAD_TIMEOUT=26)
kernels=(OPENBLAS_CORETYPE=Zen)
grep -q AuthenticAMD /proc/cpuinfo || kernels=(OPENBLAS_VERBOSE=0)
allocator=(THP_MEM_ALLOC_ENABLE=0 GLIBC_TUNABLES=glibc.malloc.check=0)

measure() { # NAME VARIABLE=VALUE…
  local name=$1 row
  shift
  row=$(printf '| %s |' "$name")
  for threads in 1 2; do
    row+=" $(env "$@" "$gss" bench train "${flags[@]}" --threads "$threads" --json |
      grep -o '"tokens_per_second":[0-9.E]*' | cut -d: -f2 | awk '{ printf "%d", $1 }') |"
  done
  echo "$row"
}

echo "| environment | 1 thread | 2 threads |"
echo "| --- | --- | --- |"
measure "as the libraries come" "${pools[@]}" "${kernels[@]}" "${allocator[@]}"
measure "thread pools that sleep" "${kernels[@]}" "${allocator[@]}"
measure "and OpenBLAS's kernels for this processor" "${allocator[@]}"
measure "and an allocator that keeps its memory: all" GSS4J=
