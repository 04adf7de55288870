# For scripts that need a server: `serve ARGUMENT…` starts `gss serve` on a free port and sets url and server_pid;
# `stop_serving` ends it. Source it; home is the repository, work a directory for what the server prints.
server_pid=

serve() {
  "$home/gss" --version >/dev/null # builds it, where that is needed
  "$home/gss" serve --port 0 "$@" >"$work/serve.out" 2>"$work/serve.err" &
  server_pid=$!
  local end=$((SECONDS + 60))
  until url=$(grep -o -m1 'http://[^ ]*' "$work/serve.out") && curl -fs "$url/ready" >/dev/null; do
    if [ $SECONDS -ge $end ] || ! kill -0 $server_pid 2>/dev/null; then
      echo "$0: the server does not start:" >&2
      tail -n 20 "$work/serve.err" >&2
      return 1
    fi
    sleep 0.1
  done
}

stop_serving() {
  if [ -n "$server_pid" ]; then
    kill $server_pid 2>/dev/null || true
    wait $server_pid 2>/dev/null || true
    server_pid=
  fi
}
