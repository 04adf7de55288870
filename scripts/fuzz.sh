#!/usr/bin/env bash
# Reads spoilt files of every kind that gss4j reads, and keeps what fails:
#   scripts/fuzz.sh [--kinds A,B] [--seconds N] [--inputs N] [--seed S] [--keep DIRECTORY]
#   scripts/fuzz.sh --list
# N seconds (60) or inputs of each kind. None may crash or hang (10 s), allocate more than four times what the
# file has unpacked, or end in an exception that is none of ours. The same seed spoils in the same way:
#   scripts/fuzz.sh --kinds KIND --seed S --inputs 1
# Kinds are classes in the modules' tests that implement io.github.gss4j.fuzz.FuzzKind.
set -euo pipefail
home=$(cd "$(dirname "$0")/.." && pwd)
if [ -z "${GSS_FUZZ_BUILT:-}" ]; then
  (cd "$home" && mvn -B -q -ntp -DskipTests -Dspotless.check.skip -pl gss4j-cli -am package)
fi
path=$(printf '%s:' "$home"/gss4j*/target/test-classes)
exec java -Dlogback.statusListenerClass=ch.qos.logback.core.status.NopStatusListener \
  -cp "$path$home/gss4j-cli/target/gss4j-cli.jar:$home/gss4j-cli/target/lib/*" \
  io.github.gss4j.fuzz.Fuzzer "$@"
