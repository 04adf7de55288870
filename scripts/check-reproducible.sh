#!/usr/bin/env bash
# Two builds of the last commit make the same bytes: in two clones at different places, with another time zone, locale and umask.
# Compares the distributions, with their bills of materials, and the jars of all modules. Builds twice: some minutes.
#   scripts/check-reproducible.sh [MAVEN ARGUMENTS…]      such as -pl :gss4j-dist-inference -am
set -euo pipefail
home=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

build() { # DIRECTORY MAVEN ARGUMENTS…: what it made, with its checksums
  git clone -q "$home" "$1"
  (cd "$1" && mvn -B -q -ntp -Pdist -DskipTests -Dspotless.check.skip "${@:2}" package) >&2
  (cd "$1" && find . -path '*/target/*' -type f \( -path './target/dist/*' -o -path './*/target/*.jar' -o -name 'gss4j-sbom.json' \) \
    -not -path '*/target/lib/*' -not -path '*/archive-tmp/*' -not -name 'original-*' | LC_ALL=C sort | xargs sha256sum)
}

build "$work/one" "$@" >"$work/first"
(umask 077 && export TZ=Pacific/Auckland LC_ALL=C && build "$work/second place/two" "$@") >"$work/second"
[ -s "$work/first" ] || { echo "nothing was built" >&2; exit 1; }
if ! diff "$work/first" "$work/second"; then
  echo "check-reproducible: these differ" >&2
  exit 1
fi
cat "$work/first"
echo "check-reproducible: $(wc -l <"$work/first") files, the same in both builds"
