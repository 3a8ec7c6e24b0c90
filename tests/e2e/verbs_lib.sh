# SPDX-License-Identifier: Apache-2.0
# For scripts that call one verb and look at what it says: run, same, has, json; an empty folder $tmp to work in.
#     . ./verbs_lib.sh BIN-FOLDER
set -u
bin=$(cd "${1:?the folder with fettle}" && pwd)
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
fixtures=$root/tests/fixtures
[ -x "$bin/fettle" ] || { echo "there is no fettle in $bin"; exit 1; }
for tool in jq git; do
    command -v "$tool" >/dev/null || { echo "skipped: there is no $tool"; exit 77; }
done
unset FETTLE_CONFIG FETTLE_URL FETTLE_TOKEN
export PATH=$bin:$PATH LC_ALL=C.UTF-8
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp" || exit 1

. "$root/tests/e2e/verbs_checks.sh"
finish() {
    echo "$passed passed, $failed failed"
    [ "$failed" -eq 0 ]
}
