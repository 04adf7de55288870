#!/usr/bin/env bash
# Requests that make no sense: schemathesis against the server's OpenAPI document (every answer must be one that the
# document names), then bodies that were valid before they were spoilt (the test MalformedBodiesTest, for longer than in
# the build). No answer may be an error of the server, and no row may be left.
# Needs python3 with venv; fetches schemathesis once.
#   scripts/fuzz-serve.sh [BODIES]               # spoilt bodies (100,000)
#   SECONDS_OF_SCHEMATHESIS=300 SEED=1 VENV=DIR scripts/fuzz-serve.sh
set -euo pipefail
home=$(cd "$(dirname "$0")/.." && pwd)
venv=${VENV:-${XDG_CACHE_HOME:-$HOME/.cache}/gss4j/schemathesis}
seed=${SEED:-1}
work=$(mktemp -d)
source "$home/scripts/serving.sh"
trap 'stop_serving; rm -rf "$work"' EXIT

if [ ! -x "$venv/bin/schemathesis" ]; then
  python3 -m venv "$venv"
  "$venv/bin/pip" install --quiet schemathesis
fi

serve --model "$home/gss4j-cli/src/test/resources/earlier/gss/run" --served-name tiny \
  --max-tokens 50 --default-max-tokens 4 --max-prompt-tokens 5000
# A model and states of any name would be refused before all else.
curl -fs "$url/openapi.json" | python3 -c '
import json, sys
document = json.load(sys.stdin)
for schema in document["components"]["schemas"].values():
    if "model" in schema.get("properties", {}):
        schema["properties"]["model"] = {"const": "tiny"}
    if "messages" in schema.get("properties", {}) or "prompt" in schema.get("properties", {}):
        schema["properties"].pop("state", None)
json.dump(document, sys.stdout)' >"$work/openapi.json"
(cd "$work" && "$venv/bin/schemathesis" run openapi.json --url "$url" --no-color --seed "$seed" --phases fuzzing \
  --max-time "${SECONDS_OF_SCHEMATHESIS:-300}" --continue-on-failure \
  --checks not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance,unsupported_method)
curl -fs "$url/metrics" | grep -E '^gss_(rows|queue)(\{.*)? ' | grep -qv ' 0\(\.0\)\?$' && {
  echo "fuzz-serve: rows are left" >&2
  exit 1
}
stop_serving

cd "$home"
mvn -B -q -ntp -pl gss4j-serve -am test -Dtest=MalformedBodiesTest -Dsurefire.failIfNoSpecifiedTests=false \
  -Dspotless.check.skip -Dgss.test.jvm="-Dgss.serve.malformed=${1:-100000} -Dgss.seed=$seed"
echo "no error of the server"
