#!/usr/bin/env bash
# The distributions of target/dist, each on a JRE of its own: unpacked into a read-only place with a space in its path, called
# from another directory. The full one trains, measures, writes and serves; the one for inference and its jar write and serve.
# All write the same text; with four jars of the full one that for inference reads tokenizer.json. Needs curl, and JDKs from 17
# on, out of which jlink makes the JREs (default: the one of javac).
#   mvn -DskipTests -Pdist package && scripts/check-distribution.sh [JAVA_HOME …]
set -euo pipefail
home=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
version=$(sed -n 's:^  <version>\(.*\)</version>:\1:p' "$home/pom.xml" | head -1)
[ $# -gt 0 ] || set -- "$(dirname "$(dirname "$(readlink -f "$(command -v javac)")")")"
work=$(mktemp -d "${TMPDIR:-/tmp}/gss distribution.XXXX")
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
mkdir "$work/installed" "$work/user"
for name in gss4j gss4j-inference; do
  tar -xzf "$home/target/dist/$name-$version.tar.gz" -C "$work/installed"
done
cp "$home/target/dist/gss4j-inference-$version-all.jar" "$work/installed/gss4j-inference.jar"
full=$work/installed/gss4j-$version
inference=$work/installed/gss4j-inference-$version
chmod -R a-w,a+rX "$work/installed"
user=() # whom modes bind
if [ "$(id -u)" = 0 ]; then
  user=(setpriv --reuid 65534 --regid 65534 --clear-groups)
  chown 65534:65534 "$work/user"
  chmod 755 "$work"
fi
for i in $(seq 300); do echo "the state of gate $i is kept and read by token $((i * 7919 % 1000))"; done >"$work/text.txt"
cd "$work/user"
sizes=(--dim 32 --depth 2 --dss-kernel-N 8 --dss-kernel-H 8 --slow-modes 4 --seq-len 64 --batch 2 --warmup 5 --dtype float32)

fail() {
  echo "check-distribution: $1" >&2
  tail -n 5 "$work"/user/err* >&2
  exit 1
}

become() { # COMMAND… of a user who has this JRE alone
  exec "${user[@]}" env -i PATH=/usr/bin:/bin HOME="$work/user" GSS_CACHE="$work/user/cache" JAVA_HOME="$jre" "$@"
}

run() { (become "$@"); }

writes() { # WHAT COMMAND…: as the first one did; and something by the model that comes along
  local what=$1 text
  shift
  text=$(run "$@" generate --prompt 'public class ' --max-new-tokens 40 2>err) || fail "$what: generate without --model"
  [ "${#text}" -gt 40 ] || fail "$what: without --model it writes '$text'"
  text=$(run "$@" generate --model "$model" --prompt 'public ' --max-new-tokens 40 --greedy 2>err) || fail "$what: generate"
  [ -e expected ] || echo "$text" >expected
  [ "$text" = "$(cat expected)" ] || fail "$what writes '$text', expected '$(cat expected)'"
  grep -q 'written in' err || fail "$what: no speed"
}

serves() { # WHAT COMMAND…
  local what=$1 process url
  shift
  become "$@" serve --model "$model" --port 0 >out 2>err &
  process=$!
  for _ in $(seq 600); do
    url=$(sed -n 's/^\(http[^ ]*\) serves .*/\1/p' out)
    [ -z "$url" ] || break
    kill -0 $process 2>/dev/null || fail "$what: serve ends"
    sleep 0.1
  done
  curl -sf "$url/v1/completions" -d '{"prompt": "public ", "max_tokens": 40, "temperature": 0}' >answer || fail "$what: no answer"
  grep -q '"completion_tokens":40' answer || fail "$what: $(cat answer)"
  kill $process
  wait $process || fail "$what: serve ends with $?"
}

others=$(comm -13 <(ls "$full/lib") <(ls "$inference/lib"))
[ -z "$others" ] || fail "libraries for inference that the full distribution has in other versions or not at all: $others"

for java in "$@"; do
  jre=$work/jre-$(sed -n 's/^JAVA_VERSION="\(.*\)"/\1/p' "$java/release")
  "$java/bin/jlink" --strip-debug --no-header-files --no-man-pages --output "$jre" \
    --add-modules java.se,jdk.crypto.ec,jdk.incubator.vector,jdk.localedata,jdk.net,jdk.unsupported,jdk.zipfs \
    2>err || fail "jlink" # which warns of the incubator module
  gss=$full/bin/gss
  run "$gss" demo --steps 20 "${sizes[@]}" --out "run-${jre##*-}" >out 2>err || fail "demo"
  grep -q 'this model' out || fail "demo says nothing of its model"
  model=${model:-$PWD/run-${jre##*-}/best}
  loss=$(run "$gss" eval --model "$model" --data "$work/text.txt" 2>err) || fail "eval"
  writes full "$gss"
  serves full "$gss"
  echo "Java ${jre##*-}, full: demo, eval (${loss%%,*}), generate, serve"
  gss=$inference/bin/gss
  writes inference "$gss"
  serves inference "$gss"
  writes jar "$jre/bin/java" -jar ../installed/gss4j-inference.jar
  grep -q 'Using incubator modules' err || fail "the jar does without the Vector API"
  serves jar "$jre/bin/java" -jar ../installed/gss4j-inference.jar
  echo "Java ${jre##*-}, inference and its jar: generate, serve"
done

cp "$home/gss4j-tokenizers/src/test/resources/tokenizer/bytelevel/tokenizer.json" "$work/"
run "$full/bin/gss" train --data "$work/text.txt" --tokenizer "$work/tokenizer.json" --steps 20 --init two_scale "${sizes[@]}" --out tokens \
  >out 2>err || fail "train with tokenizer.json"
model=$PWD/tokens/best
rm expected
writes "full, tokenizer.json" "$full/bin/gss"
if run "$inference/bin/gss" generate --model "$model" --prompt 'public ' >out 2>err; then fail "reads tokenizer.json"; fi
grep -q 'copy gss4j-tokenizers-\*.jar' err || fail "tokenizer.json is not read and nothing says what to do"
cp -r "$inference" "$work/with tokenizers"
chmod u+w "$work/with tokenizers/lib"
cp "$full"/lib/{gss4j-tokenizers,tokenizers,api,gson}-*.jar "$work/with tokenizers/lib"
writes "inference with tokenizers" "$work/with tokenizers/bin/gss"
jars=$(printf '%s:' "$full"/lib/{gss4j-tokenizers,tokenizers,api,gson}-*.jar)
writes "jar with tokenizers" "$jre/bin/java" -cp "$work/installed/gss4j-inference.jar:$jars" io.github.gss4j.cli.Launcher
echo "tokenizer.json: full, inference and its jar with the jars that read it"
[ -z "$(find "$work/installed" -newer "$work/text.txt")" ] || fail "something was written where it is installed"
du -h "$home"/target/dist/*.{tar.gz,zip,jar}
