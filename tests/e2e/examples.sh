#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The examples that users copy (config/examples/workflows), word for word, with real repositories, steps and a forge.
# usage: examples.sh FOLDER-OF-THE-PROGRAMS      ONLY=FUNCTION runs one case
set -eu
. "$(dirname "$0")/lib.sh" "$1"
. "$(dirname "$0")/cases.sh"
EXAMPLES=$(cd "$E2E/../../config/examples/workflows" && pwd)

# ---- the world: three repositories of the second example on two forges, one each for the others ----

cd "$DIR"
mkdir -p workflows
cp "$EXAMPLES/ship.yml" workflows/
start_lab "$DIR"
cat > repositories.yaml << END
repositories:
  - {name: backend, id: 'github:acme/backend', url: '$DIR/repos/backend', default_branch: main}
  - {name: frontend, id: 'gitlab:acme/web/frontend', url: '$DIR/repos/frontend', default_branch: main, dependencies: [backend]}
  - {name: deploy, id: 'gitlab:ops/deploy', url: '$DIR/repos/deploy', default_branch: main, dependencies: [backend, frontend]}
  - {name: shards, id: 'github:acme/shards', url: '$DIR/repos/shards', default_branch: main}
  - {name: tickets, id: 'github:acme/tickets', url: '$DIR/repos/tickets', default_branch: main}
END
make_config "$DIR"

make_program() { # NAME FILE TEXT: one more file in that repository, which can be run
  mkdir -p "$(dirname "$DIR/repos/$1/$2")"
  printf '%s\n' "$3" > "$DIR/repos/$1/$2"
  chmod +x "$DIR/repos/$1/$2"
  git_in "$1" add -A
  git_in "$1" commit -q -m "$2"
}
make_rule() { # NAME TEXT: its Makefile
  make_program "$1" Makefile "$2"
}

make_rule backend "$(printf 'image:\n\t@echo the image of $$(git rev-parse HEAD)')"
make_rule frontend "$(printf 'test:\n\t@echo "testing against $$BACKEND_TAG" && test ! -e broken')"
make_repo "$DIR/repos" deploy
make_program deploy deploy.sh '#!/bin/sh
echo "begin of $1 $(date +%s%N)"; sleep 1; echo "end of $1 $(date +%s%N)"'
start_fettle "$DIR"

job_of() { # RUN KEY [JQ-FILTER over the job]
  "$FETTLE" runs show "$1" --json | jq -r --arg k "$2" '.jobs[] | select(.key == $k) | '"${3:-.conclusion}"
}

# ---- 1: one file for changes and for main ----

shard_project() {
  make_repo "$DIR/repos" shards
  workflow_file shards ci.yml "$(cat "$EXAMPLES/ci-shards.yml")"
  make_program shards CMakeLists.txt 'cmake_minimum_required(VERSION 3.20)
project(shards NONE)
enable_testing()
foreach(n RANGE 1 4)
  add_test(NAME part_${n} COMMAND ${CMAKE_COMMAND} -E true)
endforeach()
add_custom_target(slow ALL COMMAND sh ${CMAKE_SOURCE_DIR}/src/slow.sh)'
  make_program shards src/slow.sh 'true'
}

ci_in_shards() {
  command -v cmake > /dev/null || { echo "skipped: no cmake"; return 0; }
  shard_project
  push_files shards src/name
  must_start
  run_ended 60
  same "the conclusion" "$conclusion" success
  local log
  log=$(log_of "$run")
  for n in 1 2 3 4; do has "each part" "$log" "part_$n"; done
  same "two legs" "$("$FETTLE" runs show "$run" --json | jq '[.jobs[] | select(.key | startswith("test ("))] | length')" 2
  same "the tests of both" "$(grep -c '100% tests passed, 0 tests failed out of 2' <<< "$log")" 2
  status_ends shards "$(tip shards)" success fettle/ci-shards

  local base
  base=$(tip shards)
  git_in shards checkout -q -b topic
  commit shards docs/text > /dev/null
  git_in shards update-ref refs/pull/7/head HEAD
  pull_request shards 7 "$base" "$(tip shards)"
  must_not_start paths
  make_program shards src/slow.sh 'echo slow build; sleep 30'
  git_in shards update-ref refs/pull/7/head HEAD
  pull_request shards 7 "$base" "$(tip shards)"
  must_start
  local older=$delivery old_head
  old_head=$(tip shards)
  wait_until "log_of \"\$(runs_of $older)\" | grep -q 'slow build'" "$LONG"
  make_program shards src/slow.sh 'true # quick again'
  git_in shards update-ref refs/pull/7/head HEAD
  pull_request shards 7 "$base" "$(tip shards)" '.action = "synchronize"'
  must_start
  run_ended 60
  same "the newer" "$conclusion" success
  same "the older" "$(runs_of "$older" '.[0].conclusion')" cancelled
  status_ends shards "$(tip shards)" success fettle/ci-shards
  wait_until "[ \"\$(last_status shards $old_head state fettle/ci-shards)\" != pending ]" "$LONG"
}

# ---- 2: three repositories on two forges ----

ship_change() { # NUMBER: a change of the back end with the label
  local base
  base=$(tip backend main)
  git_in backend checkout -q --detach main
  commit backend src/name > /dev/null
  git_in backend update-ref "refs/pull/$1/head" HEAD
  git_in backend checkout -q main
  head=$(tip backend "refs/pull/$1/head")
  pull_request backend "$1" "$base" "$head" '.pull_request.labels = [{name: "full-stack"}] | .pull_request.title = "new API"'
}

ship_three_repositories() {
  pull_request backend 3 "$(tip backend main~1)" "$(tip backend main)"
  must_not_start labels
  ship_change 4
  must_start
  run_ended 60
  same "the conclusion" "$conclusion" success
  local log
  log=$(log_of "$run")
  has "the front end has the commit of the back end" "$log" "testing against $head"
  has "and so has the release" "$log" "end of $head"
  same "nobody to tell" "$(job_of "$run" tell)" skipped
  same "no issue" "$(lab_state | jq '[.issues[] | select(.title | startswith("ship fails"))] | length')" 0
  status_ends backend "$head" success fettle/ship
}

# Two runs at once, one deployment at a time.
production_is_one_at_a_time() {
  ship_change 5
  local first=$delivery one=$head
  ship_change 6
  run_ended 60
  local second=$run log words
  delivery=$first
  run_ended 60
  log=$(log_of "$run"; log_of "$second")
  same "both" "$(job_of "$run" release) $(job_of "$second" release)" "success success"
  words=$(grep -o '\(begin\|end\) of [0-9a-f]* [0-9]*$' <<< "$log" | sort -k 4 | cut -d ' ' -f 1 | tr '\n' ' ')
  same "one after the other" "$words" "begin end begin end "
  has "the first" "$log" "begin of $one"
}

a_failure_is_one_issue() {
  commit frontend broken > /dev/null
  local round
  for round in 11 12; do
    ship_change $round
    run_ended 60
    same "the conclusion" "$conclusion" failure
    same "the release" "$(job_of "$run" release)" skipped
    same "it is told" "$(job_of "$run" tell)" success
    status_ends backend "$head" failure fettle/ship
    wait_until "[ \"\$(effects_open $run)\" = 0 ]" "$LONG"
  done
  git_in frontend rm -q broken
  git_in frontend commit -q -m mended
  same "the issues" "$(lab_state | jq -c '[.issues[] | select(.title == "ship fails on new API") | .repo]')" \
    '["acme/web/frontend"]'
}
effects_open() { "$FETTLE" runs show "$1" --json | jq '[.effects[] | select(.settled_at == null)] | length'; }

comment() { # NAME TEXT [JQ-FILTER]
  jq --arg b "$2" "$(repository_words "$1") | .comment.body = \$b | .issue.title = \"new API\" | ${3:-.}" \
    "$E2E/../fixtures/github/issue_comment_on_change.json" > "$DIR/payload.json"
  send "$1" issue_comment "$DIR/payload.json"
}
repository_words() { echo ".repository.id = $(number_of "$1") | .repository.name = \"$1\" | .repository.full_name = \"acme/$1\""; }

ship_by_comment() {
  "$FETTLE" lab member --url "$LAB_URL" ann --repo acme/backend --forge github --id 11 --level write
  "$FETTLE" lab member --url "$LAB_URL" eve --repo acme/backend --forge github --id 12 --level read
  git_in backend update-ref refs/pull/7/head main
  comment backend 'ship it'
  must_not_start commands
  comment backend '/ship' '.sender.login = "eve" | .sender.id = 12'
  must_not_start permission
  comment backend '/ship now'
  must_start
  run_ended 60
  same "the conclusion" "$conclusion" success
  has "the newest commit of main" "$(log_of "$run")" "end of $(tip backend main)"
}

# ---- 3: from an issue ----

issue_labeled() { # LABEL
  jq --arg l "$1" "$(repository_words tickets)"' | .action = "labeled" | .label = {name: $l} | .issue.labels = [{name: $l}]
    | .issue.title = "It \"broke\" $(again)" | .issue.updated_at = (now | tostring)' \
    "$E2E/../fixtures/github/issues_closed.json" > "$DIR/payload.json"
  send tickets issues "$DIR/payload.json"
}

from_an_issue() {
  make_repo "$DIR/repos" tickets
  workflow_file tickets fix-issue.yml "$(cat "$EXAMPLES/fix-issue.yml")"
  "$FETTLE" lab member --url "$LAB_URL" ann --repo acme/tickets --forge github --id 11 --level write
  make_rule tickets "$(printf 'test:\n\t@test ! -e src/broken')"
  issue_labeled other
  must_not_start labels
  issue_labeled auto-fix
  must_start
  run_ended 60
  same "the conclusion" "$conclusion" success
  has "outputs of many lines" "$(log_of "$run")" 'to mend #7: It "broke" $(again)'
  same "the verdict" "$(job_of "$run" fix .outputs.verdict)" green
  same "no issue" "$(lab_state | jq '[.issues[] | select(.repo == "acme/tickets")] | length')" 0
  commit tickets src/broken > /dev/null
  issue_labeled auto-fix
  run_ended 60
  same "the verdict" "$(job_of "$run" fix .outputs.verdict)" red
  wait_until "state_has '[.issues[] | select(.repo == \"acme/tickets\")] | length == 1'" "$LONG"
  local issue
  issue=$(lab_state | jq -c '.issues[] | select(.repo == "acme/tickets")')
  same "its title" "$(jq -r .title <<< "$issue")" 'Not mended: It "broke" $(again)'
  has "its text" "$(grep '/repos/acme/tickets/issues"' "$DIR/ledger.jsonl" | jq -r '.body.body? // empty')" \
    'looked at .fettle/workflows/fix-issue.yml first'
}

case_of 'a file for changes and main: paths, shards, and an older run of a change is cancelled' ci_in_shards
case_of 'three repositories on two forges are one run, and outputs go from one to the next' ship_three_repositories
case_of 'the group production is one at a time, over runs and repositories' production_is_one_at_a_time
case_of 'a failure is told once, in an issue of the repository that failed' a_failure_is_one_issue
case_of 'a comment /ship starts it, of somebody who may write' ship_by_comment
case_of 'an issue with the label starts a job, and steps hand on what they found' from_an_issue
finish_cases
