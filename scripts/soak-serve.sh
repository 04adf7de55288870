#!/usr/bin/env bash
# A server and 8 clients that ask for all kinds of things, leave, do not read and talk nonsense (the test SoakTest, for
# longer than in the build): no answer may be wrong, nothing may be left of them, and memory must be flat.
#   scripts/soak-serve.sh [REQUESTS [SECONDS]]      # at least so many (10,000), and for so long (1,200)
set -euo pipefail
cd "$(dirname "$0")/.."
exec mvn -B -q -ntp -pl gss4j-serve -am test -Dtest=SoakTest -Dsurefire.failIfNoSpecifiedTests=false \
  -Dspotless.check.skip -Dgss.test.jvm="-Dsoak.requests=${1:-10000} -Dsoak.seconds=${2:-1200} -Dsoak.seed=${SEED:-1}"
