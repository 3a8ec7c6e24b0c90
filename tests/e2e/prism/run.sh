#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# run.sh PRISM_CLIENT FOLDER: starts prism on a free port of 127.0.0.1 with the slice of GitHub's description, lets
# prism_client talk to it and ends it. FOLDER is what contrib/prism-setup made; 77 = skipped, since it did not run.
set -eu
client=$1 folder=$2
here=$(cd "$(dirname "$0")" && pwd)
prism=$folder/node_modules/@stoplight/prism-cli/dist/index.js

if ! command -v node >/dev/null || [ ! -f "$prism" ] || [ ! -f "$folder/api.github.com.json" ]; then
    echo "skipped: contrib/prism-setup was not run"
    exit 77
fi

tmp=$(mktemp -d)
pid=
finish() {
    if [ -n "$pid" ]; then
        kill "$pid" 2>/dev/null || true
        wait "$pid" 2>/dev/null || true
    fi
    rm -rf "$tmp"
}
trap finish EXIT
trap 'exit 1' INT TERM

node "$here/slice.mjs" "$folder/api.github.com.json" "$tmp/slice.json"
port=$(node -e 'const s=require("net").createServer();s.listen(0,"127.0.0.1",()=>{console.log(s.address().port);s.close()})')
node "$prism" mock --errors --host 127.0.0.1 --port "$port" "$tmp/slice.json" >"$tmp/log" 2>&1 &
pid=$!

tries=0
until grep -q 'Prism is listening' "$tmp/log"; do
    tries=$((tries + 1))
    if [ "$tries" -gt 300 ] || ! kill -0 "$pid" 2>/dev/null; then
        echo "prism did not start:"
        cat "$tmp/log"
        exit 1
    fi
    sleep 0.2
done

"$client" "http://127.0.0.1:$port"
