#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Workflows started by people: by hand, by the API, by a comment of somebody who may.
# usage: dispatch.sh FOLDER-OF-THE-PROGRAMS
set -eu
. "$(dirname "$0")/lib.sh" "$1"

start_lab "$DIR"
mkdir -p "$DIR/workflows"
cat > "$DIR/workflows/release.yml" << 'END'
name: release it
on:
  workflow_dispatch:
    inputs:
      version: {required: true}
      level: {type: choice, options: [patch, minor], default: patch}
      dry: {type: boolean}
  repository_dispatch: {types: [rebuild]}
jobs:
  a:
    steps:
      - env: {V: "${{ inputs.version }}", L: "${{ inputs.level }}", D: "${{ inputs.dry }}", P: "${{ github.event.client_payload.what }}",
              R: "${{ github.ref }}", S: "${{ github.sha }}", A: "${{ github.actor }} ${{ event.sender.login }} ${{ github.event.sender.login }}"}
        run: echo "v=$V l=$L d=$D p=$P r=$R s=$S by $A $GITHUB_ACTOR"
END
cat > "$DIR/workflows/deploy.yml" << 'END'
name: deploy
on: {issue_comment: {commands: [deploy]}}
jobs:
  a:
    steps:
      - env: {C: "${{ inputs.command }}", A: "${{ inputs.arguments }}", R: "${{ github.ref }}", S: "${{ github.sha }}"}
        run: echo "c=$C a=$A r=$R s=$S"
END
make_config "$DIR"
start_fettle "$DIR"
export FETTLE_CONFIG=$DIR/fettle.yaml

runs() { "$FETTLE" runs list --json | jq '.runs | length'; }
newest() { "$FETTLE" runs list --json | jq -re '.runs | max_by(.id) | .id'; }
says() { # N TEXT: the N-th run ended well, and its log has the text
  wait_until "[ \"\$(runs)\" = $1 ] && \"$FETTLE\" runs show \"\$(newest)\" --json | jq -e '.state == \"done\"'" 40
  "$FETTLE" runs logs "$(newest)" > "$DIR/log.txt"
  grep -qF "$2" "$DIR/log.txt" || { cat "$DIR/log.txt"; fail "run $1 does not say: $2"; }
}
refused() { # CODE TEXT COMMAND…
  local want=$1 text=$2 code=0
  shift 2
  "$@" > "$DIR/out.txt" 2>&1 || code=$?
  [ "$code" = "$want" ] && grep -qF "$text" "$DIR/out.txt" || { cat "$DIR/out.txt"; fail "exit $code, not $want with: $text"; }
}
head=$(repo_sha "$DIR/repos" backend)

"$FETTLE" dispatch 'release it' --input version=1.2 --input=dry=true --repo backend > "$DIR/out.txt"
grep -q '^accepted as delivery [0-9a-z]\{13\}$' "$DIR/out.txt" || fail "no delivery: $(cat "$DIR/out.txt")"
me=$(id -un)
says 1 "v=1.2 l=patch d=true p= r=refs/heads/main s=$head by $me $me $me $me"
id=$("$FETTLE" dispatch release.yml --input version=1.2 --input=dry=true --repo backend -o name) # the same once more
says 2 "v=1.2 l=patch"
"$FETTLE" deliveries show "$id" | grep -q workflow_dispatch || fail "the delivery is not shown"
git -C "$DIR/repos/backend" branch topic HEAD~1
"$FETTLE" dispatch 'release it' --input version=2 --input level=minor --ref topic --repo github:acme/backend --quiet
says 3 "v=2 l=minor d=false p= r=refs/heads/topic s=$(git -C "$DIR/repos/backend" rev-parse topic)"

refused 2 'the input "version" is required' "$FETTLE" dispatch 'release it' --repo backend
refused 2 'no input "verson" (did you mean "version"?)' "$FETTLE" dispatch 'release it' --repo backend --input verson=1
refused 2 'must be one of: patch, minor' "$FETTLE" dispatch 'release it' --repo backend --input version=1 --input level=major
refused 2 '"dry" must be true or false' "$FETTLE" dispatch 'release it' --repo backend --input version=1 --input dry=maybe
refused 2 'is no branch or tag' "$FETTLE" dispatch 'release it' --repo backend --input version=1 --ref 'a..b'
refused 2 'no repository "bckend"' "$FETTLE" dispatch 'release it' --repo bckend --input version=1
refused 4 'no workflow "nothing"' "$FETTLE" dispatch nothing
refused 2 'has no "on: workflow_dispatch"' "$FETTLE" dispatch deploy --repo backend
refused 2 'usage: fettle dispatch' "$FETTLE" dispatch
refused 2 'NAME=VALUE' "$FETTLE" dispatch 'release it' --input version

echo '{"what": "all of it"}' > "$DIR/payload.json"
"$FETTLE" dispatch --event rebuild --payload "$DIR/payload.json" --repo frontend --quiet
says 4 "v= l= d= p=all of it r=refs/heads/main s=$(repo_sha "$DIR/repos" frontend)"
refused 2 'say in "repository"' "$FETTLE" dispatch --event rebuild

api() { curl -s -o "$DIR/body.txt" -w '%{http_code} %{content_type}' --unix-socket "$SOCKET" -X POST --data-binary "$2" "http://localhost/api/v1$1"; }
[ "$(api /dispatch '{"event_type": "x", "repository": "docs", "more": 1}')" = "422 application/problem+json" ] || fail "an unknown member is taken"
[ "$(api /dispatch '{"event_type": ')" = "400 application/problem+json" ] || fail "broken JSON is taken"
[ "$(api /dispatch '{"event_type": "other", "repository": "docs"}')" = "202 application/json" ] || fail "$(cat "$DIR/body.txt")"
curl -sf -o "$DIR/body.txt" -X POST --data-binary '{"inputs": {"version": "3", "dry": true}, "repository": "docs"}' \
  "http://127.0.0.1:$HTTP_PORT/api/v1/workflows/release%20it/dispatch" || fail "$(cat "$DIR/body.txt")"
says 5 "v=3 l=patch d=true"
grep -q ' by  *$' "$DIR/log.txt" || fail "somebody is named, and loopback does not say who asks: $(cat "$DIR/log.txt")"
head -c 300000 /dev/zero > "$DIR/large"
case $(api /dispatch "@$DIR/large") in 413*) ;; *) fail "a large body is taken" ;; esac

# ---- comments ----

comment() { # LOGIN NUMBER issue|change TEXT
  jq -n --arg login "$1" --argjson no "$2" --arg on "$3" --arg text "$4" '{action: "created",
    issue: ({number: $no, title: "t", labels: [], draft: false, user: {id: 9, login: "x", type: "User"}} +
      (if $on == "change" then {pull_request: {merged_at: null}} else {} end)),
    comment: {id: 1, body: $text, author_association: "NONE", user: {id: 9, login: $login, type: "User"}},
    repository: {id: 1, name: "backend", full_name: "acme/backend", private: false, default_branch: "main"},
    sender: {id: 9, login: $login, type: "User"}}' > "$DIR/comment.json"
  deliver github issue_comment "$DIR/comment.json" > /dev/null
}
decided() { "$FETTLE" deliveries list --json | jq -re '.deliveries | max_by(.id) | .reason'; }

"$FETTLE" lab member --url "$LAB_URL" ann --repo acme/backend --forge github --level write > /dev/null
git -C "$DIR/repos/backend" update-ref refs/pull/7/head "$(git -C "$DIR/repos/backend" rev-parse topic)"
stranger=$(git -C "$DIR/repos/backend" -c user.name=eve -c user.email=eve@example.com commit-tree -m theirs "HEAD^{tree}")
git -C "$DIR/repos/backend" update-ref refs/pull/8/head "$stranger"
comment ann 7 change '/deploy production now'
says 6 "c=deploy a=production now r=refs/pull/7/head s=$(git -C "$DIR/repos/backend" rev-parse topic)"
comment ann 8 change '/deploy' # the code of a stranger does not run because somebody who may says so
says 7 "c=deploy a= r=refs/heads/main s=$head"
comment ann 9 issue '/deploy'
says 8 "r=refs/heads/main s=$head"
comment bob 9 issue '/deploy'
wait_until 'decided | grep -q "permission: bob has \"read\", and \"write\" is needed"' 20
comment ann 9 issue 'please /deploy'
wait_until 'decided | grep -q "commands: the event has none"' 20
[ "$(runs)" = 8 ] || fail "something else ran"
[ "$(lab_ledger | grep -c '/collaborators/ann/permission')" = 1 ] || fail "ann was asked about more than once in a minute"
echo "ok: dispatch"
