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
echo "  - {name: slow, id: github:acme/slow, url: $LAB_URL/github/slow.git, default_branch: main}" >> "$DIR/repositories.yaml"
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

# ---- a workflow that lives in a repository: what it takes is looked at before anything is accepted ----

put_in() { # REPOSITORY FILE: its workflow
  mkdir -p "$DIR/repos/$1/.fettle/workflows"
  cat > "$DIR/repos/$1/.fettle/workflows/$2"
  git -C "$DIR/repos/$1" add -A
  git -C "$DIR/repos/$1" -c user.name=ann -c user.email=ann@example.com commit -q -m "workflow $2"
}
kept() { "$FETTLE" deliveries list --json | jq '.deliveries | length'; }
sed 's/^name: release it$/name: of a repository/; s/^  repository_dispatch.*//' "$DIR/workflows/release.yml" > "$DIR/theirs.yml"
put_in docs theirs.yml < "$DIR/theirs.yml"
git -C "$DIR/repos/docs" branch old
sed 's/\[patch, minor\]/[patch, minor, major]/' "$DIR/theirs.yml" | put_in docs theirs.yml
echo 'on: {issues: }
jobs: {a: {steps: [{run: exit 0}]}}' | put_in docs other.yml
printf 'on: workflow_dispatch\njobs: {a: {stps: []}}\n' | put_in docs broken.yml
n=$(kept)
theirs() { "$FETTLE" dispatch 'of a repository' --repo docs "$@"; }
refused 2 'the input "version" is required' theirs
refused 2 'no input "verson" (did you mean "version"?)' theirs --input verson=1
refused 2 'must be one of: patch, minor, major' theirs --input version=1 --input level=huge
refused 2 'must be one of: patch, minor' theirs --input version=1 --input level=major --ref old
refused 2 '"dry" must be true or false' theirs --input version=1 --input dry=maybe
refused 2 'nowhere' theirs --input version=1 --ref nowhere
refused 2 'has no "on: workflow_dispatch"' "$FETTLE" dispatch other.yml --repo docs
refused 2 'broken.yml:2:12: unknown key "stps"' "$FETTLE" dispatch broken.yml --repo docs
refused 4 'no workflow "nothing" in docs at refs/heads/main' "$FETTLE" dispatch nothing --repo docs
[ "$(api /workflows/theirs.yml/dispatch '{"repository": "docs"}')" = "422 application/problem+json" ] || fail "$(cat "$DIR/body.txt")"
[ "$(kept)" = "$n" ] || fail "what was refused is kept"
theirs --input version=4 --input level=major --quiet
says 6 "v=4 l=major d=false p= r=refs/heads/main s=$(repo_sha "$DIR/repos" docs) by $me $me"
# Out of reach it is accepted, as for the server's own, and looked at when its file is read.
mv "$DIR/repos/docs" "$DIR/repos/docs.away"
theirs --input level=none --ref main --quiet
mv "$DIR/repos/docs.away" "$DIR/repos/docs"
wait_until '"$FETTLE" deliveries list --json | jq -e ".deliveries | max_by(.id) | .state == \"ignored\" and (.reason | contains(\"must be one of: patch, minor, major\"))"' 40

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
says 7 "c=deploy a=production now r=refs/pull/7/head s=$(git -C "$DIR/repos/backend" rev-parse topic)"
comment ann 8 change '/deploy' # the code of a stranger does not run because somebody who may says so
says 8 "c=deploy a= r=refs/heads/main s=$head"
comment ann 9 issue '/deploy'
says 9 "r=refs/heads/main s=$head"
comment bob 9 issue '/deploy'
wait_until 'decided | grep -q "permission: bob has \"read\", and \"write\" is needed"' 20
comment ann 9 issue 'please /deploy'
wait_until 'decided | grep -q "commands: the event has none"' 20
[ "$(runs)" = 9 ] || fail "something else ran"
[ "$(lab_ledger | grep -c '/collaborators/ann/permission')" = 1 ] || fail "ann was asked about more than once in a minute"

# A forge that does not answer keeps nobody waiting for long.
lab_fault latency --ms 60000 --match slow.git --count 9
from=$SECONDS
"$FETTLE" dispatch anything --repo slow > "$DIR/out.txt" || fail "not accepted: $(cat "$DIR/out.txt")"
[ $((SECONDS - from)) -ge 9 ] && [ $((SECONDS - from)) -le 30 ] || fail "it took $((SECONDS - from)) s"
echo "ok: dispatch"
