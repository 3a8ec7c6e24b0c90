#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Check runs with annotations: what steps say about lines of files, lost answers, a killed server, tokens of people,
# newer runs, other forges. usage: checks.sh FOLDER-OF-THE-PROGRAMS      ONLY=FUNCTION runs one case
set -eu
. "$(dirname "$0")/lib.sh" "$1"
. "$(dirname "$0")/cases.sh"

REPOSITORIES="notes many lost person stopped twice gl-none plain"

# The check runs of a repository, through a JQ-FILTER over their list.
checks_of() { lab_state | jq -c --arg r "acme/$1" "[.checks[] | select(.repo == \$r)] | $2"; }
completed() { [ "$(checks_of "$1" 'length > 0 and all(.status == "completed")')" = true ]; }
effects_of() { "$FETTLE" runs show "$1" --json | jq -c "[.effects[] | select(.kind == \"check\")] | $2"; }

world_with_token() { # TOKEN
  DIR=$(mktemp -d "$DIR/world.XXXXXX")
  OWN_WORLD=1 FETTLE_PID= LAB_PID= LAB_PORT=0
  make_secrets "$DIR"
  secret_file "$DIR/secrets/token" "$1"
  shared_world
}

annotations() {
  new_repo notes <<< 'on: push
report: {check: true}
jobs:
  lint:
    steps:
      - uses: checkout
      - run: |
          mkdir -p src; touch src/a.c
          echo "src/a.c:3:7: error: expected ; before }"
          echo "src/a.c:9:1: warning: unused variable x"
          echo "::error file=src/b.c,line=4,endLine=6,title=Too long::three lines of it"
          echo "::notice file=src/b.c,line=5,col=2,endColumn=8::one word"
          echo "::warning::nowhere in particular"
          printf "**bold** @somebody\n" >> "$GITHUB_STEP_SUMMARY"
          exit 1'
  push_files notes src/a
  must_start
  run_ended
  wait_until 'completed notes' "$LONG"
  same "one check run" "$(checks_of notes length)" 1
  same "what it is" "$(checks_of notes '.[0] | [.sha, .name, .conclusion, .history[-1]]')" \
    "[\"$(tip notes)\",\"fettle/notes\",\"failure\",\"completed\"]"
  same "the annotations" "$(checks_of notes '.[0].annotations | sort_by(.path, .start_line) |
    map([.path, .start_line, .end_line, .start_column, .end_column, .annotation_level, .title, .message])')" \
    '[["src/a.c",3,3,7,7,"failure",null,"expected ; before }"],["src/a.c",9,9,1,1,"warning",null,"unused variable x"],'\
'["src/b.c",4,6,null,null,"failure","Too long","three lines of it"],["src/b.c",5,5,2,8,"notice",null,"one word"]]'
  local summary
  summary=$(checks_of notes '.[0].summary')
  has "the job" "$summary" '| lint | failure'
  has "what stands nowhere" "$summary" 'warning in lint: nowhere in particular'
  has "the summary of the step" "$summary" '**bold** @'
  has_not "nobody is called" "$summary" '@somebody'
  status_ends notes "$(tip notes)" failure
  same "in order" "$(checks_of notes '.[0].history | join(" ") | test("^(queued )?(in_progress )*completed$")')" true
}

MANY='on: push
report: {check: true, context: lines}
jobs:
  a:
    steps:
      - run: for i in $(seq 40); do echo "::error file=a.c,line=$i::a $i"; done
      - run: for i in $(seq 40); do echo "::warning file=b.c,line=$i::b $i"; done
      - run: for i in $(seq 40); do echo "::notice file=c.c,line=$i::c $i"; done'

all_once() { # NAME
  same "one check run" "$(checks_of "$1" length)" 1
  same "completed" "$(checks_of "$1" '.[0] | [.status, .conclusion]')" '["completed","success"]'
  same "each once" "$(checks_of "$1" '.[0].annotations | [length, (map(.message) | unique | length)]')" '[120,120]'
}

# The first answer to a batch is lost, then the server is killed while the forge is slow.
batches() {
  world_with_token ghs_e2e00000000000000000000000000000000001
  new_repo many <<< "$MANY"
  lab_fault lost --count 1 --match "PATCH /github/repos/acme/many/check-runs"
  push_files many src/a
  must_start
  run_ended
  wait_until 'completed many' "$LONG"
  all_once many
  same "an answer was lost" "$(lab_ledger --path /many/check-runs/ | jq -s 'map(select(.fault == "lost")) | length')" 1
  new_repo lost <<< "$MANY"
  lab_fault latency --ms 400 --count 20 --match "PATCH /github/repos/acme/lost/check-runs"
  push_files lost src/a
  must_start
  wait_until "lab_ledger --path /lost/check-runs/ | grep -q annotations" "$LONG"
  stop_fettle KILL
  start_fettle "$DIR"
  run_ended
  wait_until 'completed lost' "$LONG"
  all_once lost
  must "how far it got was asked" test "$(lab_ledger --path /lost/check-runs/ | grep -c '"method":"GET"')" -ge 1
  same "more than 50 at once" "$(lab_ledger --path check-runs | jq -s '[.[] | select(.status == 422)] | length')" 0
}

creation() {
  new_repo plain <<< "on: push
report: {check: true}
jobs: {a: {steps: [{run: sleep 1}]}}"
  lab_fault lost --count 1 --match "POST /github/repos/acme/plain/check-runs"
  push_files plain src/a
  must_start
  run_ended
  wait_until 'completed plain' "$LONG"
  same "one check run" "$(checks_of plain 'map(.conclusion)')" '["success"]'
  must "it was looked for" test "$(lab_ledger --path check_name= | grep -c /acme/plain/)" -ge 1
}

person() {
  world_with_token ghp_e2e00000000000000000000000000000000001
  new_repo person <<< "on: push
report: {check: true}
jobs: {a: {steps: [{run: echo}]}}"
  push_files person src/a
  must_start
  run_ended
  status_ends person "$(tip person)" success
  wait_until "effects_of $run 'length > 0 and all(.state == \"dead\" or .state == \"coalesced\")' | grep -q true" "$LONG"
  has "why" "$(effects_of "$run" 'map(.last_error // "")')" "check runs need the token of a GitHub App"
  same "nothing is there" "$(checks_of person length)" 0
}

cancelled() {
  new_repo stopped <<< "on: push
report: {check: true}
jobs: {a: {steps: [{run: sleep 60}]}}"
  push_files stopped src/a
  must_start
  wait_until "[ \"\$(checks_of stopped '.[0].status')\" = '\"in_progress\"' ]" "$LONG"
  run=$(runs_of "$delivery" | head -n 1)
  "$FETTLE" runs cancel "$run"
  run_ended
  wait_until 'completed stopped' "$LONG"
  same "how it ended" "$(checks_of stopped 'map(.conclusion)')" '["cancelled"]'
}

# A replay of the delivery is a newer run of the same commit: the older one has nothing more to say.
newer() {
  new_repo twice <<< "on: push
report: {check: true}
jobs: {a: {steps: [{run: sleep 3}]}}"
  push_files twice src/a
  must_start
  wait_until "[ \"\$(checks_of twice '.[0].status')\" = '\"in_progress\"' ]" "$LONG"
  "$FETTLE" deliveries replay "$delivery" > /dev/null
  wait_until "runs_of $delivery length | grep -q 2" "$LONG"
  run_ended
  wait_until 'completed twice' "$LONG"
  wait_until "[ \"\$(checks_of twice length)\" = 2 ]" "$LONG"
  wait_until 'completed twice' "$LONG"
  same "both" "$(checks_of twice 'map(.conclusion)')" '["cancelled","success"]'
  same "one each" "$(checks_of twice 'map(.external_id) | unique | length')" 2
}

# No check runs at GitLab: a warning when the file is checked, and the status all the same.
other_forge() {
  new_repo gl-none <<< "on: push
report: {check: true}
jobs: {a: {steps: [{run: echo}]}}"
  local file="$DIR/repos/gl-none/.fettle/workflows/gl-none.yml" said
  said=$("$FETTLE" check -c "$DIR/fettle.yaml" "$file" 2>&1) || fail "it is only a warning: $said"
  has "the warning" "$said" "gl-none (gitlab) the commit status alone is posted [no-checks]"
  push_files gl-none src/a
  must_start
  run_ended
  status_ends gl-none "$(tip gl-none)" success
  same "no effect" "$(effects_of "$run" length)" 0
}

mkdir -p "$DIR/secrets"
make_secrets "$DIR"
secret_file "$DIR/secrets/token" "ghs_e2e00000000000000000000000000000000001"
shared_world
case_of 'what steps say about lines of files becomes the annotations of a completed check run' annotations
case_of 'annotations go in batches, each once, whatever is lost or killed' batches
case_of 'a lost answer to the creation makes no second check run' creation
case_of 'the token of a person posts the status, and the check says what it needs' person
case_of 'a cancelled run completes its check run' cancelled
case_of 'a newer run of the commit ends the check run of the older one' newer
case_of 'GitLab has no check runs: a warning, and the status' other_forge
finish_cases
