#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Spans to a collector that judges them: of their form, who is whose parent, and what happens while the collector is
# away, slow, full (429), refuses, or takes only a part; at the end of the server what is left goes out, or is given up.
# usage: otlp.sh FOLDER-OF-THE-PROGRAMS
set -eu
. "$(dirname "$0")/lib.sh" "$1"
command -v node > /dev/null || { echo "skipped: node is missing"; exit 77; }
cd "$DIR"
ID=4bf92f3577b34da6a3ce929d0e0e4736 SPAN=00f067aa0ba902b7
PORT=0 RECEIVER=
same() { [ "$2" = "$3" ] || fail "$1: $2 instead of $3"; }
receive() { # starts the collector, on the same port again
  : > receiver.out
  node "$E2E/../otlp/receiver.mjs" "$PORT" "$DIR" > receiver.out 2>> receiver.err & RECEIVER=$!
  wait_until 'grep -q ^listening receiver.out' 10
  PORT=$(sed -n 's/^listening //p' receiver.out)
}
away() { kill "$RECEIVER"; wait "$RECEIVER" 2> /dev/null || true; RECEIVER=; }
trap 'rc=$?; [ -z "$RECEIVER" ] || kill "$RECEIVER" 2> /dev/null || true; (exit $rc); stop_all' EXIT
be() { curl -sS -d "$1" "http://127.0.0.1:$PORT/be"; }
metric() { curl -sS "http://127.0.0.1:$HTTP_PORT/metrics" | sed -n "s/^automation_spans_total{outcome=\"$1\"} //p"; }
waiting() { curl -sS "http://127.0.0.1:$HTTP_PORT/metrics" | sed -n 's/^automation_spans_waiting //p'; }
dispatch() { # [TRACEPARENT]: the run's id, when it has ended
  local d
  d=$(curl -sS -H "traceparent: ${1:-}" -d '{}' "http://127.0.0.1:$HTTP_PORT/api/v1/workflows/short/dispatch" | jq -r .delivery)
  wait_until "curl -sS 'http://127.0.0.1:$HTTP_PORT/api/v1/runs?workflow=short' | jq -e '[.runs[] | select(.delivery == \"$d\" and .state == \"done\")] | length == 1'" 20
}
spans_of() { jq -sc "[.[] | select($1)]" spans.jsonl; }
has_spans() { [ -s spans.jsonl ] && [ "$(spans_of "$1" | jq length)" -ge "${2:-1}" ]; }
begun() { [ "$(jq -s 'map(select(.name == "RUN short")) | length' spans.jsonl)" -ge "$1" ]; }
runs_seen() { jq -s 'map(select(.name == "RUN short")) | length' spans.jsonl; }

start_lab "$DIR"
mkdir -p workflows
cat > workflows/ci.yml << 'END'
name: ci
on: {push: {branches: [main]}}
jobs:
  build:
    steps: [{run: echo hello}]
  test:
    needs: build
    recovery: [{on: test, do: testfix, rerun: 'false'}]
    steps: [{name: all tests, run: 'echo "FAILED tests/a.py::b - x"; echo "1 failed, 1 passed in 0.1s"; exit 1'}]
END
cat > workflows/short.yml << 'END'
name: short
on: workflow_dispatch
jobs: {one: {steps: [{run: 'true'}]}}
END
make_config "$DIR"
secret_file secrets/otlp 'Bearer collector'
receive
cat >> fettle.yaml << END
public-url: https://ci.example.org
otlp: {endpoint: "http://127.0.0.1:$PORT", service-name: ci, headers: {Authorization: {file: secrets/otlp}}}
END
start_fettle "$DIR"

# ---- a run with all that there is ----
push github backend > /dev/null
wait_until "has_spans '.name == \"RUN ci\"' && has_spans '.kind == 3'" 30
dispatch "00-$ID-$SPAN-01"
wait_until "has_spans '.name == \"RUN short\" and .traceId == \"$ID\"'" 10
jq -se 'def a($k): (.attributes[] | select(.key == $k) | .value | .stringValue // .intValue) // null;
  def one(f): [.[] | select(f)] | if length == 1 then .[0] else error("\(length) of \(f)") end;
  one(.name == "receive push") as $d | one(.name == "RUN ci") as $r | one(.name == "build") as $b | one(.name == "test") as $t |
  [.[] | select(.name == "all tests")][0] as $s | [.[] | select(.kind == 3)][0] as $c |
  ($d.parentSpanId == null) and ($r.parentSpanId == $d.spanId) and ($b.parentSpanId == $r.spanId) and
  ($t.parentSpanId == $r.spanId) and ($s.parentSpanId == $t.spanId) and ([$d, $r, $b, $t, $s] | map(.traceId) | unique | length == 1) and
  ($r | a("cicd.pipeline.result") == "failure" and a("cicd.pipeline.name") == "ci" and a("vcs.repository.name") == "backend" and
    a("vcs.owner.name") == "acme" and a("vcs.provider.name") == "github" and a("vcs.ref.head.name") == "main" and
    a("vcs.ref.head.type") == "branch" and (a("vcs.ref.head.revision") | length == 40) and a("error.type") == "failure" and
    (a("cicd.pipeline.run.url.full") | startswith("https://ci.example.org/runs/")) and .status.code == 2 and .kind == 2) and
  ($b | a("cicd.pipeline.task.run.result") == "success" and .status == {}) and
  ($s | a("cicd.pipeline.task.name") == "all tests" and a("process.exit.code") == "1" and .status.code == 2) and
  ($c | a("http.request.method") != null and (a("http.response.status_code") | test("^2")) and a("server.address") == "127.0.0.1") and
  any(.[]; .name == "recover testfix" and a("fettle.recovery.outcome") != null)' spans.jsonl > /dev/null ||
  fail "spans: $(jq -c '{name, kind, status, parentSpanId, spanId, traceId}' spans.jsonl)"
jq -se --arg i $ID --arg s $SPAN 'any(.[]; .traceId == $i and .name == "receive workflow_dispatch" and .parentSpanId == $s and
  ((.flags / 512 | floor) % 2 == 1))' spans.jsonl > /dev/null || fail "the caller's span is no parent: $(spans_of '.name | startswith("receive work")')"
same "who sends" "$(jq -sc 'map([.authorization, .service]) | unique' requests.jsonl)" '[["Bearer collector","ci"]]'
same "ids" "$(jq -s 'map(.spanId) | length == (unique | length)' spans.jsonl)" true

# ---- 429 with Retry-After, then a part is refused ----
be '{"status": 429, "headers": {"retry-after": "1"}, "times": 1}'
n=$(runs_seen)
dispatch
wait_until "begun $((n + 1))" 10
jq -se '[.[] | select(.status == 429)][0] as $no | [.[] | select(.at > $no.at)][0] as $yes |
  $yes.status == 200 and $yes.at - $no.at >= 990 and $yes.at - $no.at < 3000' requests.jsonl > /dev/null || fail "$(cat requests.jsonl)"
be '{"status": 200, "body": {"partialSuccess": {"rejectedSpans": "2", "errorMessage": "no"}}, "times": 1}'
dispatch
wait_until '[ "$(metric rejected)" = 2 ]' 10
be '{"status": 400, "times": 1}'
dispatch
wait_until '[ "$(metric refused)" -ge 3 ]' 10

# ---- slow: nobody waits for it ----
be '{"wait": 1500, "times": 1}'
n=$(runs_seen)
dispatch
sleep 0.7
from=$(date +%s%N)
dispatch
[ $((($(date +%s%N) - from) / 1000000)) -lt 1200 ] || fail "a slow collector holds up runs"
wait_until "begun $((n + 2))" 15

# ---- away, and back ----
away
n=$(runs_seen)
dispatch
wait_until '[ "$(waiting)" -ge 3 ] && grep -q "spans cannot be sent; they wait" fettle.log' 10
receive
wait_until "begun $((n + 1)) && [ \"\$(waiting)\" = 0 ]" 20
grep -q "spans are sent again" fettle.log || fail "the log does not say that it is well again"

# ---- the end: what is left goes out ----
n=$(runs_seen)
dispatch
stop_fettle
begun $((n + 1)) || fail "what was left did not go out: $(tail -2 requests.jsonl)"
# ---- and is given up where the collector hangs ----
start_fettle "$DIR"
be '{"wait": 20000}'
dispatch
from=$(date +%s%N)
stop_fettle
[ $((($(date +%s%N) - from) / 1000000)) -lt 6000 ] || fail "the end waits for the collector"
grep -q "spans were not sent before the end" fettle.log || fail "nobody says what was lost"
[ ! -s faults ] || fail "what was sent is not as it should be: $(sort faults | uniq -c | head)"
