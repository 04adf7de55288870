#!/usr/bin/env bash
# gss4j-java as a service has it, with core, Jackson, jtokkit and SLF4J alone: no native library, a jar below 1 MB, and the
# same text on every Java, with the Vector API and without, and on runtime images made by jlink.
# usage: scripts/check-java.sh [JAVA_HOME …]       needs Maven, JDKs from 17 on (default: the one of javac), modules installed
set -euo pipefail
home=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
[ $# -gt 0 ] || set -- "$(dirname "$(dirname "$(readlink -f "$(command -v javac)")")")"

(cd "$home" && mvn -B -q -ntp -pl gss4j-java dependency:build-classpath -Dmdep.outputFile="$work/classpath" \
  -DincludeScope=runtime)
jar=$(ls "$home"/gss4j-java/target/gss4j-java-*.jar | grep -v -e sources -e javadoc -e tests)
classpath=$jar:$(cat "$work/classpath")
[ "$(stat -c %s "$jar")" -lt 1000000 ] || { echo "$jar has $(stat -c %s "$jar") bytes, expected less than 1 MB" >&2; exit 1; }
for each in ${classpath//:/ }; do
  if unzip -l "$each" | grep -qE '\.(so|dll|dylib|jnilib)$'; then
    echo "gss4j-java brings a native library: $each" >&2
    exit 1
  fi
done
echo "$(basename "$jar"): $(stat -c %s "$jar") bytes; beside it: $(tr : '\n' <"$work/classpath" | xargs -n1 basename | tr '\n' ' ')"

# try WORDS JAVA OPTIONS…: decodes; all must say the same of one dtype
try() {
  for dtype in float32 bfloat16 int8; do
    said=$("$2" "${@:3}" -cp "$classpath:$work" Generates "$home/gss4j-dist/src/main/tiny" $dtype 2>"$work/err") || {
      cat "$work/err" >&2
      exit 1
    }
    [ -e "$work/$dtype" ] || echo "$said" >"$work/$dtype"
    if [ "$said" != "$(cat "$work/$dtype")" ]; then
      echo "$1, $dtype: $said, expected $(cat "$work/$dtype") as before" >&2
      exit 1
    fi
  done
  echo "$1: $(cat "$work/float32") (float32), $(cat "$work/bfloat16") (bfloat16), $(cat "$work/int8") (int8)"
}

modules=java.base,java.logging,java.naming,java.net.http
for java in "$@"; do
  version=$(sed -n 's/^JAVA_VERSION="\(.*\)"/\1/p' "$java/release")
  [ -e "$work/Generates.class" ] || "$java/bin/javac" --release 17 -d "$work" -cp "$classpath" "$home/scripts/consumers/Generates.java"
  try "Java $version, Vector API" "$java/bin/java" --add-modules jdk.incubator.vector
  try "Java $version, plain loops" "$java/bin/java"
  "$java/bin/jlink" --add-modules $modules,jdk.incubator.vector --output "$work/vector-$version"
  try "jlink of $version, Vector API" "$work/vector-$version/bin/java" --add-modules jdk.incubator.vector
  "$java/bin/jlink" --add-modules $modules --output "$work/plain-$version"
  try "jlink of $version, plain loops" "$work/plain-$version/bin/java"
done
