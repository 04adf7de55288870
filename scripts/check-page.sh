#!/usr/bin/env bash
# The server's page in a real Chromium (Debian: apt-get install chromium chromium-driver), over a tiny model.
# usage: scripts/check-page.sh
set -euo pipefail
cd "$(dirname "$0")/.."
for program in chromium chromedriver; do
  command -v $program >/dev/null || { echo "$0: there is no $program: apt-get install chromium chromium-driver" >&2; exit 1; }
done
exec mvn -B -ntp -Pbrowser -pl gss4j-serve -am verify -Dtest="${TEST:-PageTest}" -Dsurefire.failIfNoSpecifiedTests=false -Dsurefire.rerunFailingTestsCount=2 \
  -Dchromium="$(command -v chromium)" -Dchromedriver="$(command -v chromedriver)"
