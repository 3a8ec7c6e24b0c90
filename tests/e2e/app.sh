#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A GitHub App in place of a token, over TLS: tokens are made once, narrowed, renewed, and made anew when they are
# refused; clocks that differ, tokens that are too fresh, Apps that are not installed. usage: app.sh FOLDER-OF-THE-PROGRAMS
#   ONLY=FUNCTION runs one case
set -eu
. "$(dirname "$0")/lib.sh" "$1"
. "$(dirname "$0")/cases.sh"

REPOSITORIES="one two"
lab_state() { "$FETTLE" lab state --url "$LAB_URL" --ca "$DIR/tls/cert.pem"; }
lab_ledger() { "$FETTLE" lab ledger --url "$LAB_URL" --ca "$DIR/tls/cert.pem" "$@"; }
lab_fault() { "$FETTLE" lab fault --url "$LAB_URL" --ca "$DIR/tls/cert.pem" "$@" > /dev/null; }

lab_of_app() { # [OPTIONS]
  start_lab "$DIR" --cert "$DIR/tls/cert.pem" --key "$DIR/tls/key.pem" --app-id 12345 --app-key "$DIR/app.pub" "$@"
}

app_world() { # [OPTIONS OF THE LAB]
  DIR=$(mktemp -d "$DIR/world.XXXXXX")
  OWN_WORLD=1 FETTLE_PID= LAB_PID= LAB_PORT=0
  make_secrets "$DIR"
  cd "$DIR"
  (umask 077 && openssl genrsa -traditional -out secrets/app.pem 2048 2> /dev/null)
  openssl rsa -in secrets/app.pem -pubout -out app.pub 2> /dev/null
  lab_of_app "$@"
  repositories > repositories.yaml
  make_config "$DIR"
  rm -f workflows/ci.yml
  sed -i -e '/kind: github/,/webhooks/s|token: .*|app: {id: 12345, key: {file: secrets/app.pem}}|' fettle.yaml
  echo 'forge-ca: tls/cert.pem' >> fettle.yaml
  export GIT_SSL_CAINFO=$DIR/tls/cert.pem
  start_fettle "$DIR"
}

STEP='jobs: {a: {steps: [{run: echo hello}]}}'
made() { lab_ledger --path access_tokens | jq -s "[.[] | select(.status == 201) | .body] | $1"; }
asked_with() { lab_ledger --path "$1" | jq -s "[.[] | .status] | $2"; }
succeeded() { status_ends "$1" "$(tip "$1")" success; }
effects_now() { "$FETTLE" effects --json | jq -r "[.effects[] | select(.state != \"sent\" and .state != \"coalesced\") | .last_error // \"\"] | .[]"; }

once() {
  app_world
  new_repo one <<< "on: push
report: {check: true}
jobs:
  a: {steps: [{run: 'echo \"src/a.c:3:7: error: bad\"'}, {uses: issue, with: {repo: one, title: Broke, fingerprint: x}}]}
  b: {steps: [{run: echo}]}"
  new_repo two <<< "on: push
$STEP"
  push_files one src/a
  push_files two src/a
  must_start
  run_ended
  succeeded one
  succeeded two
  wait_until "state_has '[.checks[] | select(.status == \"completed\")] | length == 1'" "$LONG"
  wait_until "state_has '.issues | length == 1'" "$LONG"
  same "one token a repository" "$(made '[.[].repositories] | sort' | jq -c .)" '[["one"],["two"]]'
  same "no more than it needs" "$(made 'map(.permissions) | unique' | jq -c .)" \
    '[{"checks":"write","issues":"write","metadata":"read","pull_requests":"write","statuses":"write"}]'
  same "nothing was refused" "$(lab_ledger --forge github | jq -s '[.[] | select(.status == 401 or .status == 403)] | length')" 0
  # The configuration again: what was made is still good.
  "$FETTLE" reload --quiet
  commit one src/b > /dev/null
  push_files one src/b
  succeeded one
  same "kept over a reload" "$(made length)" 2
}

clocks() { # the lab is ahead, or behind
  local skew
  for skew in 900000 -900000; do
    app_world --app-skew $skew
    new_repo one <<< "on: push
$STEP"
    push_files one src/a
    must_start
    succeeded one
    same "refused once" "$(lab_ledger --forge github | jq -s '[.[] | select(.status == 401)] | length')" 1
    same "one token" "$(made length)" 1
    must "it is told" grep -q "our clock and the forge's differ" fettle.log
    stop_fettle
    stop_lab
    DIR=$(dirname "$DIR")
  done
}

renewed() { # good for two seconds, since the last five minutes do not count
  app_world --app-life 302000
  new_repo one <<< "on: push
jobs: {a: {steps: [{run: sleep 4}]}}"
  push_files one src/a
  must_start
  run_ended
  succeeded one
  must "made again" test "$(made length)" -ge 2
  same "none was refused" "$(lab_ledger --forge github | jq -s '[.[] | select(.status == 401)] | length')" 0
}

fresh() {
  app_world --app-fresh 1500
  new_repo one <<< "on: push
$STEP"
  push_files one src/a
  must_start
  succeeded one
  must "it was refused at first" test "$(asked_with /statuses/ 'map(select(. == 401)) | length')" -ge 1
  same "the same token all the while" "$(made length)" 1
}

withdrawn() { # the lab forgets all tokens and installations
  app_world
  new_repo one <<< "on: push
$STEP"
  push_files one src/a
  must_start
  succeeded one
  stop_lab KILL
  sleep 11 # no longer fresh
  lab_of_app
  commit one src/b > /dev/null
  push_files one src/b
  succeeded one
  same "another one" "$(made length)" 2
  same "at once" "$(asked_with /statuses/ 'map(select(. == 401)) | length')" 1
}

not_installed() {
  app_world
  lab_fault gone --count 0 --match /installation
  new_repo one <<< "on: push
$STEP"
  push_files one src/a
  must_start
  run_ended
  wait_until "effects_now | grep -q 'no token of the App for acme/one: the App is not installed at this repository'" "$LONG"
  same "nothing was sent without a token" "$(lab_ledger --path /statuses/ | wc -l)" 0
  "$FETTLE" lab fault --url "$LAB_URL" --ca tls/cert.pem clear > /dev/null
  wait_until "state_has '[.statuses[] | select(.state == \"success\")] | length == 1'" 60
}

granted_less() {
  app_world --app-grants metadata=read,contents=read,statuses=write
  new_repo one <<< "on: push
report: {check: true}
$STEP"
  push_files one src/a
  must_start
  succeeded one
  same "what there is" "$(made 'map(.permissions) | unique' | jq -c .)" '[{"metadata":"read","statuses":"write"}]'
}

over_https() { # over https, with a token for reading alone
  app_world
  printf "  - {name: far, id: 'github:acme/far', url: '%s/github/acme/far.git', default_branch: main}\n" "$LAB_URL" \
    >> repositories.yaml
  "$FETTLE" reload --quiet
  make_repo "$DIR/repos" far
  push github far > /dev/null
  wait_until "lab_ledger --path /acme/far.git/info/refs | grep -q ." "$LONG"
  same "what for" "$(made 'map([.repositories, .permissions])' | jq -c .)" '[[["far"],{"contents":"read","metadata":"read"}]]'
  # The lab has no repository to give, and tells only those so whose token holds.
  same "let in" "$(asked_with /info/refs 'unique' | jq -c 'map(select(. != 401))')" '[404]'
}

ends_soon() { # tokens of people, at two forges
  DIR=$(mktemp -d "$DIR/world.XXXXXX")
  OWN_WORLD=1 FETTLE_PID= LAB_PID= LAB_PORT=0
  make_secrets "$DIR"
  cd "$DIR"
  local day
  day=$(date -u -d '+10 days' +%F)
  start_lab "$DIR" --cert tls/cert.pem --key tls/key.pem --token-ends "$day"
  repositories > repositories.yaml
  make_config "$DIR"
  rm -f workflows/ci.yml
  echo 'forge-ca: tls/cert.pem' >> fettle.yaml
  start_fettle "$DIR"
  new_repo one <<< "on: push
$STEP"
  push_files one src/a
  must_start
  succeeded one
  wait_until "grep -c 'the token ends soon' fettle.log | grep -qx 2" "$LONG"
  must "GitHub's" grep -q "the token ends soon: make a new one\" forge=github at=${day}T00:00:00.000Z days=9" fettle.log
  must "GitLab's" grep -q "the token ends soon: make a new one\" forge=gitlab" fettle.log
  has "status" "$("$FETTLE" status)" "warn: forge:github, its token ends in 9 days"
  has "status" "$("$FETTLE" status)" "warn: forge:gitlab, its token ends in 9 days"
  same "for programs" "$("$FETTLE" status --json | jq -c '[.stats.tokens[].forge]')" '["github","gitlab"]'
  has "the metric" "$(curl -s "http://127.0.0.1:$HTTP_PORT/metrics")" 'automation_token_expiry_seconds{forge="github"} '
  # A new token, that never ends: said by the next answer.
  stop_lab
  start_lab "$DIR" --cert tls/cert.pem --key tls/key.pem
  commit one src/b > /dev/null
  push_files one src/b
  succeeded one
  has_not "GitHub's is good" "$("$FETTLE" status)" "token of github"
}

own_webhook() { # while the server is away the App's own webhook reaches nobody: its list of deliveries tells
  local sha
  RECONCILE=1m app_world
  stop_fettle
  sed -i "s/http: 127.0.0.1:0/http: 127.0.0.1:$HTTP_PORT/" fettle.yaml
  new_repo one <<< "on: push
$STEP"
  at_lab() { "$FETTLE" lab "$@" --url "$LAB_URL" --ca tls/cert.pem > /dev/null; }
  at_lab hook add --app 12345 --target "http://127.0.0.1:$HTTP_PORT/hook/github" --secret-file secrets/hook --events push
  start_fettle "$DIR"
  wait_until "lab_ledger --path /app/hook/deliveries | grep -q ." "$LONG"
  wait_until "lab_ledger --path /graphql | grep -q ." "$LONG"
  stop_fettle
  sha=$(commit one src/a)
  at_lab push --repo acme/one --ref main --sha "$sha"
  at_lab wait
  start_fettle "$DIR"
  status_ends one "$sha" success
  same "made up once" "$("$FETTLE" deliveries --json | jq -c '[.deliveries[] | [.source, .state, .hook]]')" '[["recovered","matched","/hook/github"]]'
  # Its configuration may have been asked for before it was there.
  same "nothing of it was refused" "$(asked_with /app/hook/deliveries unique | jq -c .)" '[200]'
  same "the App alone may ask" "$(curl -s -o /dev/null -w '%{http_code}' --cacert tls/cert.pem \
    -H "Authorization: Bearer ghs_of_an_installation" "$LAB_URL/github/app/hook/deliveries")" 401
}

mkdir -p "$DIR/secrets"
case_of 'statuses, check runs and issues are posted with one narrowed token a repository' once
case_of 'a clock that differs is mended after one refusal, and stays so' clocks
case_of 'a token is renewed before its end' renewed
case_of 'a token that is too fresh is tried again, and none is made in its place' fresh
case_of 'a token that was withdrawn is made anew, and the call succeeds at once' withdrawn
case_of 'an App that is not installed fails clearly, and goes on when it is' not_installed
case_of 'less is asked where less was granted' granted_less
case_of 'a token that ends soon is told in the log, the status and the metrics' ends_soon
case_of 'what the webhook of the App could not deliver is made up for' own_webhook
case_of 'git over https has a token of its own' over_https
! grep -rl 'ERROR: AddressSanitizer\|runtime error' "$DIR"/world.*/fettle.log "$DIR"/world.*/lab.log || fail "a sanitizer found something"
finish_cases
