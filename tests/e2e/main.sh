#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The main job with real repositories, TLS and a forge: which workflows an event starts and from which commit, in
# which order their jobs run, and what the forges are told.
# usage: main.sh FOLDER-OF-THE-PROGRAMS      ONLY=FUNCTION runs one case
set -eu
. "$(dirname "$0")/lib.sh" "$1"
. "$(dirname "$0")/cases.sh"

REPOSITORIES="paths branches forced ignored changes tags forks broken a-lib b-app c-one d-two e-three e-four f-home f-bare
  hub gl-push gl-mr gl-fork gl-sys gt-push talk gl-talk gt-talk lost gl-lost gt-lost names files quotes wide"

FLOW_ON_SRC='on: {push: {paths: [src/**]}}
jobs: {a: {steps: [{run: echo built}]}}'

# ---- path filters ----

push_to_paths() {
  new_repo paths <<< "$FLOW_ON_SRC"
  push_files paths src/a.c
  must_start
  run_ended
  same "the conclusion" "$conclusion" success
  status_ends paths "$(tip paths)" success fettle/paths
  push_files paths docs/a.md
  must_not_start 'paths: "docs/a.md" is not wanted'
  push_files paths docs/a.md src/b.c
  must_start
}

truncated_payload() {
  new_repo wide <<< "$FLOW_ON_SRC"
  local before
  before=$(tip wide)
  commit wide docs/a > /dev/null
  push_ref wide refs/heads/main "$before" "$(tip wide)" '.commits = [] | .head_commit = null'
  must_not_start 'docs/a'
  before=$(tip wide)
  commit wide src/deep/er/x > /dev/null
  commit wide docs/last > /dev/null
  push_ref wide refs/heads/main "$before" "$(tip wide)" 'del(.commits) | .commits = []'
  must_start
  before=$(tip wide)
  commit wide docs/lies > /dev/null
  push_ref wide refs/heads/main "$before" "$(tip wide)" '.commits[0].modified = ["src/claimed-but-not-true"]'
  must_not_start 'docs/lies'
  git_in wide rm -q -r src/deep
  git_in wide commit -q -m "a file goes"
  push_ref wide refs/heads/main "$(tip wide HEAD~1)" "$(tip wide)"
  must_start
}

new_branch() {
  new_repo branches <<< "$FLOW_ON_SRC"
  git_in branches checkout -q -b topic
  commit branches docs/one > /dev/null
  git_in branches checkout -q main
  commit branches src/on-main > /dev/null # not on the branch, so none of its changes
  push_ref branches refs/heads/topic $ZEROS "$(tip branches topic)" '.created = true | .commits = []'
  must_not_start 'docs/one'
  git_in branches checkout -q -b other topic
  commit branches src/two > /dev/null
  commit branches docs/three > /dev/null
  push_ref branches refs/heads/other $ZEROS "$(tip branches other)" '.created = true'
  must_start
  # The default branch moved on to a commit that was seen before: a branch made there changes nothing.
  git_in branches checkout -q main
  git_in branches merge -q --no-edit other > /dev/null
  push_ref branches refs/heads/side $ZEROS "$(tip branches topic)" '.created = true'
  must_not_start 'paths'
}

forced_push() {
  new_repo forced <<< "$FLOW_ON_SRC"
  local base old
  base=$(tip forced)
  git_in forced checkout -q -b topic
  push_ref forced refs/heads/topic $ZEROS "$(tip forced)" '.created = true'
  commit forced src/old > /dev/null
  old=$(tip forced)
  push_ref forced refs/heads/topic "$base" "$old"
  must_start
  git_in forced reset -q --hard "$base"
  commit forced docs/new > /dev/null
  push_ref forced refs/heads/topic "$old" "$(tip forced)" '.forced = true' # takes src/old away
  must_start
  old=$(tip forced)
  git_in forced reset -q --hard HEAD~1
  commit forced docs/newer > /dev/null
  push_ref forced refs/heads/topic "$old" "$(tip forced)" '.forced = true'
  must_not_start 'docs/new'
  # What was there before was never seen here and is gone: counted from where the branch left main.
  git_in forced commit -q --amend -m amended
  old=$(printf '%040d' 7)
  push_ref forced refs/heads/topic "$old" "$(tip forced)" '.forced = true'
  must_not_start 'docs/newer'
  commit forced src/gone > /dev/null
  push_ref forced refs/heads/topic "$(printf '%040d' 8)" "$(tip forced)" '.forced = true'
  must_start
  # Not seen, on no branch any more, but still given out by its id.
  commit forced src/unseen > /dev/null
  old=$(tip forced)
  git_in forced reset -q --hard HEAD~1
  commit forced docs/last > /dev/null
  push_ref forced refs/heads/topic "$old" "$(tip forced)" '.forced = true'
  must_start
}

paths_ignore() {
  new_repo ignored <<< 'on: {push: {paths-ignore: [docs/**, "*.md"]}}
jobs: {a: {steps: [{run: echo built}]}}'
  push_files ignored docs/a README.md
  must_not_start 'paths-ignore'
  push_files ignored docs/a src/x
  must_start
}

change_from_merge_base() {
  new_repo changes <<< 'on: {pull_request: {paths: [src/**]}}
jobs: {a: {steps: [{run: echo built}]}}'
  git_in changes checkout -q -b topic
  commit changes docs/topic > /dev/null
  git_in changes checkout -q main
  commit changes src/main-went-on > /dev/null
  pull_request changes 1 "$(tip changes main)" "$(tip changes topic)"
  must_not_start 'docs/topic'
  git_in changes checkout -q topic
  commit changes src/topic > /dev/null
  pull_request changes 1 "$(tip changes main)" "$(tip changes topic)"
  must_start
  status_ends changes "$(tip changes topic)" success fettle/changes
  pull_request changes 2 "$(printf '%040d' 9)" "$(tip changes topic)" # a base that nobody has any more
  must_start
}

annotated_tag() {
  new_repo tags <<< 'on: {push: {tags: ["v*"]}}
jobs: {a: {steps: [{uses: checkout}, {run: "echo sha=$GITHUB_SHA ref=$GITHUB_REF type=$GITHUB_REF_TYPE"}]}}'
  git_in tags tag -a -m "release" v1 HEAD
  push_ref tags refs/tags/v1 $ZEROS "$(git_in tags rev-parse v1)" '.created = true'
  must_start
  run_ended
  same "the conclusion" "$conclusion" success
  has "the commit, not the tag" "$(log_of "$run")" "sha=$(tip tags) ref=refs/tags/v1 type=tag"
  status_ends tags "$(tip tags)" success fettle/tags
  same "nothing on the tag object" "$(states_of tags "$(git_in tags rev-parse v1)")" ""
  push_files tags src/x
  must_not_start 'branches'
}

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

# ---- strange names ----

strange_names() {
  new_repo names <<< 'on: {push: {branches: ["**"]}}
jobs: {a: {steps: [{uses: checkout}, {run: "echo ref=$GITHUB_REF_NAME"}]}}'
  for ref in refs/heads/--upload-pack=touch refs/heads/-x refs/heads/a..b 'refs/heads/a b' 'refs/heads/x.lock' main \
    'refs/heads/^x' 'refs/heads/a:refs/heads/b' '--upload-pack=touch'; do
    push_ref names "$ref" "$(tip names HEAD~1)" "$(tip names)"
    same "$ref" "$state" invalid
  done
  local name
  for name in 'a"b' "it's" '$(id)' '`id`' 'x;id' 'x|id' 'x&&id' 'ümläut'; do
    git_in names branch -q -f -- "$name" HEAD
    push_ref names "refs/heads/$name" "$(tip names HEAD~1)" "$(tip names)"
    must_start
    run_ended
    same "$name" "$conclusion" success
    has "as it is" "$(log_of "$run")" "ref=$name"
    has_not "nothing ran" "$(log_of "$run")" "uid="
  done
}

strange_files() {
  new_repo files <<< 'on: {push: {paths: ["src/*line", "quo\"te", "$(id)"]}}
jobs: {a: {steps: [{run: echo built}]}}'
  push_files files $'src/with\nnewlines' # git itself would quote these names
  must_not_start 'paths'
  push_files files $'src/with\nnewline'
  must_start
  push_files files 'quo"te'
  must_start
  push_files files '$(id)'
  must_start
  push_files files $'src/\xff\xfe'
  must_not_start 'paths'
}

export FETTLE_E2E_CANARY=canary-$$-of-the-server
cd "$DIR"
start_lab "$DIR"
repositories > repositories.yaml
cat >> repositories.yaml << 'END'
cross_repo_workflows:
  - {name: chain, repositories: [b-app, a-lib], coordination: sequential}
  - {name: together, repositories: [c-one, d-two], coordination: parallel}
  - {name: everywhere, repositories: [e-three, e-four], coordination: parallel}
END
sed -i 's/name: b-app, /name: b-app, dependencies: [a-lib], /' repositories.yaml
make_config "$DIR"
rm -f workflows/ci.yml
start_fettle "$DIR"

case_of 'a push starts what its paths ask for, and nothing else' push_to_paths
case_of 'paths come from git, whatever the list of commits says' truncated_payload
case_of 'a new branch is compared with where it left the default branch' new_branch
case_of 'a forced push is compared with what was there, or with the default branch when that is gone' forced_push
case_of 'paths-ignore wants one path that is not ignored' paths_ignore
case_of 'a change is compared with its merge base' change_from_merge_base
case_of 'an annotated tag runs and reports on its commit' annotated_tag
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
case_of 'GitLab and Gitea get their own words' gitlab_and_gitea_words
case_of 'a merge request has its status on its head' gitlab_merge_request
case_of 'a push of a GitLab system hook is a push' gitlab_system_push
case_of 'the same fingerprint is one issue on each forge, updated by the second' one_issue_each
case_of 'an answer lost while an issue is opened makes no second one' one_issue_after_a_lost_answer
case_of 'names that git forbids are invalid, others are only text' strange_names
case_of 'file names may hold anything' strange_files
finish_cases
