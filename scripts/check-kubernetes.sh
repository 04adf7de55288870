#!/usr/bin/env bash
# Holds deploy's files for Kubernetes and Kubeflow against their published schemas. Needs Python 3
# with venv, and PyPI once; VENV names a place to keep the packages for the next time.
#   scripts/check-kubernetes.sh [FILE…]
set -euo pipefail
home=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
venv=${VENV:-$work/venv}
if [ ! -x "$venv/bin/python" ]; then
  python3 -m venv "$venv"
  "$venv/bin/pip" install -q --disable-pip-version-check kubernetes-validate kubeflow-training
fi
[ $# -gt 0 ] || set -- "$home"/deploy/*.yaml "$home"/deploy/serve/*.yaml
"$venv/bin/python" "$home/scripts/check-kubernetes.py" "$@"
