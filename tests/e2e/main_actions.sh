#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The built-in actions with files: artifacts between jobs, caches between runs, hostile names, a full disk, a killed
# server. usage: main_actions.sh FOLDER-OF-THE-PROGRAMS      ONLY=FUNCTION runs one case
set -eu
. "$(dirname "$0")/lib.sh" "$1"
. "$(dirname "$0")/cases.sh"

REPOSITORIES="handover cached spoiled hostile many twice digests broken killed limited other"

artifacts_of() { "$FETTLE" runs show "$1" --json | jq -c "[.artifacts[] | ${2:-.name}]"; }
entries_of() { find "$DIR/state/$1" -mindepth 2 -maxdepth 2 | wc -l; }

handover() {
  new_repo handover <<< 'on: push
jobs:
  make:
    outputs: {id: "${{ steps.up.outputs.artifact-id }}"}
    steps:
      - run: |
          mkdir -p out/deep out/.hidden "out/with space"
          echo one > out/a.txt; echo two > out/deep/b.txt; echo no > out/deep/c.log; echo h > out/.hidden/x
          echo quoted > "out/with space/it'"'"'s"; printf "\n" > "out/new
          line"
      - id: up
        uses: actions/upload-artifact@v4
        with: {name: all, path: "out/\n!out/**/*.log"}
      - uses: upload-artifact
        with: {name: one, path: out/deep/b.txt, retention-days: 3, compression-level: 0}
      - uses: upload-artifact
        with: {name: none, path: nothing/**, if-no-files-found: ignore}
  take:
    needs: make
    steps:
      - uses: actions/download-artifact@v4
        id: down
        with: {name: all, path: got}
      - run: |
          cat got/a.txt got/deep/b.txt "got/with space/it'"'"'s"
          test ! -e got/deep/c.log; test ! -e got/.hidden; test -e "got/new
          line"
          echo "path ${{ steps.x.outputs.y }}" > /dev/null
        env: {P: "${{ steps.down.outputs.download-path }}", ID: "${{ needs.make.outputs.id }}"}
      - uses: download-artifact
        with: {path: every}
      - run: test -f every/one/b.txt && test -f every/all/a.txt
      - uses: download-artifact
        with: {path: flat, pattern: "o*", merge-multiple: true}
      - run: test -f flat/b.txt && test ! -e flat/a.txt' 
  sed -i 's/.*path \${{.*/          test -n "$ID"; test -d "$P"/' "$DIR/repos/handover/.fettle/workflows/handover.yml"
  git_in handover commit -q -a -m "the workflow"
  push_files handover src/a
  must_start
  run_ended
  same "the conclusion ($("$FETTLE" runs why "$run"))" "$conclusion" success
  same "the artifacts" "$(artifacts_of "$run")" '["all","one"]'
  same "the files" "$(artifacts_of "$run" .files)" '[4,1]'
  mkdir "$DIR/got"
  (cd "$DIR/got" && "$FETTLE" runs download -c "$DIR/fettle.yaml" "$run" one)
  same "what a person gets" "$(tar -xOf "$DIR/got/one.tar" ./b.txt)" two
}

same_name() {
  new_repo twice <<< 'on: push
jobs:
  a:
    steps:
      - run: echo 1 > x
      - uses: upload-artifact
        with: {path: x}
      - run: echo 2 > x
      - uses: upload-artifact
        with: {path: x, overwrite: true}
      - uses: download-artifact
        with: {name: artifact, path: back}
      - run: test "$(cat back/x)" = 2
      - uses: upload-artifact
        id: again
        continue-on-error: true
        with: {path: x}
      - run: test "$HOW" = failure
        env: {HOW: "${{ steps.again.outcome }}"}
      - uses: download-artifact
        with: {name: missing}'
  push_files twice src/a
  must_start
  run_ended
  same "the conclusion" "$conclusion" failure
  has "why" "$("$FETTLE" runs why "$run")" 'no artifact "missing"'
  has "why not again" "$("$FETTLE" runs show "$run")" 'has an artifact "artifact" already'
}

CACHED='jobs:
  a:
    steps:
      - uses: actions/cache@v4
        id: c
        with: {path: "deps\n~/.tool\n!deps/skip", key: "k-${{ hashFiles(inputs.none || '"'lock'"') }}v1", restore-keys: "k-"}
      - run: |
          echo "hit=[$HIT] matched=[$MATCHED]"
          [ ! -e deps/a ] || echo "found $(cat deps/a) $(readlink deps/l) $(cat ~/.tool/t)"
          test ! -e deps/skip
          mkdir -p deps/skip deps/empty ~/.tool
          echo "${TEXT:-first}" > deps/a; ln -sf a deps/l; echo home > ~/.tool/t; touch deps/skip/s
        env: {HIT: "${{ steps.c.outputs.cache-hit }}", MATCHED: "${{ steps.c.outputs.cache-matched-key }}"}'

cache_hit() {
  new_repo cached <<< "on: [push, pull_request]
${CACHED/inputs.none || /}"
  push_files cached src/a
  must_start
  run_ended
  same "the conclusion ($("$FETTLE" runs why "$run"))" "$conclusion" success
  has "a miss" "$(log_of "$run")" "hit=[] matched=[]"
  same "what is saved" "$(entries_of caches)" 1
  push_files cached src/a
  run_ended
  has "a hit" "$(log_of "$run")" "hit=[true] matched=[k-v1]"
  has "the files" "$(log_of "$run")" "found first a home"
  has "no second one" "$("$FETTLE" runs show "$run" | grep Post)" "skipped"
  sed -i 's/}}v1/}}v2/' "$DIR/repos/cached/.fettle/workflows/cached.yml"
  push_files cached src/a
  run_ended
  has "an older one" "$(log_of "$run")" "hit=[false] matched=[k-v1]"
  same "the new one too" "$(entries_of caches)" 2
}

# What a stranger saves is seen neither by the branch nor by another change; what the branch saves the stranger sees.
cache_poison() {
  new_repo spoiled <<< "on: [push, pull_request]
${CACHED/inputs.none || /}"
  local base n
  base=$(tip spoiled)
  for n in 5 6; do
    git_in spoiled checkout -q --detach main
    commit spoiled src/stranger$n > /dev/null
    git_in spoiled update-ref refs/pull/$n/head HEAD
    git_in spoiled checkout -q main
  done
  local stranger='.pull_request.head.repo = {id: 999, name: "x", full_name: "stranger/x", owner: {login: "stranger", id: 8}}'
  pull_request spoiled 5 "$base" "$(tip spoiled refs/pull/5/head)" "$stranger"
  must_start
  run_ended
  same "of a stranger ($("$FETTLE" runs why "$run"))" "$conclusion" success
  has "a miss" "$(log_of "$run")" "hit=[]"
  pull_request spoiled 5 "$base" "$(tip spoiled refs/pull/5/head)" "$stranger | .pull_request.title = \"again\""
  run_ended
  has "its own" "$(log_of "$run")" "hit=[true]"
  push_files spoiled src/a
  run_ended
  has "not in the branch" "$(log_of "$run")" "hit=[]"
  pull_request spoiled 6 "$base" "$(tip spoiled refs/pull/6/head)" "$stranger"
  run_ended
  has "that of the branch" "$(log_of "$run")" "hit=[true]"
  jq -s -e '[.[] | select(.scope | startswith("untrusted/"))] | length == 1' "$DIR"/state/caches/*/*/meta > /dev/null ||
    fail "what the strangers saved: $(cat "$DIR"/state/caches/*/*/meta)"
}

hostile() {
  new_repo hostile <<< 'on: push
jobs:
  out:
    steps:
      - uses: upload-artifact
        with: {path: ../../fettle.db}
  absolute:
    steps:
      - uses: cache/save
        with: {path: /etc/passwd, key: k}
      - run: echo went on
  links:
    steps:
      - run: |
          ln -s /etc/passwd out; ln -s nowhere dead; mkdir in; echo x > in/f; ln -s in/f good; ln -s in dir
          ln -s / root; echo "-rf" > "--checkpoint-action=exec=touch x"; echo c > "a:b"; mkfifo pipe
          ln -s '"$DIR"'/secrets/token secret
      - uses: upload-artifact
        with: {name: links, path: .}
      - uses: download-artifact
        with: {name: links, path: got}
      - run: ls got | tr "\n" " "; test "$(cat got/good)" = x; test ! -e x
      - name: a hostile environment
        run: |
          echo "TAR_OPTIONS=--to-command=false" >> "$GITHUB_ENV"; mkdir bin; printf "#!/bin/sh\nexit 9\n" > bin/tar
          chmod +x bin/tar; echo "$PWD/bin" >> "$GITHUB_PATH"; echo "BASH_ENV=/dev/full" >> "$GITHUB_ENV"
      - uses: upload-artifact
        with: {name: after, path: in}'
  push_files hostile src/a
  must_start
  run_ended
  local why shown
  why=$("$FETTLE" runs why "$run") shown=$("$FETTLE" runs show "$run" --json)
  has "the way out" "$why" "path:"
  same "jobs" "$(jq -c '[.jobs[] | {(.key): .conclusion}] | add | {out, absolute, links}' <<< "$shown")" \
    '{"out":"failure","absolute":"success","links":"success"}'
  has "what came through" "$(log_of "$run")" "--checkpoint-action=exec=touch x a:b good"
  has_not "no link that leads out" "$(log_of "$run" | grep 'a:b good')" "out"
  same "artifacts" "$(artifacts_of "$run")" '["after","links"]'
  mkdir -p "$DIR/got"
  (cd "$DIR/got" && "$FETTLE" runs download -c "$DIR/fettle.yaml" "$run" links)
  has_not "in it" "$(tar -tf "$DIR/got/links.tar.gz")" "secret"
}

many_files() {
  new_repo many <<< 'on: push
jobs:
  a:
    steps:
      - run: mkdir d && cd d && seq -f "f%06g" 100000 | xargs touch
      - uses: upload-artifact
        with: {name: many, path: d}
      - uses: download-artifact
        with: {name: many, path: e}
      - run: test "$(ls e | wc -l)" = 100000'
  push_files many src/a
  must_start
  run_ended 120
  same "the conclusion ($("$FETTLE" runs why "$run"))" "$conclusion" success
  same "the files" "$(artifacts_of "$run" .files)" '[100000]'
}

digests() {
  new_repo digests <<< 'on: push
jobs:
  a:
    steps:
      - uses: checkout
      - run: echo "digest=${H:0:8} none=[$N]"
        env: {H: "${{ hashFiles('"'**/name'"') }}", N: "${{ hashFiles('"'no/such'"') }}"}'
  push_files digests src/a
  must_start
  run_ended
  local want
  want=$(sha256sum "$DIR/repos/digests/src/name" | cut -c -64 | xxd -r -p | sha256sum | cut -c -8)
  has "the digest" "$(log_of "$run")" "digest=$want none=[]"
}

# Nothing half visible, and what was under way is done again.
killed() {
  own_world
  new_repo killed <<< 'on: push
jobs:
  a:
    steps:
      - run: head -c 150000000 /dev/urandom > big
      - uses: upload-artifact
        with: {name: big, path: big, compression-level: 9}
      - uses: cache
        with: {path: big, key: big}
      - run: rm big
      - uses: download-artifact
        with: {name: big}
      - run: test "$(stat -c %s big)" = 150000000'
  push_files killed src/a
  must_start
  local seen=0
  for _ in 1 2 3; do
    wait_until "ls $DIR/state/work/*.home/.fettle-archive-* || runs_of $delivery '.[0].state' | grep -q done" 60
    stop_fettle KILL
    seen=$((seen + 1))
    for f in "$DIR"/state/artifacts/*/* "$DIR"/state/caches/*/*; do
      [ ! -e "$f" ] || [ -s "$f/meta" -a -s "$f/archive" ] || fail "half visible: $f"
    done
    start_fettle "$DIR"
  done
  run_ended 120
  same "the conclusion ($("$FETTLE" runs why "$run"))" "$conclusion" success
  same "the artifact" "$(artifacts_of "$run")" '["big"]'
  same "nothing is left" "$(find "$DIR/state/shelf" -mindepth 1 | wc -l)" 0
}

full_disk() {
  [ "$(id -u)" = 0 ] || { echo "skipped: needs a small file system"; return 0; }
  small=$DIR/small
  mkdir "$small"
  mount -t tmpfs -o size=40m none "$small" 2> /dev/null || { echo "skipped: no tmpfs can be mounted"; return 0; }
  trap 'stop_world_and_unmount' EXIT
  stop_world_and_unmount() { stop_fettle; stop_lab; umount -l "$small"; }
  DIR=$small OWN_WORLD=1 FETTLE_PID= LAB_PID= LAB_PORT=0
  shared_world
  new_repo broken <<< 'on: push
jobs:
  cache:
    steps:
      - run: head -c 16000000 /dev/urandom > big
      - uses: cache/save
        with: {path: big, key: big}
      - run: echo went on
  upload:
    needs: cache
    steps:
      - run: head -c 16000000 /dev/urandom > big
      - uses: upload-artifact
        with: {path: big}'
  head -c 12000000 /dev/zero > "$small/ballast"
  push_files broken src/a
  must_start
  run_ended 60
  rm "$small/ballast"
  local shown
  shown=$("$FETTLE" runs show "$run" --json)
  same "jobs" "$(jq -c '[.jobs[] | {(.key): .conclusion}] | add' <<< "$shown")" '{"cache":"success","upload":"failure"}'
  has "the warning" "$(jq -r '.jobs[0].steps[1]' <<< "$shown")" "could not be saved"
  same "no artifact" "$(artifacts_of "$run")" '[]'
  same "no cache" "$(find "$small/state/caches" -name meta 2> /dev/null | wc -l)" 0
}

limited() {
  own_world
  echo 'limits: {cache: 64KiB, artifact: 64KiB, artifacts: 128KiB}' >> fettle.yaml
  "$FETTLE" reload > /dev/null
  new_repo limited <<< 'on: push
jobs:
  a:
    steps:
      - run: head -c 100000 /dev/urandom > big; for i in 1 2 3; do head -c 50000 /dev/urandom > f$i; done
      - uses: cache/save
        with: {path: big, key: big}
      - uses: cache/save
        with: {path: f1, key: small}
      - {uses: upload-artifact, with: {name: big, path: big}, continue-on-error: true}
      - {uses: upload-artifact, with: {name: f1, path: f1}}
      - {uses: upload-artifact, with: {name: f2, path: f2}}
      - {uses: upload-artifact, with: {name: f3, path: f3}}'
  push_files limited src/a
  must_start
  run_ended
  local shown
  shown=$("$FETTLE" runs show "$run" --json)
  same "the conclusion" "$conclusion" failure
  same "the artifacts" "$(artifacts_of "$run")" '["f1","f2"]'
  same "outcomes" "$(jq -c '[.jobs[0].steps[:7][].outcome]' <<< "$shown")" \
    '["success","success","success","failure","success","success","failure"]'
  has "the warning" "$(jq -r '.jobs[0].steps[1]' <<< "$shown")" "could not be saved"
  has "the limit" "$(jq -r '.jobs[0].detail' <<< "$shown")" "larger than 128 KiB (limits: artifacts)"
  same "caches" "$(entries_of caches)" 1
}

shared_world
case_of 'jobs hand artifacts to each other, and people get them' handover
case_of 'the name of an artifact is there once in a run' same_name
case_of 'a cache is found by the next run, and another one by the beginning of its key' cache_hit
case_of 'what a stranger saves feeds nobody but the same change' cache_poison
case_of 'paths, links and the environment lead nowhere' hostile
case_of 'hashFiles() is the digest of digests' digests
case_of 'a hundred thousand files go through' many_files
case_of 'a killed server leaves nothing half visible, and does it again' killed
case_of 'caches and artifacts over their limits are not kept, and that is said' limited
case_of 'a full disk spoils a cache silently and an artifact loudly' full_disk
finish_cases
