#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# GITHUB_EVENT_PATH: the payload of the event as a file, for scripts that read it there.
# usage: event_path.sh FOLDER-OF-THE-PROGRAMS      ONLY=FUNCTION runs one case
set -eu
. "$(dirname "$0")/lib.sh" "$1"
. "$(dirname "$0")/cases.sh"
REPOSITORIES="raw stranger asked kept"

digest() { sha256sum | cut -d ' ' -f 1; }
stored() { curl -sf --unix-socket "$SOCKET" "http://localhost/api/v1/deliveries/$1/body"; }

# The server is killed in the first step, which goes on; the second is started by the next one.
raw() {
  own_world
  new_repo raw <<< 'on: push
jobs:
  a:
    steps:
      - run: echo one $(sha256sum < "$GITHUB_EVENT_PATH"); sleep 3
      - uses: checkout
      - run: echo two $(sha256sum < "$FETTLE_EVENT_PATH"); jq -r .after "$GITHUB_EVENT_PATH"
  b: {needs: a, steps: [{run: "echo three $(sha256sum < \"$GITHUB_EVENT_PATH\")"}]}'
  push_files raw src/x
  must_start
  wait_until "log_of $(runs_of "$delivery") | grep -q one" "$LONG"
  kill -9 "$FETTLE_PID"
  stop_fettle KILL
  start_fettle "$DIR"
  run_ended
  same "the conclusion" "$conclusion" success
  local log sum
  log=$(log_of "$run")
  sum=$(stored "$delivery" | digest)
  has "the first step" "$log" "one $sum"
  has "after the kill" "$log" "two $sum"
  has "the next job" "$log" "three $sum"
  has "it is JSON" "$log" "$(tip raw)"
  # What looks the same is another event when it came a minute later: for that the time has to be known.
  same "when it came is known" \
    "$(sqlite3 "$DIR/state/fettle.db" 'SELECT count(*) > 0 AND min(at) > 1700000000000 FROM same_event')" 1
}

stranger() {
  new_repo stranger <<< 'on: [pull_request]
jobs: {a: {steps: [{run: "echo sum $(sha256sum < $GITHUB_EVENT_PATH); ! echo x 2>/dev/null > $GITHUB_EVENT_PATH"}]}}'
  pull_request stranger 5 "$(tip stranger)" "$(tip stranger)" \
    '.pull_request.head.repo = {id: 999, name: "stranger", full_name: "eve/stranger", owner: {login: "eve", id: 8}}'
  must_start
  run_ended
  same "it cannot be written" "$conclusion" success
  has "it is there" "$(log_of "$run")" "sum $(stored "$delivery" | digest)"
}

# What has no payload of a forge has what `github.event` shows.
asked() {
  cat > workflows/asked.yml << 'END'
name: asked
on: {workflow_dispatch: {inputs: {word: {}}}}
jobs:
  a:
    env: {E: "${{ toJSON(github.event) }}"}
    steps:
      - run: |
          jq -cS . "$GITHUB_EVENT_PATH"
          printf %s "$E" | jq -cS .
END
  "$FETTLE" reload > /dev/null
  delivery=$("$FETTLE" dispatch asked --input word=hello --json | jq -r .delivery)
  run_ended
  rm workflows/asked.yml
  local log
  log=$(log_of "$run" | grep '^{')
  has "the input" "$log" '"word":"hello"'
  same "as in the context" "$(sort -u <<< "$log" | wc -l) $(wc -l <<< "$log")" "1 2"
}

kept() {
  own_world
  stop_fettle
  echo 'retention: {payloads: 1s}' >> fettle.yaml
  start_fettle "$DIR"
  new_repo kept <<< 'on: push
jobs:
  a: {steps: [{run: "test -s $GITHUB_EVENT_PATH; sleep 13"}, {run: "echo now ${GITHUB_EVENT_PATH-unset}"}]}'
  push_files kept src/x
  must_start
  run_ended 60
  same "the conclusion" "$conclusion" success
  has "the variable" "$(log_of "$run")" "now unset"
}

shared_world
case_of 'the payload is there to the byte, in every step and job, and after kill -9' raw
if [ "$(isolation)" = bwrap ]; then
  case_of 'an untrusted change reads it, and cannot write it' stranger
else
  echo "skipped - an untrusted change: there is no bwrap here"
fi
case_of 'a run that a person starts has what github.event shows' asked
case_of 'a payload that was removed is not there, nor is the variable' kept
finish_cases
