#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Secrets are planted wherever there is a place for one, and none of them is in what `fettle bugreport` writes.
# usage: bugreport.sh FOLDER-OF-THE-PROGRAMS
set -eu
. "$(dirname "$0")/lib.sh" "$1"
. "$(dirname "$0")/cases.sh"

cd "$DIR"
mkdir -p workflows run secrets credentials
planted=()
plant() { # NAME VALUE: into $NAME
  printf -v "$1" %s "$2"
  planted+=("$2")
}
plant FORGE_TOKEN "forge token, 1st"
plant HOOK 5f0c2b9d7e4a61338a90bc5d2f7e1a44
plant HOOK_NEXT "next-hook-value"
plant HOOK_OLD "old-hook-value"
plant FROM_ENV 'p@ss"word\of/env'
plant CREDENTIAL credential-of-systemd
plant DEPLOY "deploy key line one"
plant DEPLOY2 "deploy key line two"
plant VARIABLE variable-value-7
plant COMMENT ghp_0123456789abcdefghijklmnopqrstuvwxyz
plant USER_PASS "ann:hunter2"
plant API_TOKEN caller-token-of-this-person
plant IN_LOG glpat-AbCdEfGhIjKlMnOpQrSt
plant UNKNOWN Zx81qPq77LmNo0aBcDeFgHiJkLmN
plant PLAIN plain-in-the-file
secret_file secrets/token "$FORGE_TOKEN"
secret_file secrets/hook "$HOOK"
secret_file secrets/hook.next "$HOOK_NEXT"
secret_file secrets/hook.old "$HOOK_OLD"
secret_file credentials/deploy-cred "$CREDENTIAL"
secret_file secrets/deploy "$DEPLOY
$DEPLOY2"
export SECRET_OF_ENV=$FROM_ENV CREDENTIALS_DIRECTORY=$DIR/credentials
hash=$(printf %s "$API_TOKEN" | sha256sum | cut -d' ' -f1)
planted+=("$hash")
cat > fettle.yaml << END
# the old token was $COMMENT
listen:
  - {http: 127.0.0.1:0, serves: [hooks]}
  - {unix: run/fettle.sock}
workflows: workflows
repositories: repositories.yaml
forges:
  github:
    kind: github
    url: http://127.0.0.1:1
    reconcile: off
    token: {file: secrets/token}
    webhooks: [{path: /hook/github, secrets: [{file: secrets/hook}]}]
secrets:
  DEPLOY: {file: secrets/deploy}
  BY_ENV: {env: SECRET_OF_ENV}
  BY_UNIT: {credential: deploy-cred}
vars: {REGION: $VARIABLE}
runner: {isolation: none}
api: {tokens: [{name: ops, hash: "sha256:$hash", scopes: [read]}]}
END
cat > repositories.yaml << END
repositories:
  - {name: one, id: github:acme/one, url: "https://git.example.com/one.git"}
END
# The names of workflows stand in the log of the server, word for word.
n=0
for word in "$FORGE_TOKEN" "x $IN_LOG" "password=$UNKNOWN" "$(printf %s "$HOOK" | base64)" "at https://$USER_PASS@host/" \
            "Bearer $API_TOKEN" "v $FROM_ENV"; do
  n=$((n + 1))
  jq -n --arg name "$word" '{name: $name, on: "repository_dispatch", jobs: {a: {steps: [{run: "echo hello"}]}}}' > workflows/w$n.yml
done

# As they are, in base64 and as part of an address.
forms=$(for v in "${planted[@]}"; do printf '%s\n%s\n' "$v" "$(printf %s "$v" | base64 -w0)"; done
  printf '%s\n' "${planted[@]}" | jq -Rr @uri)

clean() { # FILE: none of what was planted is in it, in no form
  ! grep -nF -- "$forms" "$1" || fail "that is in $1"
}

beside_a_server_it_has_everything_but_secrets() {
  start_fettle "$DIR"
  unset FETTLE_URL
  "$FETTLE" dispatch --event go --quiet
  wait_until '[ "$("$FETTLE" runs --state success --json | jq ".runs | length")" = 7 ]' "$LONG"
  grep -qF "$IN_LOG" fettle.log || fail "nothing was planted in the log"
  FETTLE_TOKEN= "$FETTLE" bugreport > report
  clean report
  local word
  for word in "fettle $("$FETTLE" version | sed 's/^fettle //')" "kind: github" "file: secrets/token" "REGION: \*\*\*" \
              "id: github:acme/one" "https://git.example.com/one.git" '"ready":true' "msg=listening" \
              "checks, 0 findings" "SQLite"; do
    grep -q -- "$word" report || fail "\"$word\" is not in it: $(cat report)"
  done
  grep -q 'cause="x \*\*\*"' report || fail "not masked: $(grep cause report)"
}

who_has_a_token_does_not_give_it_away() {
  FETTLE_TOKEN=$API_TOKEN FETTLE_URL=unix:$DIR/run/fettle.sock "$FETTLE" bugreport > report
  clean report
  grep -q '/api/v1/log: status 403' report || fail "its scope is not enough: $(cat report)"
}

without_a_server_and_with_a_broken_file_as_well() {
  stop_fettle
  sed "s/token: {file: .*/token: $PLAIN/; s/^vars:/vras:/" fettle.yaml > broken.yaml
  sed -i "s|https://|https://$USER_PASS@|" repositories.yaml
  "$FETTLE" bugreport -c broken.yaml > report
  clean report
  grep -q 'start it with `fettle serve' report || fail "no word of the server"
  grep -q 'url: https://\*\*\*@git.example.com/one.git' report || fail "no repository: $(cat report)"
  grep -q '^error: broken.yaml:[0-9]*: unknown-key' report || fail "no word of the mistake: $(cat report)"
  printf 'token: [%s\n' "$COMMENT" > broken.yaml
  "$FETTLE" bugreport -c broken.yaml > report 2> err
  clean report
  clean err
  grep -q '^no YAML: line ' report || fail "no word of that"
  "$FETTLE" bugreport -c nothing.yaml > report 2> err
  grep -q '^it is not there' report || fail "no word of that"
}

a_file_is_private_and_never_written_over() {
  local rc=0
  "$FETTLE" bugreport --file report.txt 2> err
  same "for its owner alone" "$(stat -c %a report.txt)" 600
  has "the advice" "$(cat err)" "read it before you send it"
  clean report.txt
  "$FETTLE" bugreport --file report.txt 2> err || rc=$?
  same "again" $rc 8
}

case_of 'beside a server it has everything but secrets' beside_a_server_it_has_everything_but_secrets
case_of 'who has a token does not give it away' who_has_a_token_does_not_give_it_away
case_of 'without a server, and with a broken file, as well' without_a_server_and_with_a_broken_file_as_well
case_of 'a file is private and never written over' a_file_is_private_and_never_written_over
finish_cases
