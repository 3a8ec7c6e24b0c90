#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Secrets, variables and environments of the server file reach the steps that may have them, and nothing that is kept.
# usage: secrets.sh FOLDER-OF-THE-PROGRAMS
set -eu
. "$(dirname "$0")/lib.sh" "$1"

SECRET=hunter2-Zq8xW0pLr4Tn
NEW=changed-Kf93hWq0Zs1Mn
start_lab "$DIR"
mkdir -p "$DIR/workflows"
cat > "$DIR/workflows/ci.yml" << 'END'
name: ci
on: push
jobs:
  build:
    environment: production
    outputs: {leak: "${{ steps.a.outputs.leak }}", region: "${{ vars.REGION }}"}
    env: {REGION: "${{ vars.REGION }}"}
    steps:
      - id: a
        env: {KEY: "${{ secrets.deploy_key }}"}
        run: |
          echo "plain $KEY"
          echo "encoded $(printf %s "$KEY" | base64 -w0) $(printf 'x%s' "$KEY" | base64 -w0)"
          echo "length ${#KEY} region $REGION"
          echo "leak=$KEY" >> "$GITHUB_OUTPUT"
          echo "AGAIN=$KEY" >> "$GITHUB_ENV"
          echo "::notice::it is $KEY"
      - run: test "${#AGAIN}" -ge 20
        name: with ${{ secrets.DEPLOY_KEY != '' }}
  plain:
    steps:
      - env: {KEY: "${{ secrets.DEPLOY_KEY }}"}
        run: test -z "$KEY"
END
make_config "$DIR"
secret_file "$DIR/secrets/deploy" "$SECRET"
cat >> "$DIR/fettle.yaml" << 'END'
secrets: {DEPLOY_KEY: {file: secrets/deploy, repos: [backend], environments: [production]}}
vars: {REGION: eu-west}
environments: {production: {branches: [main]}}
END
"$FETTLE" serve --check -c "$DIR/fettle.yaml" 2> "$DIR/check.txt" || fail "a warning is no error: $(cat "$DIR/check.txt")"
grep -qF 'workflows/ci.yml:22:33: warning: the secret "DEPLOY_KEY" is for jobs of the environments production, and the job "plain"' \
  "$DIR/check.txt" || { cat "$DIR/check.txt"; fail "nothing is said of a secret that the job has not got"; }
start_fettle "$DIR"

run_of() { # N: id of the N-th run
  "$FETTLE" runs list -c "$DIR/fettle.yaml" --json | jq -re "[.runs[].id] | sort | .[$1 - 1]"
}
ended() { # N; jq is content with no input at all, so that there is one is asked first
  local id
  id=$(run_of "$1") && [ -n "$id" ] &&
    "$FETTLE" runs show "$id" -c "$DIR/fettle.yaml" --json | jq -e '.state == "done"' > /dev/null
}

push github backend > /dev/null
wait_until 'ended 1' 60
"$FETTLE" runs show "$(run_of 1)" -c "$DIR/fettle.yaml" --json > "$DIR/shown.json"
jq -e '.conclusion == "success"' "$DIR/shown.json" > /dev/null || { cat "$DIR/shown.json"; fail "the run did not succeed"; }
jq -e '[.jobs[] | select(.key == "plain") | .steps[0].annotations[] | select(.level == "warning") | .text] ==
  ["secrets.DEPLOY_KEY is empty: this server has no secret \"DEPLOY_KEY\" for this job"]' "$DIR/shown.json" > /dev/null ||
  { cat "$DIR/shown.json"; fail "the run does not say which secret is empty"; }
"$FETTLE" runs logs "$(run_of 1)" -c "$DIR/fettle.yaml" > "$DIR/logs.txt"
grep -q 'plain \*\*\*' "$DIR/logs.txt" || fail "the secret is not masked in the log"
grep -q 'length 20 region eu-west' "$DIR/logs.txt" || fail "the step did not have secret and variable"

# A reload swaps them, and says what a check says.
secret_file "$DIR/secrets/deploy" "$NEW"
sed -i 's/eu-west/us-east/' "$DIR/fettle.yaml"
"$FETTLE" reload -c "$DIR/fettle.yaml" > "$DIR/reload.txt" 2>&1
grep -qF 'is for jobs of the environments production' "$DIR/reload.txt" || { cat "$DIR/reload.txt"; fail "a reload does not warn"; }
change_repo "$DIR/repos" backend
push github backend > /dev/null
wait_until 'ended 2' 60
"$FETTLE" runs logs "$(run_of 2)" -c "$DIR/fettle.yaml" > "$DIR/logs2.txt"
grep -q 'length 21 region us-east' "$DIR/logs2.txt" || fail "the reload did not bring the new values"

# An alias that is none is refused, and the old configuration stays.
sed -i 's/repos: \[backend\]/repos: [bakend]/' "$DIR/fettle.yaml"
! "$FETTLE" reload -c "$DIR/fettle.yaml" > "$DIR/refused.txt" 2>&1 || fail "a wrong alias is accepted"
grep -q 'there is no repository "bakend" (did you mean "backend"?)' "$DIR/refused.txt" || fail "the alias is not named"

# Nothing that is kept or shown has them, in no form.
for id in $(run_of 1) $(run_of 2); do
  for what in "" /journal; do
    curl -sf --unix-socket "$SOCKET" "http://localhost/api/v1/runs/$id$what"
  done
  "$FETTLE" runs show "$id" -c "$DIR/fettle.yaml"
  "$FETTLE" runs why "$id" -c "$DIR/fettle.yaml" || true
done > "$DIR/api.txt" 2>&1
stop_fettle
for secret in "$SECRET" "$NEW"; do
  printf '%s\n' "$secret"
  for skip in 0 1 2; do # base64 at each offset, without what depends on its neighbours
    printf "%${skip}s%s" "" "$secret" | tr ' ' x | base64 -w0 | sed 's/^....//; s/....$//'
    echo
  done
  printf %s "$secret" | od -An -tx1 | tr -d ' \n'
  echo
done > "$DIR/needles"
found=$(grep -arlF -f "$DIR/needles" "$DIR/state" "$DIR/api.txt" "$DIR/fettle.log" "$DIR/shown.json" "$DIR/logs.txt" \
  "$DIR/logs2.txt" "$DIR/refused.txt" "$DIR/ledger.jsonl" || true)
[ -z "$found" ] || fail "a secret is in: $found"
[ "$(grep -arlF -f "$DIR/needles" "$DIR/secrets" | wc -l)" = 1 ] || fail "the search finds nothing where there is something"
[ "$(find "$DIR/state" -type f | wc -l)" -gt 3 ] || fail "the state folder is empty"
echo "ok: secrets"
