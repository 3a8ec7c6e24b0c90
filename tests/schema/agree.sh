#!/bin/bash
# Schema and readers against each other. usage: agree.sh FETTLE   (exit 77: skipped)
set -eu
cd "$(dirname "$0")"
if ! command -v node > /dev/null || [ ! -d node_modules/ajv ]; then
  echo "schema: node or its packages are not there (contrib/setup check): skipped"
  exit 77
fi
root=$(cd ../.. && pwd)
exec node agree.mjs "$1" exceptions.txt "$root/tests/fixtures/wrong" "$root/tests/fixtures/right" \
  "$root/tests/fixtures/config/bad" "$root/config/examples" "$root/config/examples/workflows"
