#!/usr/bin/env bash
# What clients of OpenAI's API get from `gss serve`: the package openai of Python and of JavaScript (whole, streamed,
# async, logprobs, chats, embeddings, errors), and the examples of docs/serving.md and README.md with curl, over a tiny model.
# Needs python3 with venv, node with npm, curl; fetches the packages once.
#   scripts/check-clients.sh
#   PACKAGES=DIR scripts/check-clients.sh
set -euo pipefail
home=$(cd "$(dirname "$0")/.." && pwd)
packages=${PACKAGES:-${XDG_CACHE_HOME:-$HOME/.cache}/gss4j/clients}
model=$home/gss4j-cli/src/test/resources/earlier/gss/run
key=a-key
work=$(mktemp -d)
source "$home/scripts/serving.sh"
trap 'stop_serving; rm -rf "$work"' EXIT

if [ ! -x "$packages/venv/bin/python" ]; then
  python3 -m venv "$packages/venv"
  "$packages/venv/bin/pip" install --quiet openai
fi
if [ ! -d "$packages/npm/node_modules/openai" ]; then
  npm install --silent --no-fund --no-audit --prefix "$packages/npm" openai
fi

cat >"$work/chat.jinja" <<'TEMPLATE'
{% for message in messages %}{{ message.role }}: {{ message.content }}
{% endfor %}{% if add_generation_prompt %}assistant: {% endif %}
TEMPLATE
serve --model "$model" --served-name tiny --api-key $key --chat-template "$work/chat.jinja"
"$packages/venv/bin/python" "$home/scripts/clients/openai_client.py" "$url" $key
npm --prefix "$packages/npm" list openai | grep openai@
(cd "$packages/npm" && node "$home/scripts/clients/openai_client.mjs" "$url" $key)
stop_serving

# The examples of docs and README, line by line: each must succeed. A state's name is that of the state made last.
serve --model "$model" --served-name best
cd "$work"
state=
awk '/^```/ { code = !code; line = "" } code && (/^curl / || line != "") {
  more = sub(/\\$/, ""); line = line $0; if (!more) { print line; line = "" } }' "$home/docs/serving.md" "$home/README.md" >examples
while IFS= read -r example; do
  example=${example//localhost:8080/${url#http://}}
  example=${example//state-…/$state}
  echo "\$ $example"
  bash -c "${example/#curl/curl -fsS}" >answer || { echo "check-clients: that example fails" >&2; exit 1; }
  state=$(grep -o 'state-[0-9a-f]\{32\}' answer | tail -1 || echo "$state")
  head -c 200 answer && echo
done <examples
[ -s examples ] || { echo "check-clients: docs/serving.md has no examples with curl" >&2; exit 1; }
