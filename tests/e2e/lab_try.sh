#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What the README says of trying fettle without an account does run, word for word but for the ports. usage: lab_try.sh BIN
set -eu
. "$(dirname "$0")/lib.sh" "$1"
. "$(dirname "$0")/lab_lib.sh"

start_lab "$DIR" # only to know a free port, and for the configuration
make_config "$DIR"
start_fettle "$DIR"
stop_lab
rm -f "$DIR/ledger.jsonl"

sed -n '/^## Try it without an account/,/^## /p' "$E2E/../../README.md" | sed -n '/^```$/,/^```$/p' | grep -v '^```$' > "$DIR/said"
must "the README says nothing" grep -q 'fettle lab start' "$DIR/said"
sed -e "s|127.0.0.1:9000|127.0.0.1:$LAB_PORT|; s|127.0.0.1:8080|127.0.0.1:$HTTP_PORT|g" "$DIR/said" > "$DIR/session"

PATH=$BIN:$PATH
cd "$DIR"
n=0
while IFS= read -r line; do
  n=$((n + 1))
  case $line in
  *" &") # the lab itself
    eval "${line% &} > lab.out 2>> lab.log &"
    LAB_PID=$!
    wait_until "grep -q '^listening http' lab.out" 20
    ;;
  *)
    checks=$((checks + 1))
    eval "$line" > "out.$n" 2> "err.$n" || fail "this fails: $line: $(cat "err.$n")"
    ;;
  esac
done < "$DIR/session"
LAB_URL=$FETTLE_LAB

# beside what fettle's own statuses raise
sent_must 'map(select(.delivery.event != "status")) | map([.status, .delivery.event, .fault]) == [[202,"push",null],[202,"create",null],[202,"pull_request",null],
  [0,"push","missed"],[202,"repository",null]]'
must "the missed one is listed" jq -e 'map(select(.event == "push"))[0].status == "timed out"' out.9
must "no ledger" test -s ledger.jsonl
ask GET /github/repos/acme/backend/collaborators/ann/permission # or fettle's own next call meets it
must "no answer was lost" test "$(lab_ledger | jq -c 'select(.fault == "lost")' | wc -l)" = 1
ask GET /github/repos/acme/backend/collaborators/ann/permission
expect 200 '.permission == "write"'
[ "$(header x-ratelimit-limit)" = 60 ] || fail "no limits: $head"

# `fettle help lab` has every word and every fault
"$FETTLE" help lab > help
for word in start push change repo hook deliver fault limits clock member wait ledger state; do
  must "help on lab lacks $word" grep -qw "$word" help
done
for kind in $(sed -n 's/.*\[FAULT_[A-Z0-9_]*\] = "\([a-z0-9-]*\)".*/\1/p; s/.*, *\[FAULT_[A-Z0-9_]*\] = "\([a-z0-9-]*\)".*/\1/p' \
  "$E2E/../../server/lab/fault.c" | sort -u); do
  must "help on lab lacks the fault $kind" grep -qw -- "$kind" help
done
"$FETTLE" lab 2> usage && fail "no word is no usage"
must "no usage" grep -q 'fettle help lab' usage
end_lab
