#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# One trace id from whoever asks to what the step sees: the API, rows, log lines, reruns, and runs that follow a run.
# usage: trace.sh FOLDER-OF-THE-PROGRAMS
set -eu
. "$(dirname "$0")/lib.sh" "$1"
cd "$DIR"
ID=4bf92f3577b34da6a3ce929d0e0e4736 SPAN=00f067aa0ba902b7
same() { [ "$2" = "$3" ] || fail "$1: $2 instead of $3"; }
dispatch() { # TRACEPARENT…: the delivery into $delivery, the answer's head into ./head
  local header=() t
  for t in "$@"; do header+=(-H "traceparent: $t"); done
  delivery=$(curl -sS -D head "${header[@]}" -d '{}' "http://127.0.0.1:$HTTP_PORT/api/v1/workflows/first/dispatch" | jq -r .delivery)
}
response() { sed -n 's/^traceresponse: \([-0-9a-f]*\)\r$/\1/p' head; }
get() { curl -sS "http://127.0.0.1:$HTTP_PORT/api/v1/$1"; }
run_of() { # WORKFLOW [TRACE]: the newest one that has ended
  get "runs?workflow=$1" | jq -r --arg t "${2:-}" '[.runs[] | select(.state == "done" and ($t == "" or .trace == $t))][0].id // empty'
}
parents() { # RUN: what its steps saw
  local a
  for a in $(get "runs/$1" | jq -r '.jobs[].steps[].attempts[].id'); do get "attempts/$a/log" | sed -n 's/^saw //p'; done
}

start_lab "$DIR"
mkdir -p workflows
cat > workflows/first.yml << 'END'
name: first
on: workflow_dispatch
jobs:
  one:
    steps:
      - run: echo "saw $TRACEPARENT"
      - run: echo "saw $TRACEPARENT"
      - {run: 'echo "saw $TRACEPARENT"', env: {TRACEPARENT: mine}}
END
cat > workflows/then.yml << 'END'
name: then
on: {workflow_run: {workflows: [first], types: [completed]}}
jobs:
  two:
    steps:
      - run: echo "saw $TRACEPARENT"
END
make_config "$DIR"
sed -i 's/^slots:.*/log: {level: debug}\nslots: 4/' fettle.yaml
start_fettle "$DIR"

# ---- with a trace of the caller ----
dispatch "00-$ID-$SPAN-01"
[[ $(response) =~ ^00-$ID-[0-9a-f]{16}-01$ ]] || fail "traceresponse: $(cat head)"
wait_until "run=\$(run_of first $ID); [ -n \"\$run\" ]" 20
run=$(run_of first $ID)
same "of the delivery" "$(get "deliveries/$delivery" | jq -r .trace)" $ID
mapfile -t saw < <(parents "$run")
[[ ${saw[0]} =~ ^00-$ID-[0-9a-f]{16}-01$ && ${saw[1]} =~ ^00-$ID-[0-9a-f]{16}-01$ && ${saw[0]} != "${saw[1]}" ]] || fail "steps saw ${saw[*]}"
[[ ${saw[0]} != *$SPAN* ]] || fail "the span of a step is the caller's"
same "what its file says" "${saw[2]}" mine
for kind in delivery run step effect; do
  grep -q "msg=state kind=$kind .* trace=$ID\$" fettle.log || fail "no line about a $kind has the trace"
done

# ---- what comes of it ----
wait_until "[ -n \"\$(run_of then $ID)\" ]" 20
[[ $(parents "$(run_of then $ID)") =~ ^00-$ID-[0-9a-f]{16}-01$ ]] || fail "the run behind it saw $(parents "$(run_of then $ID)")"
again=$(curl -sS -D head -X POST "http://127.0.0.1:$HTTP_PORT/api/v1/runs/$run/rerun" | jq -r .run)
[[ $(response) =~ ^00-$ID-[0-9a-f]{16}-01$ ]] || fail "traceresponse of a rerun: $(cat head)"
same "of a rerun" "$(get "runs/$again" | jq -r '.trace + " " + .rerun_of')" "$ID $run"

other=0af7651916cd43dd8448eb211c80319c
TRACEPARENT=00-$other-$SPAN-01 "$FETTLE" dispatch first > /dev/null
wait_until "[ -n \"\$(run_of first $other)\" ]" 20

# ---- over a restart ----
wait_until "get runs/$again | jq -e '.state == \"done\"'" 20
stop_fettle; start_fettle "$DIR"
same "after a restart" "$(get "runs/$run" | jq -r .trace)" $ID

# ---- without a good one it has its own ----
for bad in "" "00-$ID-$SPAN-zz" "ff-$ID-$SPAN-01" "00-00000000000000000000000000000000-$SPAN-01"; do
  dispatch "$bad"
  [[ $(response) =~ ^00-[0-9a-f]{32}-[0-9a-f]{16}-03$ && $(response) != *$ID* ]] || fail "\"$bad\": $(cat head)"
done
dispatch "00-$ID-$SPAN-01" "00-$ID-$SPAN-01"
[[ $(response) != *$ID* ]] || fail "two of them are taken for one"
push github backend > /dev/null
wait_until "get 'deliveries?forge=github' | jq -e '.deliveries[0].trace | test(\"^[0-9a-f]{32}\$\")'" 10
