#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# `runs logs -f` goes on where it was: over a server that is killed and started again, and when the person comes back.
# usage: follow.sh FOLDER-OF-THE-PROGRAMS
set -eu
. "$(dirname "$0")/lib.sh" "$1"
. "$(dirname "$0")/cases.sh"

cd "$DIR"
mkdir -p workflows run
cat > fettle.yaml << END
listen: [{http: 127.0.0.1:0, serves: [hooks]}, {unix: run/fettle.sock}]
workflows: workflows
runner: {isolation: none}
slots: 4
END
cat > workflows/count.yml << 'END'
name: count
on: {workflow_dispatch: {inputs: {to: {default: '40'}}}}
jobs:
  one: {steps: [{name: "ones", run: 'for i in $(seq "$TO"); do echo "one $i ü"; sleep 0.05; done', env: {TO: "${{ inputs.to }}"}}]}
  two: {needs: one, steps: [{run: 'printf "no end"'}, {run: 'echo "two"'}]}
END
# Both stop in their middle until the gate is there.
cat > workflows/side.yml << END
name: side
on: workflow_dispatch
env: {GATE: $DIR/gate}
jobs:
  a: {steps: [{run: 'for i in \$(seq 30); do echo "a \$i"; [ \$i != 6 ] || until [ -e "\$GATE" ]; do sleep 0.05; done; done'}]}
  b: {steps: [{run: 'for i in \$(seq 30); do echo "b \$i"; [ \$i != 6 ] || until [ -e "\$GATE" ]; do sleep 0.05; done; done'}]}
END
begin() { # WORKFLOW [INPUT]: the run's id into $id
  "$FETTLE" dispatch "$@" --quiet > started
  wait_until '"$FETTLE" runs --json | jq -e ".runs[0] | .workflow == \"'"$1"'\" and .state != \"done\""' 20
  id=$("$FETTLE" runs -o name | head -1)
}
numbers() { # FILE WORD COUNT: every number once, in order
  same "the lines of $2" "$(sed -n "s/^$2 \([0-9]*\).*/\1/p" "$1" | tr '\n' ' ')" "$(seq "$3" | tr '\n' ' ')"
}
start_fettle "$DIR"
unset FETTLE_URL FETTLE_TOKEN

a_server_that_is_killed_is_waited_for() {
  begin count --input to=80
  "$FETTLE" runs logs -f "$id" > followed 2> err &
  local follower=$! rc=0
  wait_until 'grep -q "^one 10 " followed' "$LONG"
  stop_fettle KILL
  sleep 0.7
  start_fettle "$DIR"
  wait $follower || rc=$?
  same "its exit code" $rc 0
  numbers followed one 80
  same "told once" "$(grep -c 'it is waited for' err)" 1
  "$FETTLE" runs logs "$id" > whole
  same "as without -f" "$(cat followed)" "$(cat whole)"
  same "a head begins a line" "$(grep -c '^==> ' whole)" 3
}

who_interrupts_is_told_how_to_go_on() {
  begin side
  local rc=0
  "$FETTLE" runs logs -f "$id" > first 2> err &
  local follower=$!
  wait_until 'grep -q "^a 5$" first && grep -q "^b 5$" first' "$LONG"
  kill -INT $follower
  wait $follower || rc=$?
  touch gate
  same "interrupted" $rc 130
  local again
  again=$(sed -n 's/^fettle: go on with: fettle //p' err)
  has "the command" "$again" "runs logs $id -f --from "
  # shellcheck disable=SC2086
  "$FETTLE" $again > second
  cat first second > both
  numbers both a 30
  numbers both b 30
}

bytes_that_were_seen_are_passed_over() {
  local n id
  id=$("$FETTLE" runs -o name | head -1)
  "$FETTLE" runs logs --quiet "$id" > whole
  for n in 0 1 77 $(stat -c %s whole) 1000000; do
    "$FETTLE" runs logs --quiet --from "$n" "$id" > rest
    cmp -s <(tail -c +$((n + 1)) whole) rest || fail "from $n"
  done
}

a_place_that_is_none_is_told() {
  local place rc id
  id=$("$FETTLE" runs -o name | head -1)
  for place in x -1 "$id" "$id:" "$id:-3" "$id:1,"x; do
    rc=0
    "$FETTLE" runs logs "$id" --from "$place" > out 2> err || rc=$?
    same "$place" $rc 2
    has "why" "$(cat err)" "--from is a number of bytes"
  done
}

without_a_server_it_says_how_to_start_one() {
  local verb rc id
  id=$("$FETTLE" runs -o name | head -1)
  stop_fettle
  for verb in "runs logs -f $id" "runs watch $id" runs status queue deliveries effects recoveries reload "runs rerun $id" \
              "dispatch count" "runs show $id" "runs why $id" "runs graph $id" "runs cancel $id"; do
    rc=0
    # shellcheck disable=SC2086
    "$FETTLE" $verb > out 2> err || rc=$?
    same "$verb" $rc 6
    has "$verb" "$(cat err)" 'start it with `fettle serve -c fettle.yaml`'
  done
  rc=0
  FETTLE_URL=unix:$DIR/run/fettle.sock "$FETTLE" runs 2> err || rc=$?
  same "by FETTLE_URL" $rc 6
  has "by FETTLE_URL" "$(cat err)" 'start `fettle serve` there, or unset FETTLE_URL'
}

case_of 'a server that is killed is waited for, without a hole or a line twice' a_server_that_is_killed_is_waited_for
case_of 'who interrupts is told how to go on' who_interrupts_is_told_how_to_go_on
case_of 'bytes that were seen are passed over' bytes_that_were_seen_are_passed_over
case_of 'a place that is none is told' a_place_that_is_none_is_told
case_of 'without a server each verb says how to start one' without_a_server_it_says_how_to_start_one
finish_cases
