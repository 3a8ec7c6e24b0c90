#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# While the server is away things happen at three forges. When it is back, GitHub and GitLab are asked for what they
# could not deliver, Gitea for what its branches look like now; each happens once, although two hooks tell of it.
# usage: reconcile.sh FOLDER-OF-THE-PROGRAMS
set -eu
. "$(dirname "$0")/lib.sh" "$1"
. "$(dirname "$0")/lab_lib.sh"

export RECONCILE=1m
start_lab "$DIR" --seed 5
make_config "$DIR"
sed -i 's/http: 127.0.0.1:0/http: 127.0.0.1:'"$(($$ % 20000 + 20000))"'/' "$DIR/fettle.yaml"
start_fettle "$DIR"
at=http://127.0.0.1:$HTTP_PORT

at_forge() { # FORGE NAME: a push of the newest commit there, as the lab tells it
  lab push --forge "$1" --repo "$(forge_path "$2")" --ref main --sha "$(repo_sha "$DIR/repos" "$2")"
}
stored() { # JQ: over the deliveries, newest first
  "$FETTLE" deliveries list --limit 200 --json -c "$DIR/fettle.yaml" | jq -e "[.deliveries[]] | $1" > /dev/null
}
for row in "github backend hook" "gitlab frontend gitlab-hook" "gitea docs gitea-hook"; do
  set -- $row
  at_forge "$1" "$2"
  lab hook add --forge "$1" --repo "$(forge_path "$2")" --target "$at/hook/$1" --secret-file "$DIR/secrets/$3"
  lab hook add --forge "$1" --repo "$(forge_path "$2")" --target "$at/hook/$1" --secret-file "$DIR/secrets/$3"
done

# ---- what is there is seen, and makes no events; then the deliveries are looked through once ----
wait_until "lab_ledger | grep -q '/graphql'" 30
seen() { lab_ledger | grep -c "$1" > "$DIR/n"; [ "$(cat "$DIR/n")" -ge "$2" ]; }
stop_fettle
start_fettle "$DIR"
wait_until "seen '/deliveries' 2" 90
wait_until "seen '/events' 2" 90
wait_until "seen '/gitea/api/v1/repos/acme/docs/pulls' 1" 90
sleep 1
stored 'map(select(.source != "hook")) == []' || fail "something was made up although nothing was missed"

# ---- one event by two hooks is decided once ----
change_repo "$DIR/repos" frontend
at_forge gitlab frontend
wait_until 'stored "map(select(.state == \"matched\")) | length == 1"' 20
wait_until 'stored "map(select(.event == \"Push Hook\" and (.reason // \"\" | startswith(\"same event as delivery\")))) | length == 1"' 20

# ---- away ----
stop_fettle
for row in "github backend" "gitlab frontend" "gitea docs"; do
  set -- $row
  change_repo "$DIR/repos" "$2"
  at_forge "$1" "$2"
done
start_fettle "$DIR"
wait_until 'stored "map(select(.source == \"recovered\" and .state == \"matched\")) | length == 2"' 60
for row in "github backend" "gitlab frontend"; do
  set -- $row
  sha=$(repo_sha "$DIR/repos" "$2")
  wait_until "state_has '[.statuses[] | select(.sha == \"$sha\" and .state == \"success\")] | length == 1'" 60
done

# ---- where there is no list of deliveries, the branch tells, after two minutes in which a webhook may come yet ----
sha=$(repo_sha "$DIR/repos" docs)
wait_until 'stored "map(select(.source == \"reconciled\" and .state == \"matched\")) | length == 1"' 200
wait_until "state_has '[.statuses[] | select(.sha == \"$sha\" and .state == \"success\")] | length == 1'" 60
stored 'map(select(.source == "reconciled")) | length == 1' || fail "something was made up twice"
"$FETTLE" runs list --json --limit 100 -c "$DIR/fettle.yaml" > "$DIR/runs"
jq -e '[.runs[].sha] | length == 4 and (unique | length) == 4' "$DIR/runs" > /dev/null || fail "$(cat "$DIR/runs")"
echo "ok: two were recovered, one was made up, nothing was done twice"
