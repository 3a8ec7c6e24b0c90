#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The overview: what is now and how runs went, before and after an end of the server, and after a kill.
# usage: overview.sh FOLDER-OF-THE-PROGRAMS
set -eu
. "$(dirname "$0")/lib.sh" "$1"

start_lab "$DIR"
mkdir -p "$DIR/workflows"
printf 'name: %s\non: workflow_dispatch\njobs: {a: {steps: [{run: "%s"}]}}\n' good true > "$DIR/workflows/good.yml"
printf 'name: %s\non: workflow_dispatch\njobs: {a: {steps: [{run: "%s"}]}}\n' bad false > "$DIR/workflows/bad.yml"
printf 'name: %s\non: workflow_dispatch\njobs: {a: {steps: [{run: "%s"}]}}\n' slow 'sleep 60' > "$DIR/workflows/slow.yml"
make_config "$DIR"
start_fettle "$DIR"
export FETTLE_CONFIG=$DIR/fettle.yaml

overview() { curl -sf --unix-socket "$SOCKET" "http://localhost/api/v1/overview?range=$1"; }
is() { # RANGE EXPRESSION
  overview "$1" | jq -e "$2" > /dev/null
}
"$FETTLE" dispatch good > /dev/null
"$FETTLE" dispatch bad > /dev/null
for range in 1h 6h 24h 7d 30d; do
  wait_until "is $range '.span.runs == 2 and .span.success_rate == 0.5 and .span.p95_ms >= 0 and .now.running == 0'" 20
  is $range '[.series[] | arrays | length] | unique | length == 1' || fail "$range: columns of different length"
  is $range '(.series | [.at, .success, .failure] | transpose | map(select(.[1] != null))) as $known |
    ($known | map(.[1]) | add) == 1 and ($known | map(.[2]) | add) == 1 and ($known | length) <= 4' || fail "$range: $(overview $range)"
done
is 1h '.series.busy[-1] != null and .series.busy[0] == null and .series.success[0] == null' || fail "a gap is none: $(overview 1h)"

# Nothing is new: who has it is told so.
tag() { curl -s --unix-socket "$SOCKET" -D - -o /dev/null 'http://localhost/api/v1/overview?range=7d' | tr -d '\r' | sed -n 's/^[Ee][Tt]ag: //p'; }
wait_until '[ "$(curl -s -o /dev/null -w %{http_code} --unix-socket "$SOCKET" -H "If-None-Match: $(tag)" "http://localhost/api/v1/overview?range=7d")" = 304 ]' 10

# What was counted with the end of a run is there whichever way the server ends.
stop_fettle
start_fettle "$DIR"
is 24h '.span.runs == 2 and .span.success_rate == 0.5' || fail "after an end: $(overview 24h)"
"$FETTLE" dispatch good > /dev/null
wait_until "is 24h '.span.runs == 3'" 20
stop_fettle KILL
start_fettle "$DIR"
is 30d '.span.runs == 3 and (.span.throughput_per_hour == 3)' || fail "after a kill: $(overview 30d)"
"$FETTLE" dispatch slow > /dev/null
wait_until "is 1h '.now.running == 1 and .now.slots_busy == 1 and .now.slots >= 1'" 20
"$FETTLE" runs cancel "$("$FETTLE" runs list --state running -o name | head -1)" > /dev/null
wait_until "is 1h '.now.running == 0 and ([.series.cancelled[] | numbers] | add) == 1 and .span.runs == 4'" 20
