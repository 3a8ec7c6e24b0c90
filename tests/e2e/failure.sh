#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Why steps fail: the class, what speaks for it, rules of the configuration, reports of tests.
# usage: failure.sh FOLDER-OF-THE-PROGRAMS
set -eu
. "$(dirname "$0")/lib.sh" "$1"

start_lab "$DIR"
mkdir -p "$DIR/workflows"
cat > "$DIR/workflows/broken.yml" << 'END'
name: broken
on: [workflow_dispatch]
jobs:
  net:
    steps: [{run: "echo 'curl: (6) Could not resolve host: a.example'; exit 6"}]
  mine:
    steps: [{run: "echo 'the frobnicator is out of sorts'; exit 1"}]
  tests:
    steps:
      - run: |
          mkdir out
          printf '<testsuite><testcase classname="A" name="b"><failure>no %s</failure></testcase>' x > out/r.xml
          printf '<testcase classname="A" name="open sesame"><failure/></testcase><testcase name="c"/></testsuite>' >> out/r.xml
          exit 1
        env: {WORD: "${{ secrets.WORD }}"}
        test-results: out/*.xml
  quiet:
    steps: [{run: exit 3}]
END
cat > "$DIR/workflows/late.yml" << 'END'
name: late
on: [workflow_dispatch]
jobs:
  a: {steps: [{run: "echo begun; sleep 4; echo 'fatal: Authentication failed for the remote'; exit 128"}]}
END
make_config "$DIR"
secret_file "$DIR/secrets/word" sesame
cat >> "$DIR/fettle.yaml" << END
secrets: {WORD: {file: $DIR/secrets/word}}
failure-rules:
  - {match: "frobnicator is (not|out)", class: resource, hint: wake the frobnicator}
END
start_fettle "$DIR"
export FETTLE_CONFIG=$DIR/fettle.yaml

same() { [ "$2" = "$3" ] || fail "$1: $2, not $3"; }             # SENTENCE IS SHOULD-BE
has() { grep -qF -- "$3" <<< "$2" || fail "$1: not $3 in: $2"; } # SENTENCE TEXT PART
newest() { "$FETTLE" runs list --json | jq -r '.runs | max_by(.id) | .id'; }
ended() { "$FETTLE" runs show "$1" --json | jq -e '.state == "done"' > /dev/null; }
run_of() { # workflow: its run has ended
  local before
  before=$(newest)
  "$FETTLE" dispatch "$1" > /dev/null
  wait_until "[ \"\$(newest)\" != $before ]" 40
  run=$(newest)
  wait_until "ended $run" 60
}
attempt() { "$FETTLE" runs show "$run" --json | jq -r --arg k "$1" '.jobs[] | select(.key == $k) | .steps[0].attempts[-1] | '"$2"; }

run_of broken
same "by the log" "$(attempt net '.class + " " + .evidence.source + " " + .evidence.rule')" "network log curl-resolve"
same "its words" "$(attempt net .evidence.excerpt)" "curl: (6) Could not resolve host: a.example"
same "by a rule of the configuration" "$(attempt mine '.class + " " + .evidence.rule + ", " + .evidence.hint')" \
  "resource failure-rules[0], wake the frobnicator"
same "by a report of tests" "$(attempt tests '.class + " " + .evidence.source')" "test result"
same "the tests, without secrets" "$(attempt tests '.evidence.tests | join("|")')" "A › b|A › open ***"
same "nothing is known" "$(attempt quiet '.class + " " + .evidence.text')" "unknown exit code 3, and nothing in its output is known"
same "a fingerprint" "$(attempt net '.fingerprint | length')" 16
shown=$("$FETTLE" runs show "$run")
has "the class" "$shown" "class network, by log (93 %): rule curl-resolve matched: curl: (6) Could not resolve host: a.example"
has "the hint" "$shown" "hint: wake the frobnicator"
has "the tests" "$shown" "failed: A › b"
has "the words" "$shown" "| the frobnicator is out of sorts"
first=$(attempt net .fingerprint)

sed -i 's/class: resource/class: build/' "$DIR/fettle.yaml"
"$FETTLE" reload > /dev/null
run_of broken
same "another rule after a reload" "$(attempt mine .class)" build
same "the same failure again" "$(attempt net .fingerprint)" "$first"

# It ends while no server runs.
"$FETTLE" dispatch late > /dev/null
wait_until '"$FETTLE" runs logs "$(newest)" | grep -q begun' 40
run=$(newest)
stop_fettle KILL
sleep 5
start_fettle "$DIR"
wait_until "ended $run" 40
same "after a restart" "$(attempt a '.class + " " + .evidence.rule')" "permission auth-failed"

echo "failure: ok"
