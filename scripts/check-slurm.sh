#!/usr/bin/env bash
# deploy/slurm.sbatch under a real Slurm of one node: two ranks train; the job is requeued once by
# hand and once by itself, as when its time is over, and ends with the losses of an unbroken one.
# Needs root, Debian's slurm-wlm and munge, and a built gss. Starts daemons of its own, which end
# with it.
#   scripts/check-slurm.sh
set -euo pipefail
home=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
chmod 755 "$work"
mkdir "$work/munge" "$work/state" "$work/spool"
node=$(hostname -s)
export SLURM_CONF=$work/slurm.conf
pids=()
cleanup() {
  scancel --state=RUNNING --full 2>/dev/null || true
  for pid in ${pids[@]+"${pids[@]}"}; do kill "$pid" 2>/dev/null || true; done
  wait
  if [ -n "${KEEP:-}" ]; then echo "kept: $work"; else rm -rf "$work"; fi
}
trap cleanup EXIT

cat >"$SLURM_CONF" <<END
ClusterName=check
SlurmctldHost=$node(127.0.0.1)
SlurmctldPort=16817
SlurmdPort=16818
SlurmUser=root
AuthType=auth/munge
AuthInfo=socket=$work/munge/socket
StateSaveLocation=$work/state
SlurmdSpoolDir=$work/spool
SlurmctldPidFile=$work/slurmctld.pid
SlurmdPidFile=$work/slurmd.pid
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
MpiDefault=none
ReturnToService=2
KillWait=60
NodeName=$node NodeAddr=127.0.0.1 CPUs=2 State=UNKNOWN
PartitionName=all Nodes=$node Default=YES MaxTime=INFINITE State=UP
END
head -c 32 /dev/urandom >"$work/munge/key"
chmod 400 "$work/munge/key"
munged --foreground --force --key-file="$work/munge/key" --socket="$work/munge/socket" \
  --pid-file="$work/munge/pid" --seed-file="$work/munge/seed" --log-file="$work/munge/log" \
  2>"$work/munged.err" &
pids+=($!)
slurmctld -D -c >"$work/slurmctld.log" 2>&1 &
pids+=($!)
slurmd -D -N "$node" >"$work/slurmd.log" 2>&1 &
pids+=($!)

await() { # WHAT COMMAND…: for two minutes
  local what=$1
  shift
  for _ in $(seq 600); do
    if "$@" >/dev/null 2>&1; then return; fi
    sleep 0.2
  done
  echo "waited in vain for: $what" >&2
  tail -n 5 "$work"/*.log "$work"/*.out >&2 || true
  exit 1
}
await "an idle node" sh -c "sinfo -h -t idle -o %n | grep -q '^$node\$'"

head -qc 1200 "$home"/gss4j-train/src/main/java/io/github/gss4j/{trainer,run}/*.java >"$work/text.txt"
submit() { # NAME
  cd "$home"
  sbatch --parsable --nodes=1 --ntasks-per-node=2 --cpus-per-task=1 --output="$work/$1.out" \
    deploy/slurm.sbatch --data "$work/text.txt" --dim 32 --depth 2 --seq-len 64 --batch 2 \
    --accumulate 2 --steps "${STEPS:-400}" --save-every 20 --eval-every 0 --shard full \
    --out "$work/$1"
}
state() { scontrol show job "$1" | sed -n 's/.*JobState=\([A-Z]*\).*/\1/p'; }
steps() { cat "$1/metrics.jsonl" 2>/dev/null | grep -c '"loss"' || true; }
reached() { [ "$(steps "$1")" -ge "$2" ]; }
is() { [ "$(state "$1")" = "$2" ]; }
again() { # JOB TIMES: a requeued job waits for two minutes unless told not to
  await "job $1 to be requeued" sh -c "scontrol show job $1 | grep -q Restarts=$2"
  await "job $1 to be pending" is "$1" PENDING
  sleep 5 # a node refuses what it ended in the same second: why Slurm waits
  scontrol update JobId="$1" StartTime=now
  await "job $1 to run again" is "$1" RUNNING
}

whole=$(submit whole)
await "two tasks" sh -c "scontrol show step $whole.0 | grep -q Tasks=2"
await "the unbroken job's end" is "$whole" COMPLETED
echo "job $whole: two tasks, $(steps "$work/whole") steps"

run=$work/requeued
job=$(submit requeued)
await "30 steps" reached "$run" 30
scontrol requeue "$job"
again "$job" 1
first=$(steps "$run")
await "more steps" reached "$run" $((first + 30))
scancel --batch --signal=USR1 "$job"
again "$job" 2
second=$(steps "$run")
await "the requeued job's end" is "$job" COMPLETED
echo "job $job: requeued after $first and $second steps, ended after $(steps "$run")"

losses() { grep -o '"step":[0-9]*,"loss":[^,]*' "$1/metrics.jsonl"; }
if ! diff <(losses "$work/whole") <(losses "$run") >"$work/diff"; then
  head "$work/diff"
  exit 1
fi
echo "its losses are those of the unbroken job, to the bit"
