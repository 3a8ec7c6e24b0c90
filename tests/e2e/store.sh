#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# `fettle store`: a backup beside a server that works, put back without one, and what is refused.
# usage: store.sh FOLDER-OF-THE-PROGRAMS
set -eu
. "$(dirname "$0")/lib.sh" "$1"
. "$(dirname "$0")/cases.sh"

cd "$DIR"
mkdir -p workflows run
cat > fettle.yaml << END
listen: [{http: 127.0.0.1:0, serves: [hooks]}, {unix: run/fettle.sock}]
workflows: workflows
runner: {isolation: none}
END
printf '%s\n' 'name: hello' 'on: workflow_dispatch' 'jobs: {a: {steps: [{run: echo hello}]}}' > workflows/hello.yml
unset FETTLE_URL FETTLE_TOKEN

exits() { # CODE COMMAND…
  local want=$1 rc=0
  shift
  "$@" > out 2> err || rc=$?
  [ $rc = "$want" ] || fail "exit $rc instead of $want: $* ($(cat out err))"
}
runs() { "$FETTLE" runs --json | jq '.runs | length'; }
begin() { # so many runs more
  local n
  n=$(($(runs) + $1))
  for _ in $(seq "$1"); do "$FETTLE" dispatch hello --quiet; done
  wait_until "[ \"\$('$FETTLE' runs --state success --json | jq '.runs | length')\" = $n ]" "$LONG"
}

a_backup_beside_a_server_is_whole() {
  start_fettle "$DIR"
  begin 3
  for _ in $(seq 20); do "$FETTLE" dispatch hello --quiet; done &
  local writer=$!
  exits 0 "$FETTLE" store backup copy.db --json
  same "what it says" "$(jq -c '[.schema, .file, .version > 0, .bytes > 0]' out)" '[1,"copy.db",true,true]'
  wait $writer
  same "for its owner alone" "$(stat -c %a copy.db)" 600
  exits 8 "$FETTLE" store backup copy.db
  has "why" "$(cat err)" "copy.db is there already"
  exits 4 "$FETTLE" store backup /nowhere/copy.db
  exits 0 "$FETTLE" store copy sqlite:other.db
  exits 2 "$FETTLE" store copy postgresql://host/db
  exits 2 "$FETTLE" store copy other.db
  # A second configuration looks at the copy: all rows agree.
  mkdir -p second/state && cp copy.db second/state/fettle.db
  sed 's|run/fettle.sock|fettle.sock|; /workflows/d' fettle.yaml > second/fettle.yaml
  exits 0 "$FETTLE" store check -c second/fettle.yaml
  ! ls ./*.part-* 2> /dev/null || fail "a part is left"
}

a_server_that_runs_keeps_its_database() {
  local word
  for word in "restore copy.db" migrate; do
    # shellcheck disable=SC2086
    exits 8 "$FETTLE" store $word
    has "why" "$(cat err)" "in use by another server"
  done
}

without_a_server_it_is_put_back() {
  local before
  before=$(runs)
  stop_fettle
  exits 3 "$FETTLE" store restore fettle.yaml
  exits 4 "$FETTLE" store restore nothing.db
  exits 0 "$FETTLE" store restore copy.db
  has "what was there" "$(cat out)" "what was there before is $DIR/state/fettle.db.before-"
  start_fettle "$DIR"
  [ "$(runs)" -lt "$before" ] || fail "still $before runs"
  [ "$(runs)" -ge 3 ] || fail "only $(runs) runs"
  begin 1
  stop_fettle
  local old
  old=$(echo state/fettle.db.before-*)
  exits 0 "$FETTLE" store restore "$old" --json
  same "what it says" "$(jq -r '[.schema, (.kept | test("before-"))] | @csv' out)" '1,true'
  start_fettle "$DIR"
  same "the first one again" "$(runs)" "$before"
}

without_a_server_it_is_checked_copied_and_migrated() {
  stop_fettle
  exits 0 "$FETTLE" store backup alone.db --quiet
  same "nothing is said" "$(cat out err)" ""
  exits 0 "$FETTLE" store check
  exits 0 "$FETTLE" store migrate --json
  same "no step" "$(jq -c '.from == .to and .schema == 1' out)" true
  exits 0 "$FETTLE" store migrate
  has "said" "$(cat out)" "which is that of this program"
  mv state/fettle.db gone
  exits 4 "$FETTLE" store migrate
  exits 4 "$FETTLE" store backup x.db
  [ ! -e x.db ] && [ ! -e state/fettle.db ] || fail "something was made"
}

case_of 'a backup beside a server that works is whole' a_backup_beside_a_server_is_whole
case_of 'a server that runs keeps its database' a_server_that_runs_keeps_its_database
case_of 'without a server a backup is put back, and what was there is kept' without_a_server_it_is_put_back
case_of 'without a server it is checked, copied and migrated' without_a_server_it_is_checked_copied_and_migrated
finish_cases
