#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Faults of the emulated forge beyond lab.sh: by chance, for a time, replicas that lag, validators; and the same seed gives
# the same ledger. usage: lab_faults.sh BIN
set -eu
. "$(dirname "$0")/lib.sh" "$1"
. "$(dirname "$0")/lab_lib.sh"

gh=/github/repos/acme/api gl=/gitlab/api/v4/projects/acme%2Fapi gt=/gitea/api/v1/repos/acme/api
fault() { "$FETTLE" lab fault "$@" --url "$LAB_URL" > /dev/null || fail "line ${BASH_LINENO[0]}: fault $*"; }
start_lab "$DIR" --seed 3 --clock 2026-01-01T00:00:00Z

# ---- for a time ----
fault unavailable --ms 3600000
for path in $gh $gl $gt; do
  ask GET $path
  [ "$status" = 503 ] || fail "$status from a forge that is away"
done
must "the ledger has it" test "$(lab_ledger | jq -c 'select(.fault == "unavailable" and .status == 503)' | wc -l)" = 3
lab clock advance --ms 3600000
ask GET $gh
expect 200
fault away --ms 3600000 --match /gitlab/
ask GET $gl
[ "$status" = 000 ] || fail "$status from a forge that is away"
ask GET $gh
expect 200
lab clock advance --ms 3600000
ask GET $gl
expect 200

# ---- limits as faults ----
fault secondary-429
ask GET $gh
expect 429 '.message | contains("secondary rate limit")'
[ "$(header x-ratelimit-remaining)" = 4321 ] || fail "$head"
fault rate-limit --match graphql
ask POST /github/graphql '{"query":"{viewer{login}}"}'
expect 200 '.errors[0].type == "RATE_LIMITED"'
fault latency --ms 5000
at=$("$FETTLE" lab clock --url "$LAB_URL" | jq -r .now)
ask GET $gh
expect 200
[ "$("$FETTLE" lab clock --url "$LAB_URL" | jq -r .now)" = "$(date -u -d "$at + 5 seconds" +%FT%T.000Z)" ] || fail "no time went by"

# ---- replicas that lag: the commit is not there yet, the branch is; search knows nothing; lists know all ----
fault lag --ms 2000
lab push --repo acme/api --ref main
sha=$(jq -r .after <<< "$answer")
for forge in gitlab gitea; do lab push --forge $forge --repo acme/api --ref main --sha "$sha"; done
ask POST $gh/statuses/"$sha" '{"state":"success"}'
expect 422 '.message == "No commit found for SHA: '"$sha"'"'
ask POST $gh/check-runs "{\"name\":\"x\",\"head_sha\":\"$sha\"}"
expect 422
ask POST $gl/statuses/"$sha" '{"state":"success"}'
expect 404
ask POST $gt/statuses/"$sha" '{"state":"success"}'
expect 404
ask GET $gh/branches/main
expect 200 '.commit.sha == "'"$sha"'"'
ask POST $gh/issues '{"title":"just made"}'
expect 201
ask GET $gh/issues
expect 200 'length == 1'
ask GET "/github/search/issues?q=is:issue+repo:acme/api"
expect 200 '.total_count == 0'
lab clock advance --ms 2000
ask POST $gh/statuses/"$sha" '{"state":"success"}'
expect 201
ask GET "/github/search/issues?q=is:issue+repo:acme/api+just"
expect 200 '.total_count == 1 and .items[0].number == 1'
ask GET "/github/search/issues?q=just"
expect 422
"$FETTLE" lab fault clear --url "$LAB_URL" > /dev/null

# ---- validators: bound to the token at GitHub, to the body at GitLab, none at Gitea ----
ask GET $gh
tag=$(header etag)
case $tag in 'W/"'*'"') ;; *) fail "no weak validator: $head" ;; esac
ask GET $gh "" -H "If-None-Match: $tag"
expect 304
[ -z "$answer" ] || fail "304 with a body"
TOKEN=refreshed
ask GET $gh "" -H "If-None-Match: $tag"
expect 200
lab push --repo acme/api --ref next
TOKEN=tok-for-tests
ask GET $gh/branches "" -H "If-None-Match: $tag"
expect 200
ask GET $gl
tag=$(header etag)
TOKEN=refreshed
ask GET $gl "" -H "If-None-Match: $tag"
expect 304
ask GET $gt
[ -z "$(header etag)" ] || fail "Gitea has validators: $head"

# ---- by chance ----
ask POST /_lab/faults '{"kind":"status-500","count":0,"chance":30}'
expect 201 '.[0].chance == 30'
failed=0
for i in $(seq 1 60); do
  ask GET $gt
  [ "$status" = 200 ] || failed=$((failed + 1))
done
[ $failed -ge 8 ] && [ $failed -le 30 ] || fail "$failed of 60 for three in ten"
for wrong in '"chance":101' '"chance":-1' '"kind":"turn"' '"ms":-1'; do
  ask POST /_lab/faults "{\"kind\":\"lost\",$wrong}"
  expect 400
done

# ---- the same seed, the same ledger; another seed, another ----
story() { # SEED: everything at once; prints the ledger without what only this machine knows
  stop_lab
  rm -f "$DIR/ledger.jsonl"
  start_lab "$DIR" --seed "$1" --clock 2026-05-01T00:00:00Z --limits content-minute=4
  "$FETTLE" lab hook add --repo acme/api --target "$LAB_URL/gitea/nobody" --url "$LAB_URL" > /dev/null
  fault missed --count 0 --chance 30
  fault duplicate --count 0 --chance 30
  fault status-502 --count 0 --chance 15 --match GET
  fault lost --count 0 --chance 15 --match /issues
  for i in $(seq 1 8); do
    "$FETTLE" lab push --repo acme/api --url "$LAB_URL" > /dev/null
    "$FETTLE" lab change open --repo acme/api --head "b$i" --url "$LAB_URL" > /dev/null
    "$FETTLE" lab wait --url "$LAB_URL" > /dev/null
    ask POST $gh/issues "{\"title\":\"$i\"}"
    ask GET $gh/pulls
    "$FETTLE" lab clock advance --ms 5000 --url "$LAB_URL" > /dev/null
  done
  jq -c 'del(.headers.host, .headers["user-agent"], .headers["x-request-id"])' "$DIR/ledger.jsonl" |
    sed "s|$LAB_URL|LAB|g"
}
LAB_PORT=0
story 11 > "$DIR/first"
story 11 > "$DIR/second"
story 12 > "$DIR/third"
must "the same seed gave another ledger: $(diff "$DIR/first" "$DIR/second" | head -n 6)" cmp "$DIR/first" "$DIR/second"
! cmp -s "$DIR/first" "$DIR/third" || fail "another seed gave the same ledger"
for kind in missed duplicate status-502 lost; do
  grep -q "\"fault\":\"$kind\"" "$DIR/first" || fail "no fault of the kind $kind in all that"
done
end_lab
