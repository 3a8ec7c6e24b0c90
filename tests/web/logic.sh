#!/bin/bash
# All tests/web/*.test.mjs by node's own runner. usage: logic.sh FOLDER
set -eu
command -v node > /dev/null || { echo "skipped: no node"; exit 77; }
cd "$1"
node --test ./*.test.mjs
