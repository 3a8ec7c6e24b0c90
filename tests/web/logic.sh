#!/bin/bash
# All tests/web/*.test.mjs by node's own runner, in one process. usage: logic.sh FOLDER
set -eu
command -v node > /dev/null || { echo "skipped: no node"; exit 77; }
cd "$1"
node --input-type=module -e 'for (const f of process.argv.slice(1)) await import(f)' "$PWD"/*.test.mjs
