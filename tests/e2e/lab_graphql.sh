#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# GitHub's GraphQL as the emulated forge has it: many repositories in one query, pages, cost, parts that fail, and what is
# refused. Where GitHub's own schema is at hand (contrib/graphql-setup), it judges the same documents: what the lab
# answers it accepts, and what it refuses the lab refuses. usage: lab_graphql.sh BIN
set -eu
. "$(dirname "$0")/lib.sh" "$1"
. "$(dirname "$0")/lab_lib.sh"

documents=$E2E/graphql
judge=$(cd "$E2E/../.." && pwd)/build/graphql
start_lab "$DIR" --seed 3 --clock 2026-01-01T00:00:00Z --limits on

# query FILE|- VARIABLES: a document, from standard input for -
query() {
  ask POST /github/graphql "$(jq -Rs --argjson v "$2" '{query: ., variables: $v}' < "${1/#-//dev/stdin}")"
}

for repo in api web; do
  lab push --repo acme/$repo --ref main
  lab push --repo acme/$repo --ref feature/one
  lab push --repo acme/$repo --ref refs/tags/v1
  lab change open --repo acme/$repo --head topic --title "One"
done
lab change open --repo acme/api --head theirs --fork eve/api
lab change close --repo acme/web --number 1

# ---- many at once ----
query "$documents/repositories.graphql" '{"o0":"acme","n0":"api","o1":"acme","n1":"web"}'
expect 200 '(has("errors") | not) and (.data | keys_unsorted) == ["a0","a1","rateLimit"]'
expect 200 '.data.a0 | (.refs.nodes | map(.name)) == ["feature/one","main","topic"] and .refs.pageInfo.hasNextPage == false and
  (.pullRequests.nodes | map([.number, .baseRefName])) == [[1,"main"],[2,"main"]] and .nameWithOwner == "acme/api"'
expect 200 '.data.a1.pullRequests.nodes == [] and .data.rateLimit == {"cost":1,"remaining":4999,"resetAt":"2026-01-01T01:00:00Z"}'
sha=$(jq -r '.data.a0.refs.nodes[1].target.oid' <<< "$answer") id=$(jq .data.a0.databaseId <<< "$answer")
ask GET /github/repos/acme/api/branches/main
expect 200 '.commit.sha == "'"$sha"'"'
ask GET /github/repos/acme/api
expect 200 '.id == '"$id"
[ "$(header x-ratelimit-resource)" = core ] || fail "$head"

# ---- pages, one a time ----
names= heads=null changes=null pages=0
while :; do
  query "$documents/one.graphql" "{\"owner\":\"acme\",\"name\":\"api\",\"heads\":$heads,\"changes\":$changes}"
  expect 200 'has("errors") | not'
  names+="$(jq -r '.data.it | [.heads.nodes[].name, (.pullRequests.nodes[] | "#\(.number) from \(.headRepository.nameWithOwner)")] |
    join(" ")' <<< "$answer");"
  pages=$((pages + 1))
  jq -e '.data.it.heads.pageInfo.hasNextPage' <<< "$answer" > /dev/null || break
  heads=$(jq .data.it.heads.pageInfo.endCursor <<< "$answer")
  ended=$(jq .data.it.pullRequests.pageInfo.endCursor <<< "$answer")
  [ "$ended" = null ] || changes=$ended
done
[ "$names" = "feature/one #1 from acme/api;main #2 from eve/api;topic;" ] || fail "by pages: $names"
expect 200 '.data.it.heads.totalCount == 3 and .data.it.tags.nodes == [{"name":"v1","prefix":"refs/tags/"}] and
  .data.it.defaultBranchRef.target.oid == "'"$sha"'" and .data.rateLimit.nodeCount == 102 and .data.viewer.login == "lab-bot"'

# ---- parts fail by themselves; a renamed one is found ----
lab repo delete --repo acme/web
query "$documents/repositories.graphql" '{"o0":"acme","n0":"web","o1":"acme","n1":"api"}'
expect 200 '.data.a0 == null and .data.a1.nameWithOwner == "acme/api" and (.errors | length) == 1 and
  .errors[0].type == "NOT_FOUND" and .errors[0].path == ["a0"] and .errors[0].locations[0].line == 2'
lab repo rename --repo acme/api --to renamed
query "$documents/repositories.graphql" '{"o0":"acme","n0":"api","o1":"acme","n1":"other"}'
expect 200 '.data.a0.nameWithOwner == "acme/renamed" and .data.a0.databaseId == '"$id"
"$FETTLE" lab fault partial --url "$LAB_URL" > /dev/null
query "$documents/repositories.graphql" '{"o0":"acme","n0":"api","o1":"acme","n1":"other"}'
expect 200 '.data.a0 != null and .data.a1 == null and .errors[0].path == ["a1"]'
query - '{}' <<< '{ r: repository(owner: "acme", name: "renamed") { refs(refPrefix: "refs/heads/") { nodes { name } } } }'
expect 200 '.data.r.refs == null and .errors[0].type == "MISSING_PAGINATION_BOUNDARIES" and .errors[0].path == ["r","refs"]'
query - '{}' <<< '{ r: repository(owner: "acme", name: "renamed") { pullRequests(first: 101) { nodes { number } } } }'
expect 200 '.errors[0].type == "EXCESSIVE_PAGINATION"'

# ---- cost: a point for every hundred connections ----
many=$(for i in $(seq 1 75); do
  printf 'a%d: repository(owner: "acme", name: "r%d") { refs(refPrefix: "refs/heads/", first: 1) { nodes { name } } ' $i $i
  printf 'pullRequests(first: 1) { nodes { number } } } '
done)
TOKEN=many
query - '{}' <<< "{ $many rateLimit { cost } }"
expect 200 '.data.rateLimit.cost == 2'
[ "$(header x-ratelimit-used)" = 2 ] || fail "$head"

# ---- what is refused ----
cat > "$DIR/wrong" << 'END'
{ repository(owner: "a", name: "b") { colour } }
{ repository(owner: "a", name: "b") }
{ repository(owner: "a", name: "b") { databaseId { x } } }
{ repository(owner: "a", name: "b", size: 3) { name } }
{ repository(owner: $o, name: "b") { name } }
{ repository(owner: "a", name: "b") { name
{ repository(owner: "a", name: "b") { name } } }
{ }
mutation { x }
{ weather { name } }
{ repository(owner: "a", name: "b) { name } }
END
n=0
while IFS= read -r line; do
  n=$((n + 1))
  printf '%s\n' "$line" > "$DIR/wrong.$n.graphql"
  query "$DIR/wrong.$n.graphql" '{}'
  expect 200 '(has("data") | not) and (.errors[0].message | length > 5)'
done < "$DIR/wrong"
query "$documents/repositories.graphql" '{"o0":"acme","n0":"api"}'
expect 200 '(has("data") | not) and (.errors[0].message | contains("$o1"))'
for not in '{ ...x } fragment x on Query { viewer { login } }' '{ viewer @include(if: true) { login } }' \
  "$(printf '{%.0s' $(seq 1 60))"; do # what GitHub may understand and the lab does not
  query - '{}' <<< "$not"
  expect 200 '(has("data") | not) and (.errors[0].message | startswith("Parse error"))'
done
ask POST /github/graphql '{"variables":{}}'
expect 400
ask POST /github/api/graphql '{"query":"{viewer{login}}"}' # as an Enterprise Server has it
expect 200 '.data.viewer.login == "lab-bot"'
ask GET /github/api/v3/repos/acme/renamed
expect 200

# ---- the judge ----
if command -v node > /dev/null && [ -d "$judge/node_modules/graphql" ]; then
  must "GitHub's schema does not accept: $(node "$documents/judge.mjs" "$judge" "$documents"/*.graphql)" \
    node "$documents/judge.mjs" "$judge" "$documents"/*.graphql
  for i in $(seq 1 $n); do
    node "$documents/judge.mjs" "$judge" "$DIR/wrong.$i.graphql" > "$DIR/judged" || true
    must "accepted: $(cat "$DIR/wrong.$i.graphql")" grep -q '^no ' "$DIR/judged"
  done
else
  echo "not judged by GitHub's schema: contrib/graphql-setup was not run"
fi
end_lab
