#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# fettle run: a workflow on a working copy, with the engine of the server.
#     run.sh BIN-FOLDER
. "$(dirname "$0")/verbs_lib.sh" "$@"
[ -x "$bin/fettle-shim" ] || { echo "there is no fettle-shim in $bin"; exit 1; }
isolation=none
if command -v bwrap >/dev/null && bwrap --ro-bind / / --unshare-pid true 2>/dev/null; then isolation=bwrap; fi
mkdir tmp && export TMPDIR=$tmp/tmp
here() { timeout 60 fettle run --isolation $isolation "$@"; }
commit() { git add -A && git -c user.name=ann -c user.email=ann@example.com -c commit.gpgsign=false commit -q -m "$1"; }

mkdir -p copy/.fettle/workflows && cd copy || exit 1
run 4 here nothing.yml
printf 'on: push\njobs: {a: {steps: [{run: echo said}]}}\n' >plain.yml
run 4 here plain.yml; has 'a working copy is wanted' "$err" '--dir'
git init -q -b main .
run 4 here plain.yml; has 'a commit is wanted' "$err" 'no commit'
cat >.fettle/workflows/ci.yml <<'END'
name: ci
on:
  pull_request:
  push: {branches: [never]}
jobs:
  build:
    steps:
      - uses: checkout
      - name: look
        run: |
          cat file; echo "event=$GITHUB_EVENT_NAME sha=$GITHUB_SHA ref=$GITHUB_REF repository=$GITHUB_REPOSITORY"
      - uses: issue
        with: {title: a word}
  after:
    needs: build
    steps: [{run: "printf 'no line end'"}]
END
printf 'on: push\njobs: {a: {steps: [{run: echo another file}]}}\n' >.fettle/workflows/other.yml
echo content >file
commit first
sha=$(git rev-parse HEAD)

run 2 fettle run
run 2 here .fettle/workflows/ci.yml --event push
run 2 here .fettle/workflows/ci.yml --slots 0
run 2 fettle run .fettle/workflows/ci.yml --isolation docker
printf 'on: push\njobs: {a: {stepps: []}}\n' >../bad.yml
run 3 here ../bad.yml; has 'the place' "$err" '../bad.yml:2:'

run 0 here .fettle/workflows/ci.yml
has 'which commit' "$err" "${sha:0:10}"
has 'headings' "$out" '==> build / look'
has 'output' "$out" content
has 'the event' "$out" "event=push sha=$sha ref=refs/heads/main repository=local/copy"
has 'the end of a job' "$out" '=== after: success'
has 'the end' "$out" 'ci: success'
has 'a status is printed' "$out" 'would tell local/copy: status fettle/ci: success'
has 'an issue is printed' "$out" 'would tell local/copy: issue "a word"'
same 'no other file runs' "$(grep -c 'another file' <<<"$out")" 0
same 'what has no line end' "$(grep -c '^no line end$' <<<"$out")" 1
same 'nothing is left behind' "$(ls "$TMPDIR")" ''
same 'the working copy is as it was' "$(git status --porcelain)" ''
printf 'on: push\njobs: {a: {steps: [{run: "jq -r .after $GITHUB_EVENT_PATH"}]}}\n' >../event.yml
run 0 here ../event.yml; has 'the payload as a file' "$out" "$sha"
for on in 'on: schedule: [{cron: "0 4 * * 1"}]' 'on: [pull_request]' 'on: pull_request' 'on: {pull_request: {}}' \
          $'on:\n- pull_request' 'on: {push: {tags: [v1]}}'; do
    case $on in *schedule*) on=$'on:\n  schedule:\n    - cron: "0 4 * * 1"' ;; esac
    printf '%s\njobs: {a: {steps: [{run: echo it runs}]}}\n' "$on" >../on.yml
    run 0 here ../on.yml -q; has "$on" "$out" 'it runs'
done
run 0 here .fettle/workflows/ci.yml --quiet; same 'quiet' "$err" ''
same 'quiet' "$(grep -c 'would tell' <<<"$out")" 0
cd .. && run 0 here copy/.fettle/workflows/ci.yml --dir copy; has 'from elsewhere' "$out" content; cd copy || exit 1

# ---- what is not committed ----
echo more >>file; echo new >untracked; echo secret >ignored; echo ignored >.gitignore
printf 'on: push\njobs: {a: {steps: [{uses: checkout}, {run: "cat file; ls"}]}}\n' >../ls.yml
objects=$(find .git/objects -type f | wc -l)
run 0 here ../ls.yml; same 'the last commit' "$(grep -c -e more -e untracked <<<"$out")" 0
has 'which is said' "$err" '--dirty'
run 0 here ../ls.yml --dirty; has 'the tree as it is' "$out" more; has 'with new files' "$out" untracked
same 'without ignored ones' "$(grep -c ignored <<<"$(grep -v gitignore <<<"$out")")" 0
same 'the repository is as it was' "$(find .git/objects -type f | wc -l)" "$objects"

# ---- failures ----
printf 'on: push\njobs:\n  a: {steps: [{run: "echo before; exit 3"}]}\n  b: {needs: a, steps: [{run: echo never}]}\n' >../fails.yml
run 1 here ../fails.yml; has 'what was said before' "$out" before; has 'the class' "$out" '<== failed'
has 'the job' "$out" '=== a: failure'; has 'the others' "$out" '=== b: skipped'
same 'what needs it' "$(grep -c '^never$' <<<"$out")" 0

# ---- calls ----
printf '%s\n' 'on: push' 'jobs:' '  outer: {uses: ./.fettle/workflows/inner.yml, with: {word: handed on}}' >../outer.yml
printf '%s\n' 'on: {workflow_call: {inputs: {word: {type: string}}}}' 'jobs:' \
    '  in: {env: {W: "${{ inputs.word }}"}, steps: [{run: "echo word=$W"}]}' >.fettle/workflows/inner.yml
run 1 here ../outer.yml; has 'what is not committed is not there' "$out" 'there is no .fettle/workflows/inner.yml in copy'
run 0 here --dirty ../outer.yml; has 'a file of the working copy' "$out" 'word=handed on'; has 'its job' "$out" '=== outer / in: success'
commit called
run 0 here ../outer.yml; has 'of the commit' "$out" 'word=handed on'
same 'no file of the commit starts by itself' "$(grep -c 'another file' <<<"$out")" 0
echo 'jobs: {' >.fettle/workflows/inner.yml
run 1 here --dirty ../outer.yml; has 'a broken one' "$out" '.fettle/workflows/inner.yml:'
git checkout -q .fettle/workflows/inner.yml
sha=$(git rev-parse HEAD)

# ---- an event of one's own ----
jq '.repository.full_name = "acme/copy"' "$fixtures/github/push.json" >../push.json
run 0 here ../ls.yml --event push --payload ../push.json
has 'a commit of the payload that is not here' "$err" '2222222222 of the payload is not in this repository'
has 'another takes its place' "$out" file
run 1 here .fettle/workflows/ci.yml --event push --payload ../push.json
has 'what the event does not start' "$err" 'the event starts nothing: '
jq --arg sha "$sha" '.repository.full_name = "acme/copy" | .pull_request.head.sha = $sha | .pull_request.base.sha = $sha' \
    "$fixtures/github/pull_request.json" >../pull.json
printf 'on: pull_request\njobs: {a: {steps: [{run: "echo event=$GITHUB_EVENT_NAME"}]}}\n' >../pull.yml
run 0 here ../pull.yml --event pull_request --payload ../pull.json; has 'a change' "$out" 'event=pull_request'
echo '{' >../broken.json
run 1 here ../pull.yml --event pull_request --payload ../broken.json
run 4 here ../pull.yml --event pull_request --payload ../nothing.json

# ---- secrets and variables ----
printf '%s\n' 'on: push' 'jobs:' '  a:' '    environment: production' '    env:' \
    '      {K: "${{ secrets.KEY }}", O: "${{ secrets.Other }}", R: "${{ vars.REGION }}", E: "${{ vars.empty }}"}' \
    '    steps: [{run: "echo key=$K length=${#K} other=${#O} region=$R empty=$E."}]' >../values.yml
printf 'hunter2-Zq8xW0\n' >../key; chmod 600 ../key
export OTHER='from the environment'
values() { run "$1" here ../values.yml "${@:2}"; }
values 0; has 'none is there' "$out" 'key= length=0 other=0 region= empty=.'
values 0 --secret KEY=../key --secret OTHER --var REGION=eu=west --var=EMPTY=
has 'they are there, and masked' "$out" 'key=*** length=14 other=20 region=eu=west empty=.'
same 'in no output' "$(grep -c hunter2 <<<"$out$err")" 0
values 0 --secret KEY=<(cat ../key); has 'from a pipe' "$out" 'length=14'
run 0 here ../pull.yml --event pull_request --payload ../pull.json --secret KEY=../key
values 2 --secret KEYS; has 'no such variable' "$err" 'the environment has no variable KEYS'
values 2 --secret 'GITHUB_KEY=../key'; has 'a name of ours' "$err" 'may not begin with GITHUB_'
values 2 --secret KEY=../key --secret key=../key; has 'twice' "$err" 'is given twice'
values 2 --var REGION; has 'no value' "$err" 'NAME=VALUE'
values 2 --var 'a b=c'; values 2 --var =c; values 2 --secret; values 2 --var A=1 --var A=2
values 4 --secret KEY=../nothing
chmod 644 ../key; values 3 --secret KEY=../key; has 'others read it' "$err" 'chmod 600'; chmod 600 ../key
: >../none; chmod 600 ../none; values 3 --secret KEY=../none; has 'nothing in it' "$err" 'is empty'
printf 'a\0b' >../none; values 3 --secret KEY=../none; has 'not text' "$err" 'control character'
printf '%s\n' 'listen: [{unix: run.sock}]' 'environments: {production: {branches: [main]}}' 'vars: {REGION: us}' \
    'secrets: {KEY: {file: key, environments: [production]}, OTHER: {file: key, repos: [copy]}}' \
    'repositories: repositories.yaml' 'forges: {github: {kind: github}}' >../fettle.yaml
echo 'repositories: [{name: copy, id: github:acme/copy}]' >../repositories.yaml
values 0 -c ../fettle.yaml; has 'of a server file' "$out" 'key=*** length=14 other=14 region=us'
values 0 -c ../fettle.yaml --var region=eu --secret OTHER; has 'what is said goes first' "$out" 'other=20 region=eu'
FETTLE_CONFIG=$PWD/../fettle.yaml values 0; has 'only when it is named' "$out" 'length=0 other=0 region= '
values 4 -c ../nothing.yaml
echo 'varz: {}' >>../fettle.yaml; values 3 -c ../fettle.yaml; has 'the place' "$err" '../fettle.yaml:7:'

# ---- interrupted ----
printf 'on: push\njobs:\n  a: {steps: [{run: "echo asleep; sleep 300"}, {if: always(), run: echo tidied}]}\n' >../sleeps.yml
fettle run --isolation $isolation ../sleeps.yml >../slept 2>&1 &
pid=$!
for _ in $(seq 200); do grep -q asleep ../slept && break; sleep 0.1; done
kill -INT "$pid"
wait "$pid"; same 'the exit code of an interrupt' $? 130
same 'nothing is left behind then' "$(ls "$TMPDIR")" ''
finish
