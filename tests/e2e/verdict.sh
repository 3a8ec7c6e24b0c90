#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A push is judged before it happens, and the verdict speaks when the forge tells of the push: one run, at GitHub and for
# a bare repository, whose statuses are git notes. What nobody judged, and what no hook told of, says so.
# usage: verdict.sh FOLDER-OF-THE-PROGRAMS
set -eu
. "$(dirname "$0")/lib.sh" "$1"
HOOK=$BIN/fettle-hook
[ -x "$HOOK" ] || { echo "skipped: fettle-hook is missing"; exit 77; }

start_lab "$DIR"
make_repo "$DIR/repos" backend
mkdir -p "$DIR/srv/team" "$DIR/workflows"
git clone -q --bare "$DIR/repos/backend" "$DIR/srv/backend.git"
git clone -q --bare "$DIR/repos/backend" "$DIR/srv/team/api.git"
cat > "$DIR/repositories.yaml" << END
repositories:
  - {name: backend, id: github:acme/backend, url: $DIR/srv/backend.git, default_branch: main}
  - {name: api, id: local:team/api, url: $DIR/srv/team/api.git, default_branch: main}
END
cat > "$DIR/workflows/gate.yml" << 'END'
name: gate
on: [push, pre_push, pre_receive]
jobs:
  look:
    steps:
      - uses: checkout
      - run: test ! -e bad
END
make_config "$DIR"
sed -i -e 's/^forges:/forges:\n  local: {kind: bare}/' "$DIR/fettle.yaml"
start_fettle "$DIR"
[ "$(curl -s -o /dev/null -w '%{http_code}' --unix-socket "$SOCKET" http://fettle/hook)" = 426 ] ||
  { stop_fettle; stop_lab; trap - EXIT; rm -rf "$DIR"; echo "skipped: this server takes no calls of hooks"; exit 77; }

runs() { "$FETTLE" runs list --limit 500 --json -c "$DIR/fettle.yaml" | jq -r "[.runs[]] | $1"; }
deliveries() { "$FETTLE" deliveries list --limit 500 --json -c "$DIR/fettle.yaml" | jq -r "[.deliveries[]] | $1"; }
are_runs() { [ "$(runs length)" = "$1" ] || fail "line ${BASH_LINENO[0]}: $(runs length) runs instead of $1"; }
hook() { # FOLDER NAME
  printf '#!/bin/sh\nexec %s --server unix:%s %s "$@"\n' "$HOOK" "$SOCKET" "$2" > "$1/$2"
  chmod +x "$1/$2"
}
commit() { # FILE CONTENT
  printf '%s\n' "$2" > "$1"
  git add -A
  git -c user.name=ann -c user.email=ann@example.com commit -q -m "$1 $2"
}
told() { # BEFORE: the forge tells of HEAD at main
  deliver github push "$E2E/payloads/github-push.json" --substitute REPO=acme/backend --substitute NAME=backend \
    --substitute "SHA=$(git rev-parse HEAD)" --substitute "BEFORE=$1" > /dev/null
}
at_lab() { # JQ over the statuses of HEAD
  state_has "[.statuses[] | select(.sha == \"$(git rev-parse HEAD)\")] | $1"
}

# ---- a forge: the run that judged the push speaks when the webhook comes ----
git clone -q "$DIR/srv/backend.git" "$DIR/clone"
cd "$DIR/clone"
hook .git/hooks pre-push
before=$(git rev-parse HEAD)
commit good 1
git push -q origin HEAD:main 2> "$DIR/said" || fail "a good push was refused: $(cat "$DIR/said")"
are_runs 1
at_lab 'length == 0' || fail "the forge was told of a commit before the push"
told "$before"
wait_until "at_lab 'last.state == \"success\" and last.context == \"fettle/gate\"'" 10
are_runs 1
deliveries 'map(.reason // "") | join(" ")' | grep -q 'gate: judged before the push by run' || fail "$(deliveries .)"

# ---- the same content in another commit, over a restart ----
stop_fettle
start_fettle "$DIR"
git -c user.name=ann -c user.email=ann@example.com commit -q --amend -m 'other words'
git push -q -f origin HEAD:amended 2> "$DIR/said" || fail "$(cat "$DIR/said")"
grep -q reused "$DIR/fettle.log" || fail "it was judged again: $(cat "$DIR/said")"
git push -q -f --no-verify origin HEAD:main
told "$before"
wait_until "at_lab 'last.state == \"success\"'" 10
are_runs 1

# ---- refused, and pushed all the same: the failure speaks at once; what nobody was asked about says so ----
before=$(git rev-parse HEAD)
commit bad 1
! git push -q origin HEAD:main 2> "$DIR/said" || fail "a bad push passed"
git push -q --no-verify origin HEAD:main
told "$before"
wait_until "at_lab 'last.state == \"failure\"'" 10
are_runs 2
before=$(git rev-parse HEAD)
git rm -q bad
commit good 2
git push -q --no-verify origin HEAD:main
told "$before"
wait_until "at_lab 'last.state == \"success\" and (last.description | endswith(\"(not judged before the push)\"))'" 10
are_runs 3

# ---- a bare repository: statuses are notes ----
git clone -q "$DIR/srv/team/api.git" "$DIR/api"
cd "$DIR/api"
hooks=$DIR/srv/team/api.git/hooks
hook "$hooks" pre-receive
hook "$hooks" post-receive
note() { git -C "$DIR/srv/team/api.git" notes --ref=fettle show "$(git rev-parse HEAD)" 2> /dev/null; }
commit good 3
git push -q origin HEAD:main 2> "$DIR/said" || fail "a good push was refused: $(cat "$DIR/said")"
wait_until "note | grep -q '^success	fettle/gate	1 job in'" 10
are_runs 4
! note | grep -q 'not judged' || fail "it was judged: $(note)"

# ---- a push that no hook told of is made up, once ----
stop_fettle
rm "$hooks/pre-receive" "$hooks/post-receive"
commit good 4
git push -q origin HEAD:main
start_fettle "$DIR"
wait_until "note | grep -q '^success	fettle/gate	.*(not judged before the push)'" 20
[ "$(deliveries 'map(select(.source == "reconciled" and .state == "matched")) | length')" = 1 ] || fail "$(deliveries .)"
are_runs 5
echo "ok: one run for each content, and every status says what it is"
