#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Which workflows an event starts, with real repositories: path filters from git objects, refs, tags, strange names.
# usage: main_paths.sh FOLDER-OF-THE-PROGRAMS      ONLY=FUNCTION runs one case
set -eu
. "$(dirname "$0")/lib.sh" "$1"
. "$(dirname "$0")/cases.sh"

REPOSITORIES="paths branches forced ignored changes tags names files wide late"

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

# Forges tell of a commit before every one of their machines gives it out.
commit_comes_late() {
  LONG=60 # four tries, with waits of up to half a minute in all
  new_repo late <<< "$FLOW_ON_SRC"
  local before
  before=$(tip late)
  cp -r "$DIR/repos/late" "$DIR/repos/elsewhere"
  commit elsewhere src/x > /dev/null
  (sleep 1.5 && git_in late fetch -q "$DIR/repos/elsewhere" +main:refs/heads/arrived) &
  push_ref late refs/heads/main "$before" "$(tip elsewhere)"
  must_start
  wait
  push_ref late refs/heads/main "$before" "$(printf '%040d' 6)" # never comes
  must_not_start 'has no object'
}

unknown_repository() {
  push_ref nobody refs/heads/main "$(printf '%040d' 1)" "$(printf '%040d' 2)"
  must_not_start 'github:acme/nobody: not in repositories.yaml'
}

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

shared_world
case_of 'a push starts what its paths ask for, and nothing else' push_to_paths
case_of 'paths come from git, whatever the list of commits says' truncated_payload
case_of 'a new branch is compared with where it left the default branch' new_branch
case_of 'a forced push is compared with what was there, or with the default branch when that is gone' forced_push
case_of 'paths-ignore wants one path that is not ignored' paths_ignore
case_of 'a change is compared with its merge base' change_from_merge_base
case_of 'an annotated tag runs and reports on its commit' annotated_tag
case_of 'a commit that the forge does not give out yet is waited for' commit_comes_late
case_of 'a repository that is not configured is told as that' unknown_repository
case_of 'names that git forbids are invalid, others are only text' strange_names
case_of 'file names may hold anything' strange_files
finish_cases
