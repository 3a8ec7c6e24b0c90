#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The limits of the emulated forges, on a clock that moves only when it is told to: who is refused, how that is told, and
# who comes too soon. usage: lab_limits.sh BIN
set -eu
. "$(dirname "$0")/lib.sh" "$1"
. "$(dirname "$0")/lab_lib.sh"

gh=/github/repos/acme/api gl=/gitlab/api/v4/projects/acme%2Fapi gt=/gitea/api/v1/repos/acme/api
SHA=aaaaaaaaaabbbbbbbbbbccccccccccdddddddddd
advance() { lab clock advance --ms "$1"; }
limits() { lab limits "$1"; }
early_are() { # TEXT: the marks of all requests of the ledger so far, from the line kept by `from_here`
  checks=$((checks + 1))
  local marks
  marks=$(lab_ledger | tail -n "+$from" | jq -r 'if .early then "e" else "." end' | tr -d '\n')
  [ "$marks" = "$1" ] || fail "line ${BASH_LINENO[0]}: early $marks instead of $1"
}
from_here() { from=$(($(lab_ledger | wc -l) + 1)); }

start_lab "$DIR" --seed 3 --clock 2026-01-01T00:00:00Z
ask GET $gh
expect 200
[ -z "$(header x-ratelimit-limit)" ] || fail "limits that nobody asked for"

# ---- GitHub's primary limit: an hour of its own length, told in headers, 304 is free ----
limits core=3
from_here
TOKEN=primary
ask GET $gh
expect 200
[ "$(header x-ratelimit-remaining)/$(header x-ratelimit-used)/$(header x-ratelimit-resource)" = 2/1/core ] || fail "$head"
[ "$(header x-ratelimit-reset)" = "$(date -u -d 2026-01-01T01:00:00Z +%s)" ] || fail "the reset: $head"
tag=$(header etag)
ask GET $gh "" -H "If-None-Match: $tag"
expect 304
[ "$(header x-ratelimit-remaining)" = 2 ] || fail "304 was not free: $head"
ask GET $gh/branches
ask GET $gh/pulls
expect 200
[ "$(header x-ratelimit-remaining)" = 0 ] || fail "$head"
ask GET $gh/pulls
expect 403 '.message | contains("API rate limit exceeded")'
[ "$(header x-ratelimit-remaining)" = 0 ] && [ -z "$(header retry-after)" ] || fail "$head"
ask GET /github/rate_limit
expect 200 '.resources.core == {"limit": 3, "used": 3, "remaining": 0, "reset": 1767229200} and .resources.graphql.remaining == 5000'
advance 3599000
ask GET $gh
expect 403
advance 1000
ask GET $gh
expect 200
early_are "....e.e."
TOKEN=another
ask GET $gh
expect 200

# ---- the secondary ones: content, points, and the text that alone tells of it ----
limits core=5000,content-minute=2
TOKEN=content
from_here
for i in 1 2; do
  ask POST $gh/issues '{"title":"t"}'
  expect 201
done
ask POST $gh/statuses/$SHA '{"state":"success"}'
expect 201 # no content that anybody is told of
ask POST $gh/issues '{"title":"t"}'
case $status in 403 | 429) ;; *) fail "$status for too much content" ;; esac
[ "$(header x-ratelimit-remaining)" -gt 0 ] || fail "the quota is not what was used up: $head"
expect "$status" '.message | contains("secondary rate limit")'
ask GET $gh
expect 403
advance 60000
ask POST $gh/issues '{"title":"t"}'
expect 201
early_are "....e."
limits points=12,content-minute=80
TOKEN=points
for i in 1 2; do
  ask POST $gh/statuses/$SHA '{"state":"success"}'
  expect 201
done
ask GET $gh
ask GET $gh
expect 200
ask GET $gh
expect "$status" '.message | contains("secondary rate limit")'
looks=
limits points=1,content-minute=80
for i in $(seq 1 24); do
  TOKEN=look-$i
  ask GET $gh
  ask GET $gh
  case $status in 403 | 429) ;; *) fail "$status over the points" ;; esac
  looks="$looks $status-$(header retry-after)"
done
kinds=$(tr ' ' '\n' <<< "$looks" | sort -u | grep -c .)
[ "$kinds" = 4 ] || fail "a secondary limit has four looks, not $kinds:$looks"

# ---- concurrency: what is held back counts ----
stop_lab
start_lab "$DIR" --seed 3 --limits concurrent=2
TOKEN=many
lab fault latency --ms 1500 --count 2
(ask GET $gh) & one=$!
(DIR=$(mktemp -d "$DIR/x.XXXX") && ask GET $gh) & two=$!
wait_until "[ \$(lab_ledger | jq -c 'select(.fault == \"latency\")' | wc -l) = 2 ]" 10
DIR2=$DIR
ask GET $gh/branches
case $status in 403 | 429) ;; *) fail "$status for a third request at once" ;; esac
wait $one $two
DIR=$DIR2
stop_lab
start_lab "$DIR" --seed 3 --clock 2026-01-02T00:00:00Z

# ---- GitLab: told in its headers, refused in plain text; single resources are told nowhere ----
limits gitlab=3
TOKEN=lab
from_here
ask GET $gl
expect 200
[ "$(header ratelimit-limit)/$(header ratelimit-remaining)/$(header ratelimit-observed)" = 3/2/1 ] || fail "$head"
ask GET $gl
ask GET $gl
expect 200
ask GET $gl
[ "$status" = 429 ] && [ "$answer" = "Retry later" ] && [ "$(header retry-after)" = 60 ] || fail "$status $answer $head"
case $(header content-type) in text/plain*) ;; *) fail "$head" ;; esac
advance 59000
ask GET $gl
expect 429
advance 1000
ask GET $gl
expect 200
early_are "....e."
limits gitlab=1000,gitlab-issues=1
ask POST $gl/issues '{"title":"t"}'
expect 201
ask POST $gl/issues '{"title":"t"}'
expect 429 '.message.error | contains("too many times")'
[ "$(header ratelimit-remaining)" -gt 0 ] || fail "$head"

# ---- Gitea has none; search and GraphQL have buckets of their own ----
for i in $(seq 1 20); do ask GET $gt; done
expect 200
[ -z "$(header x-ratelimit-limit)" ] || fail "$head"
limits core=1,search=1,graphql=1
TOKEN=buckets
ask GET $gh
expect 200
ask GET "/github/search/issues?q=is:issue+repo:acme/api"
expect 200
ask GET "/github/search/issues?q=is:issue"
expect 403
ask GET "/github/search/issues?q=words"
[ "$(header x-ratelimit-resource)" = search ] || fail "$head"
ask POST /github/graphql '{"query":"{viewer{login}}"}'
expect 200 '.data.viewer.login == "lab-bot"'
ask POST /github/graphql '{"query":"{viewer{login}}"}'
expect 200 '.errors[0].type == "RATE_LIMITED" and (has("data") | not)'
[ "$(header x-ratelimit-remaining)/$(header x-ratelimit-resource)" = 0/graphql ] || fail "$head"

# ---- a limit that a fault tells of holds for the mark as well; words that are none ----
limits off
TOKEN=told
from_here
lab fault rate-limit --ms 5000
ask GET $gh
expect 429
advance 4000
ask GET $gh
expect 200
advance 1000
ask GET $gh
expect 200
early_are ".e."
for wrong in hours=3 core=0 core=x nothing; do
  ask POST /_lab/limits "{\"set\":\"$wrong\"}"
  expect 400
done
ask POST /_lab/clock '{"advance":-5}'
expect 400
end_lab
