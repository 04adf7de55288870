#!/usr/bin/env bash
# Kills one of two ranks by SIGKILL ten times over a run, at random moments, in each mode: the other
# has to name it within the time-out, and finally the losses are an unbroken run's to the bit.
#   scripts/check-kills.sh [KILLS]
set -euo pipefail
cd "$(dirname "$0")/.."
mvn -B -ntp -q -pl gss4j-cli -am test -Dtest=RanksKilledTest -Dgss.kills="${1:-10}" \
  -Dsurefire.failIfNoSpecifiedTests=false
echo "all runs ended with the losses of unbroken ones, to the bit"
