#!/usr/bin/env bash
# On a terminal: the progress bar keeps to its line, and Ctrl-C lets a training save before it ends. Needs script (util-linux).
#   scripts/check-terminal.sh [GSS]
set -euo pipefail
gss=$(realpath "${1:-$(dirname "${BASH_SOURCE[0]}")/../gss}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
for i in $(seq 300); do echo "the state of gate $i is kept and read by token $((i * 7919 % 1000))"; done >text.txt
"$gss" --version

await() { # FILE TRIES PATTERN
  for _ in $(seq "$2"); do
    if tr '\r' '\n' <"$1" | grep -q "$3"; then break; fi
    sleep 0.2
  done
}

# run COLUMNS: on a terminal of so many, with Ctrl-C once a step is done
run() {
  local seen=$work/seen$1
  : >"$seen"
  {
    await "$seen" 600 ' [1-9][0-9]*/100000 '
    printf '\003'
    await "$seen" 100 'Stopped after\|COMMAND_EXIT_CODE'
  } | TERM=xterm script -qefc "stty cols $1; exec '$gss' train --data text.txt --steps 100000 --eval-every 0 --dim 32 --depth 1 \
    --dss-kernel-N 8 --dss-kernel-H 8 --seq-len 64 --batch 2 --dtype float32 --out run$1" "$seen" >/dev/null || true
  if ! grep -q 'Stopped after step .* and saved' "$seen" || [ ! -e "run$1/last/model.safetensors" ]; then
    echo "check-terminal: Ctrl-C ended a run that had not saved:" >&2
    tr '\r' '\n' <"$seen" | tail -3 >&2
    exit 1
  fi
  tr '\r' '\n' <"$seen" | sed 's/\^C//' | awk -v most="$1" '/^step .*%/ && length >= most { print "check-terminal: wider than " most ": " $0; bad = 1 }
    END { exit bad }' >&2
  echo "$1 columns: $(tr '\r' '\n' <"$seen" | grep 'Stopped after')"
}

run 80
run 120
