#!/bin/bash
# The logic of the dashboard by node's own runner: all *.test.mjs in one process, and each *.alone.mjs, which makes up a
# browser for itself, in one of its own. usage: logic.sh FOLDER
set -eu
command -v node > /dev/null || { echo "skipped: no node"; exit 77; }
cd "$1"
node --input-type=module -e 'for (const f of process.argv.slice(1)) await import(f)' "$PWD"/*.test.mjs
for f in *.alone.mjs; do node "$f"; done
