#!/usr/bin/env bash
# gss where the machine is not as usual: the table of docs/environments.md, a line a case.
# Needs root, a built gss, cc (which makes a file system without links or locks out of any other)
# and overlayfs. Takes some minutes.
#   scripts/check-environments.sh
#   scripts/check-environments.sh full_disk      # one case alone
set -eEuo pipefail
home=$(cd "$(dirname "$0")/.." && pwd)
if [ "${1:-}" != --inside ]; then
  [ "$(id -u)" = 0 ] || { echo "check-environments: needs root" >&2; exit 1; }
  "$home/gss" --version >/dev/null
  exec unshare -m "$0" --inside "$@" # mounts go with this process
fi
shift
work=$(mktemp -d "${TMPDIR:-/tmp}/gss environments.XXXX")
work=$(mv "$work" "$work ä" && echo "$work ä") # spaces and letters that are not ASCII throughout
trap 'echo "check-environments: ${case:-}: line $LINENO: $BASH_COMMAND" >&2' ERR
trap 'umount -R -l "$work"/* 2>/dev/null || true; rm -rf "$work"' EXIT
chmod 755 "$work"
cd "$work"
export GSS_CACHE=$work/cache OMP_NUM_THREADS=1
gss=$home/gss
tiny=$home/gss4j/src/test/resources/reference/pretrained_form/model.pt
sizes=(--dim 16 --depth 1 --dss-kernel-N 4 --dss-kernel-H 4 --seq-len 32 --batch 2 --dtype float64
  --eval-tokens 200 --eval-every 3)
for i in $(seq 400); do echo "the state of gate $i is kept and read by token $((i * 7919 % 1000)), öfter"; done >text.txt
gzip -k text.txt # which is unpacked into the cache

fail() {
  echo "check-environments: $case: $1" >&2
  tail -n 5 "$work"/*.err >&2 2>/dev/null || true
  exit 1
}
holds() { printf '  holds: %s\n' "$1"; }
train() { "$gss" train --data text.txt.gz "${sizes[@]}" "$@"; }
ends() { # CODE WORDS COMMAND…: in one line on standard error that has the words
  local code=0 expected=$1 words=$2
  shift 2
  "$@" >one.out 2>one.err || code=$?
  [ "$code" = "$expected" ] || fail "$* ended with $code, expected $expected"
  [ "$(grep -c '^gss: .*'"$words" one.err)" = 1 ] || fail "$*: no line with '$words'"
  ! grep -q '^	at \|Exception' one.err || fail "$*: a stack trace"
}
losses() { sed 's/"tokens_per_second":[^,}]*//; s/"resident_bytes":[^,}]*//' "$1/metrics.jsonl"; }
same() { [ "$(losses "$1")" = "$(losses "$2")" ] || fail "$2 has other losses than $1"; }
install() { # an installation of its own in DIR, whose changes go elsewhere
  mkdir -p "$1" over/up over/work
  mountpoint -q over || { mount -t tmpfs tmpfs over && mkdir over/up over/work; }
  mount -t overlay overlay -o "lowerdir=$home,upperdir=over/up,workdir=over/work" "$1"
}
shim() { # a file system without symbolic links, or without locks
  cat >shim.c <<'END'
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
int symlink(const char *target, const char *link) {
  int (*real)(const char *, const char *) = dlsym(RTLD_NEXT, "symlink");
  if (getenv("NO_LINKS")) { errno = EPERM; return -1; }
  return real(target, link);
}
static int control(const char *name, int fd, int cmd, void *arg) {
  int (*real)(int, int, void *) = dlsym(RTLD_NEXT, name);
  if (getenv("NO_LOCKS") && (cmd == 6 || cmd == 7)) { errno = ENOLCK; return -1; }
  return real(fd, cmd, arg);
}
int fcntl(int fd, int cmd, ...) {
  va_list rest; va_start(rest, cmd); void *arg = va_arg(rest, void *); va_end(rest);
  return control("fcntl", fd, cmd, arg);
}
int fcntl64(int fd, int cmd, ...) {
  va_list rest; va_start(rest, cmd); void *arg = va_arg(rest, void *); va_end(rest);
  return control("fcntl64", fd, cmd, arg);
}
END
  mkdir -p /tmp/gss-shim && cc -shared -fPIC -w -o /tmp/gss-shim/shim.so shim.c -ldl # LD_PRELOAD splits at spaces
}

usual() {
  train --steps 6 --save-every 2 --out usual >usual.out 2>usual.err
  holds "a run in a directory with spaces and letters that are not ASCII"
  "$gss" | grep -q '^Usage: gss' || fail "no help"
  holds "gss without arguments prints its help"
}

locale_c() {
  local prompt='Grüße, 世界'
  [ "$(env -u LANG LC_ALL=C "$gss" generate --model usual --prompt "$prompt" --max-new-tokens 0)" = "$prompt" ] ||
    fail "the prompt is another"
  (export LC_ALL=C && train --steps 6 --save-every 2 --out "läuft" >c.out 2>c.err)
  same usual "läuft"
  holds "LC_ALL=C: prompts and paths are UTF-8"
}

no_home() {
  env -u HOME -u XDG_CACHE_HOME -u GSS_CACHE "$gss" inspect usual >/dev/null 2>no.err || fail "HOME unset"
  chmod -R a+rX usual
  mkdir nobody && chown 12345 nobody
  (cd nobody && unset GSS_CACHE XDG_CACHE_HOME && HOME=$work/nobody/own setpriv --reuid 12345 --regid 12345 \
    --clear-groups "$gss" train --data ../text.txt.gz "${sizes[@]}" --steps 6 --save-every 2 --out run >../no.out 2>../no.err) ||
    fail "a user without an entry"
  same usual nobody/run
  [ -d nobody/own/.cache/gss4j ] || fail "no cache in HOME"
  holds "a user id without a passwd entry: caches in HOME"
  (cd nobody && env -u HOME -u XDG_CACHE_HOME GSS_CACHE="$work/nobody/cache" setpriv --reuid 12345 --regid 12345 \
    --clear-groups "$gss" train --data ../text.txt.gz "${sizes[@]}" --steps 6 --save-every 2 --out homeless >../no.out 2>../no.err) ||
    fail "a user without an entry and HOME"
  same usual nobody/homeless
  [ ! -e "nobody/?" ] && [ ! -e "?" ] || fail "a directory called ?"
  (cd nobody && ends 1 /nonexistent/.cache env -u HOME -u XDG_CACHE_HOME -u GSS_CACHE setpriv --reuid 12345 --regid 12345 \
    --clear-groups "$gss" train --data ../text.txt.gz "${sizes[@]}" --out cacheless)
  holds "HOME unset, too: with GSS_CACHE it trains, without it says which directory cannot be made"
}

read_only() {
  install "installed here"
  rm -f "installed here/gss4j-cli/target/gss.jsa"
  touch "installed here/gss4j-cli/src/main/java/newer.txt" # than the build
  mount -o remount,ro "installed here"
  [ "$("installed here/gss" --version)" = "$("$gss" --version)" ] || fail "does not start"
  (gss="$work/installed here/gss" && train --steps 6 --save-every 2 --out from-there >ro.out 2>ro.err)
  same usual from-there
  ! grep -q 'cannot\|Building' ro.err || fail "says something about it"
  holds "installed read-only, without its archive of classes, with sources newer than the build"
  umount "installed here"
}

first_starts() {
  install "installed here"
  local target="$work/installed here/gss4j-cli/target" mvn=$work/mvn
  mkdir "$mvn"
  printf '#!/bin/sh\necho built >>"%s"\nsleep 3\ncp -r "%s" "%s"\n' "$work/builds" \
    "$home/gss4j-cli/target/lib" "$target/lib" >"$mvn/mvn"
  chmod +x "$mvn/mvn"
  rm "$target/built"
  PATH=$mvn:$PATH "installed here/gss" --version >first.out 2>first.err &
  local first=$!
  PATH=$mvn:$PATH "installed here/gss" --version >second.out 2>second.err
  wait $first
  [ "$(wc -l <builds)" = 1 ] || fail "$(wc -l <builds) builds"
  grep -q 'gss4j' first.out && grep -q 'gss4j' second.out || fail "one does not start"
  grep -q 'waiting' first.err second.err || fail "none waits"
  holds "two first starts at once: one builds, the other waits for it"
  printf '#!/bin/sh\necho "[INFO] so far well"\necho "[ERROR] /a/B.java:[3,4] cannot find symbol"\nexit 1\n' >"$mvn/mvn"
  rm "$target/built"
  (PATH=$mvn:$PATH && ends 1 'the build failed' "installed here/gss" --version)
  grep -q 'B.java:\[3,4\] cannot find symbol' one.err || fail "the compiler's line is not there"
  holds "a build that fails shows the compiler's line"
  umount "installed here"
}

no_links() {
  shim
  (export LD_PRELOAD=/tmp/gss-shim/shim.so NO_LINKS=1
    train --steps 4 --save-every 2 --out linkless >links.out 2>links.err || fail "cannot save"
    [ -f linkless/last ] && [ ! -L linkless/last ] || fail "last is not a file"
    "$gss" train --resume linkless --steps 6 >links.out 2>links.err || fail "cannot continue"
    "$gss" eval --model linkless/best --data text.txt >/dev/null 2>links.err || fail "best is no model")
  train --steps 4 --save-every 2 --out usual4 >/dev/null 2>&1
  "$gss" train --resume usual4 --steps 6 >/dev/null 2>&1
  same usual4 linkless
  holds "a file system without symbolic links: saved, continued, evaluated"
}

no_locks() {
  shim
  (export LD_PRELOAD=/tmp/gss-shim/shim.so NO_LOCKS=1
    train --steps 6 --save-every 2 --out lockless >locks.out 2>locks.err || fail "does not train")
  grep -q 'run.lock cannot be locked (No locks available)' locks.err || fail "no warning with the path"
  same usual lockless
  holds "a file system without locks: a warning with the path, and on"
}

full_disk() {
  mkdir -p disk
  local size broken=0
  for size in $(seq 16 32 720); do
    mount -t tmpfs -o "size=${size}k" tmpfs disk
    local code=0
    train --steps 6 --save-every 2 --out disk/run >disk.out 2>disk.err || code=$?
    if [ $code != 0 ]; then
      broken=$((broken + 1))
      [ $code = 1 ] || fail "$size kB: ended with $code"
      ! grep -q '^	at \|Exception' disk.err || fail "$size kB: a stack trace"
      grep -q '^gss: .*disk.*\(No space\|full\)' disk.err || fail "$size kB: no line with path and cause"
      mount -o remount,size=64m disk
      if [ -e disk/run/run.json ]; then
        "$gss" train --resume disk/run >disk.out 2>disk.err || fail "$size kB: cannot continue"
      else
        train --steps 6 --save-every 2 --out disk/run >disk.out 2>disk.err || fail "$size kB: cannot begin again"
      fi
    fi
    same usual disk/run
    ! ls -A disk/run | grep -q 'writing' || fail "$size kB: left $(ls -A disk/run | grep writing)"
    umount disk
  done
  [ $broken -ge 5 ] || fail "the disk was full $broken times only"
  holds "a disk that is full at one of $broken moments of a run: a line, and the run continues to the same bits once there is room"
}

full_disk_elsewhere() {
  mkdir -p disk
  mount -t tmpfs -o size=16k tmpfs disk
  head -c 16384 /dev/zero >disk/full
  ends 1 'disk' "$gss" convert "$tiny" disk/copy.pt
  ends 1 'disk' "$gss" convert "$tiny" disk/copy
  ends 1 'disk' "$gss" synthesize --out disk/new --num-tokens 100 --dim 16 --depth 1
  ends 1 'disk' "$gss" generate --model "$tiny" --prompt-ids 1 --ids --save-state disk/a.state
  ends 1 'disk' "$gss" inspect "$tiny" --kernels disk/a.svg
  ends 1 'disk' "$gss" prepare --data text.txt --out disk/prepared
  ends 1 'disk' "$gss" pathfinder generate --out disk/path --count 200 --size 16
  ends 1 'disk' "$gss" listops --out disk/ops --count 50 --held-out 10
  (export GSS_CACHE=$work/disk/cache && ends 1 'disk' train --steps 1 --out no-cache)
  [ ! -e disk/copy.pt ] && [ ! -e disk/copy ] && [ ! -e disk/a.state ] && [ ! -e disk/a.svg ] || fail "half a file is left"
  holds "a full disk under a conversion, a state, a picture, prepared text, drawn images, the cache: a line, and no half file"
  umount disk
}

two_at_once() {
  local i
  for i in 1 2; do
    (export GSS_CACHE=$work/fresh && train --steps 6 --save-every 2 --out "both-$i" >"both-$i.out" 2>"both-$i.err") &
  done
  wait
  same usual both-1
  same usual both-2
  holds "two runs that begin at once with one empty cache"
  train --steps 400 --save-every 2 --out taken >taken-1.out 2>taken-1.err &
  local first=$!
  until [ -e taken/last ]; do sleep 0.1; done
  ends 1 "process [0-9]* trains here" "$gss" train --resume taken
  ends 2 "already holds a run" train --out taken
  wait $first || fail "the first run was disturbed"
  holds "two processes in one run: the second ends with a line that names the first"
}

for case in ${*:-usual locale_c no_home read_only first_starts no_links no_locks full_disk full_disk_elsewhere two_at_once}; do
  echo "$case"
  [ "$case" = usual ] || [ -d usual ] || usual >/dev/null
  "$case"
done
echo "check-environments: all holds"
