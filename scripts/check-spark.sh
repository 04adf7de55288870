#!/usr/bin/env bash
# A Spark master and two workers on this machine train two ranks by spark-submit. One executor is
# killed by SIGKILL: its rank ends with it, Spark starts the stage again, the run continues from its
# last checkpoint, and its directory is that of an unbroken `gss launch`, losses to the bit.
# Needs python3 with venv; fetches Spark's own distribution, the package pyspark (450 MB), once.
#   scripts/check-spark.sh
#   VENV=DIR STEPS=400 scripts/check-spark.sh
set -euo pipefail
home=$(cd "$(dirname "$0")/.." && pwd)
version=$(sed -n 's:.*<spark.version>\(.*\)</spark.version>.*:\1:p' "$home/pom.xml")
venv=${VENV:-${XDG_CACHE_HOME:-$HOME/.cache}/gss4j/pyspark-$version}
steps=${STEPS:-400}
jar=$home/gss4j-spark/target/gss4j-spark.jar
work=$(mktemp -d)
started=()
cleanup() {
  for pid in "${started[@]}"; do kill "$pid" 2>/dev/null || true; done
  wait
  rm -rf "$work"
}
trap cleanup EXIT
fail() {
  echo "check-spark: $1" >&2
  tail -n 20 "$work"/*.err >&2 || true
  exit 1
}
await() { # SECONDS WHAT CONDITION…
  local end=$((SECONDS + $1)) what=$2
  shift 2
  until "$@"; do
    [ $SECONDS -lt $end ] || fail "$what not seen"
    sleep 0.1
  done
}
free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }

if [ ! -x "$venv/bin/spark-submit" ]; then
  python3 -m venv "$venv"
  "$venv/bin/pip" install --quiet "pyspark==$version"
fi
if [ ! -e "$jar" ] || [ -n "$(find "$home"/gss4j*/src/main "$home"/gss4j*/pom.xml -newer "$jar" -print -quit)" ]; then
  (cd "$home" && mvn -B -q -DskipTests -pl gss4j-spark -am package)
fi
"$home/gss" --version

SPARK_HOME=$("$venv/bin/python" -c 'import os, pyspark; print(os.path.dirname(pyspark.__file__))')
export SPARK_HOME
export SPARK_LOCAL_IP=127.0.0.1 SPARK_LOCAL_DIRS=$work/local OMP_NUM_THREADS=1
port=$(free_port)
master=spark://127.0.0.1:$port
"$venv/bin/spark-class" org.apache.spark.deploy.master.Master --host 127.0.0.1 --port "$port" \
  --webui-port 0 2>"$work/master.err" >&2 &
started+=($!)
workers=()
for i in 1 2; do
  "$venv/bin/spark-class" org.apache.spark.deploy.worker.Worker --host 127.0.0.1 --cores 1 \
    --memory 1g --webui-port 0 --work-dir "$work/worker-$i" "$master" 2>"$work/worker-$i.err" >&2 &
  workers+=($!)
  started+=($!)
done
both() { [ "$(cat "$work"/worker-?.err | grep -c 'Successfully registered')" = 2 ]; }
await 60 "two workers" both

head -qc 1200 "$home"/gss4j-train/src/main/java/io/github/gss4j/{trainer,run}/*.java >"$work/text.txt"
flags=(--data text.txt --dim 32 --depth 2 --seq-len 64 --batch 2 --shard full --timeout 20
  --save-every 20 --eval-every 100 --steps "$steps")
cd "$work"
submit() {
  "$venv/bin/spark-submit" --master "$master" --executor-cores 1 --executor-memory 512m \
    --conf spark.ui.enabled=false "$jar" --ranks 2 --gss-home "$home" \
    train --out spark "${flags[@]}"
}
submit >spark.out 2>spark.err &
job=$!
started+=("$job")
saved() { [ -e spark/last ] || ! kill -0 "$job" 2>/dev/null; }
await 120 "a checkpoint" saved
with_rank() { # a worker may have one more executor for a moment: that which has a rank is meant
  for executor in $(pgrep -P "${workers[1]}"); do
    rank=$(pgrep -n -P "$executor") && return
  done
  return 1
}
await 30 "an executor of worker 2 that has a rank" with_rank
at=$(readlink spark/last)
kill -9 "$executor"
gone() { ! kill -0 "$rank" 2>/dev/null; }
await 5 "the end of the killed executor's rank" gone
wait "$job" || fail "spark-submit failed"
grep '^gss: attempt 1 failed' spark.err || fail "the kill was not noticed"
echo "killed after $at; Spark has trained on:"
cat spark.out

"$home/gss" launch --nproc 2 --logs logs train --out unbroken "${flags[@]}" >launch.out 2>launch.err
python3 - <<'END'
import json, os

def lines(run):
    found = [json.loads(line) for line in open(run + "/metrics.jsonl")]
    for line in found:
        line.pop("tokens_per_second", None)
        line.pop("resident_bytes", None)
    return found

def files(run):
    return sorted(os.path.relpath(os.path.join(at, f), run) for at, _, fs in os.walk(run) for f in fs)

if lines("spark") != lines("unbroken"):
    raise SystemExit("check-spark: the losses differ")
if files("spark") != files("unbroken"):
    raise SystemExit(f"check-spark: the files differ: {files('spark')} {files('unbroken')}")
print(f"{len(lines('spark'))} lines of metrics equal those of the unbroken run, and the same files")
END
