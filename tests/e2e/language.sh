#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The workflow language as a user meets it: one server, and workflow files that together use every word, checked by what
# their steps wrote. language/NAME.yml lies in the repository NAME and says at its end what must come of it:
#     # conclusion: WORD      # say: part of the log      # not: what the log has not      # show: jq over the run
# usage: language.sh FOLDER-OF-THE-PROGRAMS      ONLY=FUNCTION runs one case
set -eu
. "$(dirname "$0")/lib.sh" "$1"
. "$(dirname "$0")/cases.sh"
FILES=$E2E/language
REPOSITORIES="contexts results shells conditions matrix minutes calls library queue-all queue-latest queue-cancel chain broken
  stranger crash other"

world() {
  cd "$DIR"
  start_lab "$DIR"
  repositories > repositories.yaml
  make_config "$DIR"
  rm -f workflows/ci.yml
  secret_file secrets/deploy "production-4cGt1vR8Z"
  secret_file secrets/everywhere "everywhere-Lk2mQ9wX"
  cat >> fettle.yaml << 'END'
secrets:
  DEPLOY_KEY: {file: secrets/deploy, environments: [production]}
  EVERYWHERE: {file: secrets/everywhere}
vars: {REGION: eu, SHORT: '0.02'}
environments: {production: {branches: [main]}}
END
  start_fettle "$DIR"
}

shown() { "$FETTLE" runs show "$1" --json; }

# What the comments of the file ask for.
expect() { # FILE RUN CONCLUSION
  local log json key value
  log=$(log_of "$2")
  json=$(shown "$2")
  while IFS= read -r line; do
    key=${line%%: *} value=${line#*: }
    case $key in
    '# conclusion') same "the conclusion" "$3" "$value" ;;
    '# say') has "the log" "$log" "$value" ;;
    '# not') has_not "the log" "$log" "$value" ;;
    '# show') jq -e "$value" <<< "$json" > /dev/null || fail "not so: $value in $json" ;;
    esac
  done < "$1"
}

file_says() { # NAME
  [ -d "$DIR/repos/$1" ] || new_repo "$1" <<< "$(cat "$FILES/$1.yml")"
  push_files "$1" src/x
  must_start
  run_ended 60
  expect "$FILES/$1.yml" "$run" "$conclusion"
}

contexts() { file_says contexts; }
results() { file_says results; }
shells() { file_says shells; }
conditions() { file_says conditions; }
matrix() { file_says matrix; }
minutes() { file_says minutes; }

calls() {
  new_repo library < "$FILES/shared.yml"
  git_in library mv .fettle/workflows/library.yml .fettle/workflows/shared.yml
  git_in library commit -q -m v1
  workflow_file library beside.yml 'on: workflow_call
jobs: {a: {steps: [{run: echo "beside v1"}]}}'
  git_in library tag v1
  sed -i 's/\(shared\|beside\) v1/\1 v2/' "$DIR/repos/library/.fettle/workflows/"*.yml
  git_in library commit -q -a -m v2
  new_repo calls < "$FILES/calls.yml"
  workflow_file calls called.yml "$(cat "$FILES/called.yml")"
  file_says calls
  same "what explain shows" \
    "$("$FETTLE" explain "$delivery" --json | jq -c '.workflows[] | select(.name == "calls") | [.plan.jobs[].key] | sort')" \
    "$(shown "$run" | jq -c '[.jobs[] | select((.steps | length) > 0) | .key] | sort')"
}

# ---- concurrency ----

# The first one holds its group until the others have come, also on a busy machine.
group_flow() { # NAME MORE SECONDS
  new_repo "$1" << END
on: push
concurrency: {group: 'of-\${{ github.repository }}', $2}
jobs: {a: {steps: [{run: "echo begin; sleep $3; echo end"}]}}
END
}

three_pushes() { # NAME: sets $said, the conclusions in order
  local deliveries="" d
  for _ in 1 2 3; do
    push_files "$1" src/x
    deliveries="$deliveries $delivery"
  done
  said=
  for d in $deliveries; do
    delivery=$d
    run_ended 30
    said="$said$conclusion "
  done
}

queue_all() {
  group_flow queue-all 'queue: all' 1
  three_pushes queue-all
  same "each in its turn" "$said" "success success success "
}
queue_latest() {
  group_flow queue-latest 'cancel-in-progress: false' 6
  three_pushes queue-latest
  same "the one in the middle" "$said" "success cancelled success "
  status_ends queue-latest "$(tip queue-latest)" success
}
queue_cancel() {
  group_flow queue-cancel "cancel-in-progress: \"\${{ github.event_name == 'push' }}\"" 6
  three_pushes queue-cancel
  same "only the last" "$said" "cancelled cancelled success "
}

# ---- one workflow after another ----

chained() {
  new_repo chain <<< 'name: first
on: push
jobs: {a: {steps: [{run: echo first}]}}'
  workflow_file chain second.yml 'name: second
on: {workflow_run: {workflows: [first], types: [completed], branches: [main]}}
jobs:
  a:
    if: github.event.workflow_run.conclusion == '"'success'"'
    env: {W: "${{ github.event.workflow_run.name }} ${{ github.event.workflow_run.head_sha }} ${{ github.event_name }}"}
    steps: [{run: "echo after $W"}]'
  push_files chain src/x
  must_start
  run_ended
  wait_until "second_of $run" "$LONG"
  same "once" "$("$FETTLE" runs --json --limit 100 | jq '[.runs[] | select(.workflow == "second")] | length')" 1
  second=$("$FETTLE" runs --json --limit 100 | jq -r '.runs[] | select(.workflow == "second") | .id')
  has "what it is told" "$(log_of "$second")" "after first $(tip chain) workflow_run"
}
second_of() { "$FETTLE" runs --json --limit 100 | jq -e '.runs[] | select(.workflow == "second" and .conclusion == "success")'; }

# ---- what is wrong ----

broken_files() {
  new_repo broken <<< 'on: [push]
jobs: {a: {steps: [{run: echo fine}]}}'
  workflow_file broken expression.yml 'on: [push]
jobs:
  a:
    if: github.ref = 1
    steps: [{run: echo}]'
  workflow_file broken script.yml 'on: [push]
jobs:
  a:
    steps:
      - run: echo "${{ github.event.head_commit.message }}"'
  workflow_file broken later.yml 'on: [push]
jobs:
  a:
    steps: [{run: echo, parallel: 3}]'
  push_files broken src/x
  must_start
  local sha
  sha=$(tip broken)
  status_ends broken "$sha" error fettle/.fettle/workflows/expression.yml
  has "the place" "$(last_status broken "$sha" description fettle/.fettle/workflows/expression.yml)" 'expression.yml:4:20: '
  status_ends broken "$sha" error fettle/.fettle/workflows/script.yml
  has "the place" "$(last_status broken "$sha" description fettle/.fettle/workflows/script.yml)" 'script.yml:5:20: '
  has "the mending" "$(last_status broken "$sha" description fettle/.fettle/workflows/script.yml)" 'env'
  status_ends broken "$sha" error fettle/.fettle/workflows/later.yml
  has "the word" "$(last_status broken "$sha" description fettle/.fettle/workflows/later.yml)" 'parallel'
  status_ends broken "$sha" success fettle/broken
}

# What can be known only at the moment is the job's failure, with the reason.
wrong_at_run() {
  new_repo other <<< 'on: push
jobs:
  list: {outputs: {nothing: ""}, steps: [{run: echo}]}
  legs:
    needs: list
    strategy: {matrix: "${{ fromJSON(needs.list.outputs.nothing) }}"}
    steps: [{run: echo never}]
  late:
    timeout-minutes: ${{ github.ref }}
    steps: [{run: echo never}]
  fine: {steps: [{run: echo fine}]}'
  push_files other src/x
  must_start
  run_ended
  same "the conclusion" "$conclusion" error
  has_not "the log" "$(log_of "$run")" never
  has "the log" "$(log_of "$run")" fine
  same "the reasons" "$(shown "$run" | jq '[.jobs[] | select(.key == "legs" or .key == "late") | .detail | length > 10] | all')" true
}

stranger() {
  new_repo stranger <<< 'on: [pull_request]
jobs:
  a:
    env: {KEY: "${{ secrets.EVERYWHERE }}", REGION: "${{ vars.REGION }}", T: "${{ event.trusted }}"}
    steps: [{run: "echo base ${#KEY} $REGION $T"}]'
  local base
  base=$(tip stranger)
  git_in stranger checkout -q --detach
  workflow_file stranger stranger.yml 'on: [pull_request]
jobs: {a: {steps: [{run: echo mine}]}}'
  git_in stranger update-ref refs/pull/5/head HEAD
  git_in stranger checkout -q main
  pull_request stranger 5 "$base" "$(tip stranger refs/pull/5/head)" \
    '.pull_request.head.repo = {id: 999, name: "stranger", full_name: "eve/stranger", owner: {login: "eve", id: 8}}'
  must_start
  run_ended
  has "the file of the base, and no secret" "$(log_of "$run")" "base 0 eu false"
  has_not "the file of the change" "$(log_of "$run")" mine
  pull_request stranger 6 "$base" "$(tip stranger refs/pull/5/head)"
  run_ended
  has "one of ours has its own file" "$(log_of "$run")" mine
}

# ---- kill -9 ----

crash() {
  new_repo crash <<< 'on: push
env: {WHO: "${{ github.actor }}"}
jobs:
  list:
    outputs: {n: "${{ steps.l.outputs.n }}"}
    steps: [{id: l, run: "echo n=[1,2,3,4] >> $GITHUB_OUTPUT; echo once list"}]
  legs:
    needs: list
    strategy: {max-parallel: 2, fail-fast: false, matrix: {n: "${{ fromJSON(needs.list.outputs.n) }}"}}
    outputs: {last: "${{ steps.two.outputs.word }}"}
    env: {N: "${{ matrix.n }}"}
    steps:
      - id: one
        run: "echo once one $N; echo word=w$N >> $GITHUB_OUTPUT; echo KEPT=k$N >> $GITHUB_ENV; sleep 0.5"
      - id: two
        env: {W: "${{ steps.one.outputs.word }}"}
        run: "sleep 0.4; echo once two $N $W $KEPT $WHO; echo word=$W >> $GITHUB_OUTPUT"
  after:
    needs: legs
    env: {L: "${{ needs.legs.result }} ${{ needs.legs.outputs.last }} ${{ github.event.pusher.name }}"}
    steps: [{run: "echo once after $L"}]'
  push_files crash src/x
  must_start
  local kills=0 log n
  until runs_of "$delivery" 'length > 0 and all(.state == "done")' | grep -q true; do
    kills=$((kills + 1))
    [ $kills -lt 12 ] || fail "no end after $kills crashes"
    sleep 0.4
    kill -9 "$FETTLE_PID"
    stop_fettle KILL
    start_fettle "$DIR"
  done
  run_ended 30
  same "the conclusion" "$conclusion" success
  [ $kills -gt 1 ] || fail "it was not killed in the middle"
  log=$(log_of "$run")
  for n in 1 2 3 4; do
    same "leg $n" "$(grep -c "^once one $n\$" <<< "$log") $(grep -c "^once two $n w$n k$n ann\$" <<< "$log")" "1 1"
  done
  same "before" "$(grep -c '^once list$' <<< "$log")" 1
  has "after" "$log" "once after success w"
  status_ends crash "$(tip crash)" success fettle/crash
}

world
case_of 'every context, env on three levels, run-name and names with expressions' contexts
case_of 'outputs, environment, path, summary, annotations and masks of steps' results
case_of 'shells, working-directory and defaults on three levels' shells
case_of 'if with status functions, continue-on-error, what skipping means' conditions
case_of 'matrix: include, exclude, dynamic, fail-fast, max-parallel, outputs of legs' matrix
case_of 'time limits by expression, hashFiles, permissions, secrets of an environment' minutes
case_of 'reusable workflows, of here and of another repository at a ref' calls
case_of 'concurrency with queue: all lets each have its turn' queue_all
case_of 'concurrency keeps only the latest that waits' queue_latest
case_of 'cancel-in-progress by expression leaves only the last' queue_cancel
case_of 'workflow_run starts one after another, once' chained
case_of 'broken files say where on the change, and the others run' broken_files
case_of 'what is wrong only at its moment fails its job with the reason' wrong_at_run
if [ "$(isolation)" = bwrap ]; then
  case_of 'a stranger has the files of the base and no secret' stranger
else
  echo "skipped - a stranger: there is no bwrap here"
fi
case_of 'kill -9 again and again in a matrix: every step once, every output there' crash
finish_cases
