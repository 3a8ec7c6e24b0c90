#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# fettle connect and disconnect at three emulated forges, over TLS both ways: the hook with exactly the events that the
# workflows need, mended when it differs, and the round trip of a delivery. usage: connect.sh FOLDER-OF-THE-PROGRAMS
set -eu
. "$(dirname "$0")/lib.sh" "$1"
. "$(dirname "$0")/cases.sh"

REPOSITORIES="one two gl-one gt-one"
lab_state() { "$FETTLE" lab state --url "$LAB_URL" --ca "$DIR/tls/cert.pem"; }
lab_ledger() { "$FETTLE" lab ledger --url "$LAB_URL" --ca "$DIR/tls/cert.pem" "$@"; }
lab_fault() { "$FETTLE" lab fault --url "$LAB_URL" --ca "$DIR/tls/cert.pem" "$@" > /dev/null; }

make_secrets "$DIR"
cd "$DIR"
start_lab "$DIR" --cert tls/cert.pem --key tls/key.pem --hook-ca tls/cert.pem
repositories > repositories.yaml
make_config "$DIR"
rm -f workflows/ci.yml
echo 'forge-ca: tls/cert.pem' >> fettle.yaml
for name in one two gl-one gt-one; do make_repo "$DIR/repos" $name; done
cat > workflows/central.yml << 'END'
name: central
on:
  pull_request: {repos: [one, gl-one, gt-one]}
  schedule: [{cron: '5 4 1 1 *'}]
  workflow_dispatch:
jobs: {a: {steps: [{run: echo}]}}
END
workflow_file one own.yml 'on: {issue_comment: {commands: [deploy]}, release: {types: [published]}, merge_group: }
jobs: {a: {steps: [{run: echo}]}}'
workflow_file two own.yml 'on: {push: {tags: ["v*"]}}
jobs: {a: {steps: [{run: echo}]}}'
workflow_file gl-one own.yml 'on: {push: {tags: ["v*"]}, pipeline: }
jobs: {a: {steps: [{run: echo}]}}'
start_fettle "$DIR"

to() { "$FETTLE" "$1" "$2" --url "https://127.0.0.1:$HTTPS_PORT" "${@:3}"; } # VERB REPOSITORY OPTIONS
hooks() { lab_state | jq -c --arg r "$1" "[.hooks[] | select(.repo == \$r and (.removed | not))] | $2"; }
written() { lab_ledger --path hooks | jq -s '[.[] | select(.method != "GET")] | length'; }

makes() {
  local said
  same "nothing is there" "$(hooks acme/one length)" 0
  said=$(to connect github:acme/one --dry-run --json)
  same "only looks" "$(jq -c '[.result, .hook, .ping]' <<< "$said")" '["would-create",null,null]'
  same "nothing is made" "$(hooks acme/one length)" 0
  said=$(to connect github:acme/one --json)
  same "what it did" "$(jq -c '[.result, .events, .app_events]' <<< "$said")" \
    '["created",["pull_request","issue_comment","release","repository"],["merge_group"]]'
  same "the round trip" "$(jq -c '[.ping.status, .ping.secret]' <<< "$said")" '[202,"hook"]'
  must "a time" test "$(jq .ping.ms <<< "$said")" -lt 15000
  same "the delivery is there" "$("$FETTLE" deliveries show "$(jq -r .ping.delivery <<< "$said")" --json | jq -c '[.event, .hook]')" \
    '["ping","/hook/github"]'
  same "as it should be" "$(hooks acme/one 'map([.url, .secret, .form, .active, .insecure, .events])')" \
    "[[\"https://127.0.0.1:$HTTPS_PORT/hook/github\",\"It's a Secret to Everybody\",false,true,false,[\"pull_request\",\"issue_comment\",\"release\",\"repository\"]]]"
}

mends() {
  local id said api="$LAB_URL/github/repos/acme/one/hooks"
  id=$(hooks acme/one '.[0].id')
  said=$(to connect github:acme/one --json)
  same "nothing to do" "$(jq -c '[.result, .changes]' <<< "$said")" '["kept",null]'
  curl -sf --cacert tls/cert.pem -H 'Authorization: Bearer x' -X PATCH "$api/$id" -o /dev/null -d '{"active": false, "events": ["push", "release"],
    "config": {"url": "https://127.0.0.1:'"$HTTPS_PORT"'/hook/github", "content_type": "form", "insecure_ssl": "1", "secret": "other"}}'
  curl -sf --cacert tls/cert.pem -H 'Authorization: Bearer x' -X POST "$api" -o /dev/null -d '{"events": ["push"], "config": {"url": "https://elsewhere.example.com/", "content_type": "json"}}'
  said=$(to connect github:acme/one --dry-run)
  has "what differs" "$said" "+pull_request +issue_comment +repository -push it was off it sent forms certificates were not verified"
  has "and what would be done" "$said" would-repair
  said=$(to connect github:acme/one)
  has "mended" "$said" "hook     $id repaired"
  has "and tried" "$said" "answered 202, signed with hook"
  same "as it should be" "$(hooks acme/one 'map([.form, .active, .insecure, (.events | length)])')" '[[false,true,false,4],[false,true,false,1]]'
}

others() {
  same "tags alone" "$(to connect github:acme/two --json | jq -c '[.result, .events]')" '["created",["push","issue_comment","repository"]]'
  same "GitLab" "$(to connect gitlab:acme/gl-one --json | jq -c '[.result, .events, .ping.status, .ping.secret]')" \
    '["created",["tag_push_events","merge_requests_events","note_events","pipeline_events"],202,"gitlab-hook"]'
  same "its switches" "$(hooks acme/gl-one '.[0] | [.secret, .events, .active]')" \
    '["gitlab-secret-token",["Tag Push Hook","Note Hook","Merge Request Hook","Pipeline Hook"],true]'
  same "with a signing token" "$(to connect gitlab:acme/gl-one --path /hook/gitlab-signing --json | jq -c '[.result, .ping.secret]')" \
    '["created","gitlab-signing"]'
  same "Gitea" "$(to connect gitea:acme/gt-one --json | jq -c '[.result, .events, .ping.status, .ping.secret]')" \
    '["created",["pull_request","issue_comment","pull_request_comment","repository"],202,"gitea-hook"]'
  must "it is on" test "$(hooks acme/gt-one '.[0] | [.active, (.events | index("pull_request_sync") != null)]')" = '[true,true]'
  same "what Gitea adds is no difference" "$(to connect gitea:acme/gt-one --json | jq -c '[.result, .changes]')" '["kept",null]'
}

lost() { # an answer is lost: looked for, and not made twice
  to disconnect gitea:acme/gt-one --quiet
  lab_fault lost --match "POST /gitea/api/v1/repos/acme/gt-one/hooks"
  same "once" "$(to connect gitea:acme/gt-one --json | jq -c .result)" '"kept"'
  same "one" "$(hooks acme/gt-one length)" 1
  lab_fault status-502 --match "GET /gitea/api/v1/repos/acme/gt-one/hooks"
  to connect gitea:acme/gt-one --quiet
}

refuses() {
  local rc
  mv workflows/central.yml central.away
  rc=0; to connect gitea:acme/gt-one > out 2> err || rc=$?; same "nobody listens" $rc 3
  mv central.away workflows/central.yml
  code() { set +e; to "$@" > "$DIR/out" 2> "$DIR/err"; rc=$?; set -e; }
  code connect nothing; same "no repository" $rc 2
  code connect other:acme/one; same "no such forge" $rc 4
  code connect github:acme/one --path /hook/none; same "no such webhook" $rc 4
  code connect gitlab:acme/gl-one --path /hook/gitlab-system; same "a system hook" $rc 2
  code connect github:acme/one --events push,nonsense; same "no such event" $rc 2
  cp secrets/gitlab-signing signing.away
  printf 'whsec_%s\n' "$(openssl rand -base64 24)" > secrets/gitlab-signing
  local before; before=$(written)
  for way in --no-ping --dry-run; do
    code connect gitlab:acme/gl-one --path /hook/gitlab-signing $way; same "a signing token that GitLab refuses" $rc 3
    has "and what it takes" "$(cat "$DIR/err")" "a signing token of 32 bytes"
  done
  same "nothing was asked for" "$(written)" "$before"
  mv signing.away secrets/gitlab-signing
  lab_fault gone --match "GET /github/repos/acme/one/hooks"
  code connect github:acme/one; same "no right to see it" $rc 4
  lab_fault denied --match "GET /github/repos/acme/one/hooks"
  code connect github:acme/one; same "no permission" $rc 5
  has "the reason" "$(cat "$DIR/err")" "permission is missing"
  local before
  before=$(written)
  mv repos/one/.git repos/one/git.away
  code connect github:acme/one; same "its files cannot be read" $rc 6
  mv repos/one/git.away repos/one/.git
  same "then nothing is written" "$(written)" "$before"
  "$FETTLE" connect github:acme/one > out 2> err && fail "without an address" || rc=$?
  same "without an address" $rc 2
  has "what is missing" "$(cat err)" public-url
}

silent() { # the address is not that of this server: the hook is set, and nobody hears of it
  local rc=0 port=1
  "$FETTLE" connect github:acme/two --url "https://127.0.0.1:$port" > out 2> err || rc=$?
  same "no delivery" $rc 7
  has "why" "$(cat err)" "nothing arrived at https://127.0.0.1:1/hook/github"
  "$FETTLE" disconnect github:acme/two --url "https://127.0.0.1:$port" --quiet
}

alone() { # without a running server
  local rc=0 at=$HTTPS_PORT
  stop_fettle
  to disconnect gitlab:acme/gl-one --quiet
  to connect gitlab:acme/gl-one > out 2> err || rc=$?
  same "not tried" $rc 6
  has "it is said" "$(cat err)" 'start it with `fettle serve -c'
  has "but made" "$(cat out)" created
  same "one at this path" "$(hooks acme/gl-one "[.[] | select(.url == \"https://127.0.0.1:$at/hook/gitlab\")] | length")" 1
  start_fettle "$DIR"
  HTTPS_PORT=$at to disconnect gitlab:acme/gl-one --quiet
}

removes() {
  local rc=0
  "$FETTLE" connect github:acme/two --url https://ci.example.com --no-ping --quiet
  same "only looks" "$("$FETTLE" disconnect github:acme/two --url https://ci.example.com --dry-run --json | jq .would_remove)" 1
  same "removed" "$("$FETTLE" disconnect github:acme/two --url https://ci.example.com --json | jq .removed)" 1
  "$FETTLE" disconnect github:acme/two --url https://ci.example.com 2> err || rc=$?
  same "not there" $rc 4
  must "the others stay" test "$(hooks acme/two length)" -ge 1
  same "that of somebody else too" "$(hooks acme/one '[.[] | select(.url == "https://elsewhere.example.com/")] | length')" 1
}

off_and_on() { # people switch hooks off at the forge
  local hub tea never events
  for name in one two gl-one gt-one; do
    "$FETTLE" lab push --url "$LAB_URL" --ca tls/cert.pem --forge "$(forge_of $name)" --repo "acme/$name" --ref main \
      --sha "$(tip $name)" > /dev/null
  done
  stop_fettle
  sed -i 's/reconcile: off/reconcile: 1m/' fettle.yaml
  start_fettle "$DIR"
  hub=$(to connect github:acme/one --json | jq .hook) tea=$(to connect gitea:acme/gt-one --json | jq .hook)
  events=$(hooks acme/gt-one "map(select(.id == $tea))[0].events")
  never=$("$FETTLE" lab hook add --url "$LAB_URL" --ca tls/cert.pem --repo acme/two --target https://127.0.0.1:1/hook/github | jq .id)
  off() { # PATH OF THE HOOK
    curl -sf --cacert tls/cert.pem -H 'Authorization: Bearer x' -X PATCH "$LAB_URL$1" -o /dev/null \
      -d "{\"active\": false, \"events\": ${2:-[\"push\"]}}"
  }
  is_on() { hooks "$1" "any(.id == $2 and .active)" | grep -q true; }
  asked_on() { lab_ledger --path hooks | jq -s '[.[] | select(.method == "PATCH" and .body.active == true)] | length'; }
  stop_fettle
  off "/github/repos/acme/one/hooks/$hub"
  off "/github/repos/acme/two/hooks/$never"
  off "/gitea/api/v1/repos/acme/gt-one/hooks/$tea" "$events"
  local before
  before=$(asked_on)
  start_fettle "$DIR"
  wait_until "is_on acme/one $hub && is_on acme/gt-one $tea" "$LONG"
  same "its events" "$(hooks acme/gt-one "map(select(.id == $tea))[0].events")" "$events"
  wait_until "grep -c 'kind=hook.*switched-on' fettle.log | grep -qx 2" "$LONG"
  has "counted" "$(curl -s "http://127.0.0.1:$HTTP_PORT/metrics")" 'automation_hooks_switched_on_total 2'
  wait_until '"$FETTLE" status | grep -q "nothing that came by it"' "$LONG"
  has "told" "$("$FETTLE" status)" "webhook github /repos/acme/two/hooks/$never is disabled: it is switched off, and this server knows of nothing that came by it. \`fettle connect github:acme/two\` switches it on"
  must "left alone" test "$(hooks acme/two "any(.id == $never and .active)")" = false
  # Off again: somebody means it.
  stop_fettle
  off "/github/repos/acme/one/hooks/$hub"
  start_fettle "$DIR"
  wait_until '"$FETTLE" status --json | jq -e "[.hooks[] | select(.state == \"disabled\" and .forge == \"github\")] | length == 2"' "$LONG"
  has "respected" "$("$FETTLE" status)" "acme/one/hooks/$hub is disabled: it was switched off again after it had been switched on"
  same "for programs" "$("$FETTLE" status --json | jq -c '[.hooks[] | [.hook, .repository, .refused]] | sort')" \
    "[[\"/repos/acme/one/hooks/$hub\",\"github:acme/one\",null],[\"/repos/acme/two/hooks/$never\",\"github:acme/two\",null]]"
  has "counted" "$(curl -s "http://127.0.0.1:$HTTP_PORT/metrics")" 'automation_hooks_idle 2'
  same "asked for once each" "$(($(asked_on) - before))" 2
}

case_of 'a hook is made with the events of all workflows that listen to the repository, and tried' makes
case_of 'what differs is told and mended, what is right is kept, what is elsewhere is left alone' mends
case_of 'GitLab has a switch an event, Gitea its families' others
case_of 'a lost answer makes no second hook' lost
case_of 'what cannot be is refused with its reason and exit code, and changes nothing' refuses
case_of 'a forge that cannot reach us is told of' silent
case_of 'without a running server the hook is made, and that is said' alone
case_of 'only what points at us is removed' removes
case_of 'what is switched off is switched on again once, if anything came by it' off_and_on
finish_cases
stop_fettle
! grep -q 'ERROR: AddressSanitizer\|runtime error' "$DIR/fettle.log" "$DIR/lab.log" || fail "a sanitizer found something"
