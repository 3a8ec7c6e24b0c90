#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The main job with real repositories, TLS and a forge: whose files and rights a run has, in which order its jobs run,
# and what the forges are told.
# usage: main.sh FOLDER-OF-THE-PROGRAMS      ONLY=FUNCTION runs one case
set -eu
. "$(dirname "$0")/lib.sh" "$1"
. "$(dirname "$0")/cases.sh"

REPOSITORIES="forks broken a-lib b-app c-one d-two e-three e-four spans other gl-push gl-mr gl-fork gl-sys gl-sysmr gt-push gt-pull
  talk gl-talk gt-talk lost gl-lost gt-lost queue"
CROSS='cross_repo_workflows:
  - {name: chain, repositories: [b-app, a-lib], coordination: sequential}
  - {name: together, repositories: [c-one, d-two], coordination: parallel}
  - {name: everywhere, repositories: [e-three, e-four], coordination: parallel}'

# ---- strangers ----

fork_change() {
  new_repo forks <<< 'on: [pull_request]
jobs:
  a:
    steps:
      - uses: checkout
      - name: look
        run: |
          echo "flow of the base"
          cat changed
          env
          timeout 3 bash -c "exec 3<>/dev/tcp/127.0.0.1/'"$LAB_PORT"'" 2> /dev/null && echo "reached the network"
          cat '"$DIR"'/secrets/token 2> /dev/null && echo "read a secret"
          true'
  local base
  base=$(tip forks)
  git_in forks checkout -q --detach
  echo "text of the stranger" > "$DIR/repos/forks/changed"
  workflow_file forks forks.yml 'on: [pull_request]
jobs: {a: {steps: [{run: echo flow of the stranger}]}}'
  workflow_file forks more.yml 'on: [pull_request]
jobs: {a: {steps: [{run: echo one more of the stranger}]}}'
  git_in forks update-ref refs/pull/5/head HEAD
  git_in forks checkout -q main
  pull_request forks 5 "$base" "$(tip forks refs/pull/5/head)" \
    '.pull_request.head.repo = {id: 999, name: "forks", full_name: "stranger/forks", owner: {login: "stranger", id: 8}}'
  must_start
  run_ended
  local log
  log=$(log_of "$run")
  same "one run" "$(runs_of "$delivery" length)" 1
  has "the flow" "$log" "flow of the base"
  has "the commit" "$log" "text of the stranger"
  has_not "the network" "$log" "reached the network"
  has_not "a secret file" "$log" "read a secret"
  has_not "the token" "$log" "$(cat "$DIR/secrets/token")"
  has_not "the environment of the server" "$log" "$FETTLE_E2E_CANARY"
  same "trusted" "$(runs_of "$delivery" '.[0].trusted')" false
  status_ends forks "$(tip forks refs/pull/5/head)" success fettle/forks
}

# GitLab names no base commit.
gitlab_fork_change() {
  new_repo gl-fork <<< 'on: {pull_request: {paths: [src/**]}}
jobs: {a: {steps: [{run: echo flow of the base}]}}'
  git_in gl-fork checkout -q --detach
  workflow_file gl-fork gl-fork.yml 'on: [pull_request]
jobs: {a: {steps: [{run: echo flow of the stranger}]}}'
  git_in gl-fork update-ref refs/merge-requests/4/head HEAD
  local fork='.object_attributes.source_project_id = 999
    | .object_attributes.source = {id: 999, path_with_namespace: "stranger/gl-fork", default_branch: "main"}'
  merge_request gl-fork 4 "$(tip gl-fork)" "$fork"
  must_not_start 'paths'
  commit gl-fork src/x > /dev/null
  git_in gl-fork update-ref refs/merge-requests/4/head HEAD
  git_in gl-fork checkout -q main
  merge_request gl-fork 4 "$(tip gl-fork refs/merge-requests/4/head)" \
    "$fork | .object_attributes.action = \"update\" | .object_attributes.oldrev = \"$(tip gl-fork main)\""
  must_start
  run_ended
  has "the flow" "$(log_of "$run")" "flow of the base"
}

broken_file() {
  new_repo broken <<< 'on: [push]
jobs: {a: {steps: [{run: echo fine}]}}'
  workflow_file broken bad.yml 'name: bad
on: [push]
jobs:
  a:
    stepps: [{run: echo}]'
  push_files broken src/x
  must_start
  status_ends broken "$(tip broken)" error fettle/.fettle/workflows/bad.yml
  has "the place" "$(last_status broken "$(tip broken)" description fettle/.fettle/workflows/bad.yml)" \
    '.fettle/workflows/bad.yml:5:5: '
  status_ends broken "$(tip broken)" success fettle/broken
}

# ---- several repositories ----

PLACE_FLOW='on: [push, pull_request]
jobs:
  one:
    steps:
      - uses: checkout
      - run: |
          echo "begin $GITHUB_REPOSITORY $(date +%s%N)"
          cat src/name
          sleep 1
          echo "end $GITHUB_REPOSITORY $(date +%s%N)"'

moment() { sed -n "s/.*$2 acme\/$3 \([0-9]*\).*/\1/p" <<< "$1"; } # LOG WORD NAME

sequential_follows_dependencies() {
  new_repo b-app <<< ""
  new_repo a-lib <<< ""
  workflow_file b-app chain.yml "$PLACE_FLOW"
  workflow_file a-lib chain.yml "$PLACE_FLOW"
  push_files b-app src/name
  must_start
  same "one run" "$(runs_of "$delivery" length)" 1
  run_ended
  same "the conclusion" "$conclusion" success
  local log
  log=$(log_of "$run")
  [ "$(moment "$log" end a-lib)" -lt "$(moment "$log" begin b-app)" ] || fail "b-app did not wait for a-lib: $log"
  status_ends b-app "$(tip b-app)" success fettle/chain
  local planned
  planned=$("$FETTLE" explain "$delivery" --json | jq -c '.workflows[] | select(.name == "chain") | .plan.jobs | sort_by(.key) | map([.key, .repo, .needs])')
  has "explain shows the jobs" "$planned" '"b-app",["a-lib'
  same "as the run had them" "$planned" \
    "$("$FETTLE" runs show "$run" --json | jq -c '.jobs | sort_by(.key) | map([.key, (.repository | split("/") | last), .needs])')"
}

parallel_runs_together() {
  new_repo d-two <<< ""
  new_repo c-one <<< ""
  workflow_file d-two together.yml "$PLACE_FLOW"
  workflow_file c-one together.yml "$PLACE_FLOW"
  push_files c-one src/name
  run_ended
  same "the conclusion" "$conclusion" success
  local log
  log=$(log_of "$run")
  [ "$(moment "$log" begin c-one)" -lt "$(moment "$log" end d-two)" ] || fail "c-one after d-two: $log"
  [ "$(moment "$log" begin d-two)" -lt "$(moment "$log" end c-one)" ] || fail "d-two after c-one: $log"
}

file_missing_somewhere() {
  new_repo e-three <<< ""
  new_repo e-four <<< ""
  workflow_file e-three everywhere.yml "$PLACE_FLOW"
  push_files e-three src/name
  must_start
  status_ends e-three "$(tip e-three)" error fettle/everywhere
  has "which file where" "$(last_status e-three "$(tip e-three)" description)" \
    'e-four: there is no .fettle/workflows/everywhere.yml'
  has "explain says the same" "$("$FETTLE" explain "$delivery")" 'e-four: there is no .fettle/workflows/everywhere.yml'
}

# A file in a repository may have jobs in others, which nobody asked for before the file was read.
jobs_in_other_repositories() {
  new_repo other <<< ""
  new_repo spans <<< 'on: [push]
jobs:
  here: {steps: [{uses: checkout}, {run: "echo here=$GITHUB_SHA; cat src/name"}]}
  there: {repo: other, steps: [{uses: checkout}, {run: "echo there=$GITHUB_SHA; cat src/name"}]}'
  push_files spans src/x
  run_ended
  same "the conclusion" "$conclusion" success
  has "its own commit" "$(log_of "$run")" "here=$(tip spans)"
  has "the other's commit" "$(log_of "$run")" "there=$(tip other)"
  status_ends spans "$(tip spans)" success fettle/spans
}

# ---- what the forges are told ----

FLOW='on: [push, pull_request]
jobs: {a: {steps: [{run: echo built}]}}'

gitlab_and_gitea_words() {
  new_repo gl-push <<< "$FLOW"
  new_repo gt-push <<< "$FLOW"
  push_files gl-push src/x
  must_start
  status_ends gl-push "$(tip gl-push)" success fettle/gl-push
  same "GitLab's words" "$(states_of gl-push "$(tip gl-push)" | sed 's/pending running/pending\/running/')" \
    "pending/running success"
  push_files gt-push src/x
  must_start
  status_ends gt-push "$(tip gt-push)" success fettle/gt-push
  has "Gitea's words" "$(states_of gt-push "$(tip gt-push)")" "pending success"
  must "the ledger has both" eval \
    'grep -q "projects/acme%2Fgl-push/statuses/" "$DIR/ledger.jsonl" && grep -q "repos/acme/gt-push/statuses/" "$DIR/ledger.jsonl"'
}

# The queue waits for the context that the change had, on a commit of its own.
merge_queue() {
  new_repo queue <<< 'on: [pull_request, merge_group]
jobs: {a: {steps: [{run: echo "for $GITHUB_EVENT_NAME"}]}}'
  local base group
  base=$(tip queue)
  git_in queue checkout -q -b topic
  commit queue src/topic > /dev/null
  git_in queue update-ref refs/pull/3/head HEAD
  pull_request queue 3 "$base" "$(tip queue topic)"
  must_start
  status_ends queue "$(tip queue topic)" success fettle/queue
  git_in queue checkout -q -b "gh-readonly-queue/main/pr-3-$base" main
  git_in queue merge -q --no-ff --no-edit topic > /dev/null
  group=$(tip queue)
  jq --arg sha "$group" --arg base "$base" '.action = "checks_requested" | del(.reason) |
    .merge_group |= . + {head_sha: $sha, base_sha: $base, head_ref: "refs/heads/gh-readonly-queue/main/pr-3-\($base)"} |
    .repository |= . + {id: 101, name: "queue", full_name: "acme/queue"}' \
    "$E2E/../fixtures/github/merge_group_destroyed.json" > "$DIR/payload.json"
  send queue merge_group "$DIR/payload.json"
  must_start
  run_ended
  has "the event" "$(log_of "$run")" "for merge_group"
  status_ends queue "$group" success fettle/queue
}

gitea_pull_request() {
  new_repo gt-pull <<< "$FLOW"
  git_in gt-pull checkout -q -b topic
  commit gt-pull src/topic > /dev/null
  git_in gt-pull update-ref refs/pull/3/head HEAD
  pull_request gt-pull 3 "$(tip gt-pull main)" "$(tip gt-pull)"
  must_start
  status_ends gt-pull "$(tip gt-pull)" success fettle/gt-pull
}

gitlab_merge_request() {
  new_repo gl-mr <<< "$FLOW"
  git_in gl-mr checkout -q -b topic
  commit gl-mr src/topic > /dev/null
  git_in gl-mr update-ref refs/merge-requests/3/head HEAD
  merge_request gl-mr 3 "$(tip gl-mr)"
  must_start
  status_ends gl-mr "$(tip gl-mr)" success fettle/gl-mr
}

gitlab_system_push() {
  new_repo gl-sys <<< "$FLOW"
  local before
  before=$(tip gl-sys)
  commit gl-sys src/x > /dev/null
  jq 'del(.object_kind) | .event_name = "push" | .commits = []' "$E2E/payloads/gitlab-push.json" > "$DIR/payload.json"
  send gl-sys "System Hook" "$DIR/payload.json" --substitute "BEFORE=$before" --substitute "SHA=$(tip gl-sys)" \
    --system --url "https://127.0.0.1:$HTTPS_PORT/hook/gitlab-system" --secret-file "$DIR/secrets/gitlab-system"
  must_start
  status_ends gl-sys "$(tip gl-sys)" success fettle/gl-sys
}

gitlab_system_merge_request() {
  new_repo gl-sysmr <<< "$FLOW"
  git_in gl-sysmr checkout -q -b topic
  commit gl-sysmr src/topic > /dev/null
  git_in gl-sysmr update-ref refs/merge-requests/6/head HEAD
  jq '.object_attributes.iid = 6' "$E2E/payloads/gitlab-merge-request.json" > "$DIR/payload.json"
  send gl-sysmr "System Hook" "$DIR/payload.json" --substitute "SHA=$(tip gl-sysmr)" \
    --system --url "https://127.0.0.1:$HTTPS_PORT/hook/gitlab-system" --secret-file "$DIR/secrets/gitlab-system"
  must_start
  status_ends gl-sysmr "$(tip gl-sysmr)" success fettle/gl-sysmr
}

issues_of() { lab_state | jq -c --arg r "acme/$1" '[.issues[] | select(.repo == $r) | .title]'; }

issue_flow() { # NAME
  new_repo "$1" <<< "on: [push]
jobs: {a: {steps: [{uses: issue, with: {title: \"first\", fingerprint: same}}]}}"
}

one_issue_each() {
  for name in talk gl-talk gt-talk; do
    issue_flow $name
    push_files $name src/x
    run_ended
    wait_until "[ '$(printf '["first"]')' = \"\$(issues_of $name)\" ]" "$LONG"
    sed -i 's/first/second/' "$DIR/repos/$name/.fettle/workflows/$name.yml"
    push_files $name src/x
    run_ended
    wait_until "[ '$(printf '["second"]')' = \"\$(issues_of $name)\" ]" "$LONG"
  done
}

one_issue_after_a_lost_answer() {
  local names="lost gl-lost gt-lost"
  lab_fault lost --count 3 --match /issues
  for name in $names; do
    issue_flow "$name"
    push_files "$name" src/x
    run_ended
    wait_until "[ \"\$(effects_open $run)\" = 0 ]" 40
    same "the issues of $name" "$(issues_of "$name")" '["first"]'
  done
  lab_fault clear
  grep -q '"fault":"lost"' "$DIR/ledger.jsonl" || fail "no answer was lost"
}

effects_open() { "$FETTLE" runs show "$1" --json | jq '[.effects[] | select(.settled_at == null)] | length'; }

export FETTLE_E2E_CANARY=canary-$$-of-the-server
shared_world "$CROSS"
if [ "$(isolation)" = bwrap ]; then
  case_of 'a change from a fork has the flow of the base, no network and no secrets' fork_change
  case_of 'a change from a fork at GitLab has the flow of the target branch' gitlab_fork_change
else
  echo "skipped - changes from forks: there is no bwrap here"
fi
case_of 'a broken file is an error with its place, and the others run' broken_file
case_of 'sequential repositories follow their dependencies' sequential_follows_dependencies
case_of 'parallel repositories run at the same time' parallel_runs_together
case_of 'a repository without the file is an error that says so' file_missing_somewhere
case_of 'a file of a repository has jobs in other repositories, at their newest commit' jobs_in_other_repositories
case_of 'GitLab and Gitea get their own words' gitlab_and_gitea_words
case_of 'a merge queue has the context of the change on its own commit' merge_queue
case_of 'a pull request at Gitea has its status on its head' gitea_pull_request
case_of 'a merge request has its status on its head' gitlab_merge_request
case_of 'a push of a GitLab system hook is a push' gitlab_system_push
case_of 'a merge request of a GitLab system hook is a change' gitlab_system_merge_request
case_of 'the same fingerprint is one issue on each forge, updated by the second' one_issue_each
case_of 'an answer lost while an issue is opened makes no second one' one_issue_after_a_lost_answer
finish_cases
