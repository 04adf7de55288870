#!/usr/bin/env bash
# Times single operations with JMH: the state-space kernel, the causal convolution, loss and logits in
# slices, one token. Builds what is missing; the flags are JMH's own.
#
# usage: scripts/bench-operations.sh [NAME] [-p length=4096] [-rf json -rff operations.json] [-h]
set -euo pipefail
home=$(cd "$(dirname "$0")/.." && pwd)
(cd "$home" && mvn -B -q -DskipTests -Dspotless.check.skip -pl gss4j-bench -am package >&2)

# As the launcher gss has it; kernels that OpenBLAS takes by itself are what users get.
unset OPENBLAS_CORETYPE OPENBLAS_L2_SIZE
eval "$(grep '^export GLIBC_TUNABLES=' "$home/gss4j-dist/src/main/bin/gss")"
exec "${JAVA_HOME:+$JAVA_HOME/bin/}java" \
  -cp "$home/gss4j-bench/target/classes:$(cat "$home/gss4j-bench/target/classpath.txt")" \
  org.openjdk.jmh.Main "$@"
