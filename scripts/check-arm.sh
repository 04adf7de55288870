#!/usr/bin/env bash
# Runs gss4j-java's tests on 64-bit ARM, emulated: a JRE for ARM out of Debian's packages, under qemu's user mode.
# Installs nothing on the machine: packages are unpacked into DIR (default: target/arm), which is used again next time.
# usage: scripts/check-arm.sh [DIR] [TEST …]       tests by name, as for -Dtest (default: all of the module)
# needs: Debian or Ubuntu with apt, Maven, gss4j-core installed (mvn install), 300 MB
set -euo pipefail
home=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
dir=$(mkdir -p "${1:-$home/target/arm}" && cd "${1:-$home/target/arm}" && pwd)
tests=$(IFS=,; echo "${*:2}")

# fetch ARCHITECTURE PACKAGE…: unpacks packages into DIR/ARCHITECTURE, by an apt of its own lists
fetch() {
  local root=$dir/$1
  [ ! -e "$root/done" ] || return 0
  mkdir -p "$root" "$dir/apt-$1/lists/partial" "$dir/apt-$1/cache/archives/partial"
  touch "$dir/apt-$1/status"
  local apt=(apt-get -qq -o "APT::Architecture=$1" -o "APT::Architectures=$1" -o "Dir::State=$dir/apt-$1"
    -o "Dir::State::status=$dir/apt-$1/status" -o "Dir::Cache=$dir/apt-$1/cache" -o APT::Sandbox::User=root)
  "${apt[@]}" update
  (cd "$dir/apt-$1" && "${apt[@]}" download "${@:2}")
  for package in "$dir/apt-$1"/*.deb; do dpkg-deb -x "$package" "$root"; done
  touch "$root/done"
}

fetch "$(dpkg --print-architecture)" qemu-user-static
fetch arm64 openjdk-17-jre-headless libc6 libgcc-s1 libstdc++6 zlib1g
mkdir -p "$dir/bin"
cat >"$dir/bin/java" <<JAVA
#!/bin/sh
QEMU_CPU=\${QEMU_CPU:-cortex-a72} exec "$dir/$(dpkg --print-architecture)/usr/bin/qemu-aarch64-static" -L "$dir/arm64" \\
  "$dir/arm64/usr/lib/jvm/java-17-openjdk-arm64/bin/java" "\$@"
JAVA
chmod +x "$dir/bin/java"
"$dir/bin/java" -XshowSettings:properties -version 2>&1 | grep -E 'os.arch|java.version ='
cd "$home"
mvn -B -ntp -q -pl gss4j-java verify -Dspotless.check.skip -Djvm="$dir/bin/java" -Djacoco.skip \
  ${tests:+-Dtest="$tests" -Dsurefire.failIfNoSpecifiedTests=false}
echo "gss4j-java's tests passed on emulated ARM"
