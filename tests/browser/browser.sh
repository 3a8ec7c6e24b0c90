#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A server with runs of all kinds, and one suite of its dashboard in Debian's chromium.
# usage: browser.sh FOLDER-OF-THE-PROGRAMS SUITE FOLDER-FOR-THE-PICTURES   (exit 77: skipped)
set -eu
here=$(cd "$(dirname "$0")" && pwd)
chromium=$(command -v chromium || true)
if [ -z "$chromium" ] || [ ! -d "$here/node_modules/playwright-core" ] ||
  ! node -e 'process.exit(process.versions.node.split(".")[0] >= 20 ? 0 : 1)' 2> /dev/null; then
  echo "browser: chromium, node 20 or npm's packages are not there (contrib/setup check): skipped"
  exit 77
fi
. "$here/../e2e/lib.sh" "$1"
. "$here/site.sh"
suite=$2
screens=$3/$suite
rm -rf "$screens"
mkdir -p "$screens"

make_site
[ "$suite" != hostile ] || make_hostile_site
start_site
# A server that is started again keeps its ports.
sed -i "s|http: 127.0.0.1:0|http: 127.0.0.1:$HTTP_PORT|; s|https: 0.0.0.0:0|https: 0.0.0.0:$HTTPS_PORT|" "$DIR/fettle.yaml"
node "$here/$suite.mjs" "$chromium" "$HTTP_PORT" "$HTTPS_PORT" "$DIR" "$screens" "$FETTLE" || {
  tail -n 5 "$DIR/fettle.log" >&2
  fail "the pages are not as they should be; pictures are in $screens"
}
