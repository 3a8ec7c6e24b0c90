#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A change that conflicts with its base, and whose file allows a rebase: its commits are replayed on the base, the job
# checks the result, and the branch gets them by compare-and-swap; also over kill -9 while it is pushed, not when
# somebody else was there first, not with merges among them, and never on the default branch.
# usage: rebase.sh FOLDER-OF-THE-PROGRAMS
set -eu
. "$(dirname "$0")/lib.sh" "$1"

start_lab "$DIR"
mkdir -p "$DIR/workflows" "$DIR/repos" "$DIR/bare" "$DIR/shown"
bare=$DIR/bare/backend.git
git init -q --bare -b main "$bare"
git -C "$bare" config core.logAllRefUpdates true
git clone -q "$bare" "$DIR/repos/backend" 2> /dev/null
work() { repo_git "$DIR/repos/backend" "$@"; }
log() { # ENTRY…: the file in which everybody writes at the same place
  { printf '%s\n' "# Changelog" "" "## Unreleased" ""; printf -- '- %s\n' "$@"; } > "$DIR/repos/backend/CHANGELOG.md"
}
work checkout -q -b main
log first
work add -A
work commit -q -m first
work push -q origin main main:release

workflow() { # NAME BASE WAYS
  cat > "$DIR/workflows/$1.yml" << END
name: $1
on: {pull_request: {repos: [backend], branches: [$2]}}
jobs:
  check:
    recovery: [{on: conflict, do: conflict, ways: $3, attempts: 1}]
    steps:
      - uses: checkout
        with: {fetch-depth: 0}
      - run: |
          git fetch -q $bare $2
          git -c user.name=x -c user.email=x@example.com merge FETCH_HEAD -m try
      - run: sleep "\$(cat $DIR/shown/pause)"; grep -q first CHANGELOG.md
END
}
workflow replay main '[rebase, merge]'
workflow only release rebase
echo 0 > "$DIR/shown/pause"
make_config "$DIR"
cat > "$DIR/repositories.yaml" << END
repositories:
  - {name: backend, id: github:acme/backend, url: file://$bare, default_branch: main}
END
sed -i "s/isolation: bwrap/isolation: none/" "$DIR/fettle.yaml"
start_fettle "$DIR"
export FETTLE_CONFIG=$DIR/fettle.yaml

same() { [ "$2" = "$3" ] || fail "$1: $2, not $3"; } # SENTENCE IS SHOULD-BE
newest() { "$FETTLE" runs list --json | jq -r '[.runs[].id] | max // ""'; }
show() { "$FETTLE" runs show "$run" --json | jq -r "$1"; }
ended() { # SENTENCE CONCLUSION
  wait_until "[ \"\$(show .state)\" = done ]" 60
  same "$1" "$(show .conclusion)" "$2"
}
commit() { # MESSAGE [OPTION…]
  local message=$1
  shift
  work add -A
  work commit -q "$@" -m "$message"
}
advance() { # ENTRY…: of main
  work checkout -q main
  log "$@"
  commit "main says $1"
  work push -q origin main
}
there() { git -C "$bare" "$@"; }
moves() { wc -l < "$bare/logs/refs/heads/$1"; } # BRANCH: how often it was moved
change() { # BRANCH [BASE [DEFAULT-BRANCH]]: the pull request of its tip; run is the run of it
  local before base=${2:-main}
  work push -q -f origin "$1"
  before=$(newest)
  head=$(work rev-parse "$1")
  jq --arg h "$1" --arg b "$base" --arg d "${3:-main}" \
    '.pull_request.head.ref = $h | .pull_request.base.ref = $b | .repository.default_branch = $d' \
    "$E2E/payloads/github-pull-request.json" > "$DIR/payload.json"
  deliver github pull_request "$DIR/payload.json" --substitute ACTION=opened \
    --substitute "BEFORE=$(work rev-parse "$base")" --substitute "SHA=$head" --substitute REPO=acme/backend \
    --substitute NAME=backend --substitute "SEQ=$(date +%s%N)" > /dev/null
  wait_until "[ \"\$(newest)\" != '$before' ]" 40
  run=$(newest)
}

# Two commits, of which the first has a conflict that a rule resolves.
work checkout -q -b one
log "one brings" first
commit "one, and why" --author="Ann <ann@example.com>" --date="1600000000 +0200"
echo x > "$DIR/repos/backend/x"
commit two
advance "main brought" first
change one
ended "two commits on a base that went on" success
same "its check" "$(show '.jobs | map(.key) | join(",")')" "check,check (rebased)"
show '.recoveries[0].detail' | grep -q 'replayed on the base.*pushed' || fail "the detail does not say how"
same "on the base" "$(there rev-parse one~2)" "$(there rev-parse main)"
same "who and when" "$(there log -1 --date=raw --format='%an <%ae> %ad %s' one~1)" "Ann <ann@example.com> 1600000000 +0200 one, and why"
same "one after the other" "$(there log --format=%s main..one | tr '\n' ,)" "two,one, and why,"
for line in "one brings" "main brought" first; do
  same "$line" "$(there show one:CHANGELOG.md | grep -c "$line")" 1
done
same "the branch was moved once" "$(moves one)" 2

# A merge among its commits: the next way.
work checkout -q -b two main
log "two brings" "main brought" first
commit two
work checkout -q -b side main
echo side > "$DIR/repos/backend/side"
commit side
work checkout -q two
work merge -q --no-ff -m merged side
advance "main went on" "main brought" first
change two
ended "a merge is not replayed" success
same "both were merged" "$(there log -1 --format=%P two)" "$head $(there rev-parse main)"
show '.recoveries[0].detail' | grep -q 'rebase: there is a merge among' || fail "why there was no rebase is not said"

# Somebody else pushes while the result is checked.
work checkout -q -b three main
log "three brings" "main went on" "main brought" first
commit three
advance "main again" "main went on" "main brought" first
echo 3 > "$DIR/shown/pause"
change three
wait_until "[ \"\$(show '.jobs[1].steps[2].state')\" = running ]" 40
work checkout -q three
echo other > "$DIR/repos/backend/other"
commit "somebody else"
work push -q origin three
theirs=$(work rev-parse three)
ended "somebody else was there first" failure
same "nothing of theirs is lost" "$(there rev-parse three)" "$theirs"
show '.recoveries[0].detail' | grep -q 'stale info' || fail "the detail does not say that the branch was moved"
echo 0 > "$DIR/shown/pause"

# The server is killed while the result is checked, and again while it is pushed, which goes on without it.
work checkout -q -b four main
log "four brings" "main again" "main went on" "main brought" first
commit four
advance "main at last" "main again" "main went on" "main brought" first
echo 2 > "$DIR/shown/pause"
change four
wait_until "[ \"\$(show '.jobs[1].steps[2].state')\" = running ]" 40
cat > "$bare/hooks/pre-receive" << END
#!/bin/sh
echo x >> $DIR/shown/pushes
sleep 4
END
chmod +x "$bare/hooks/pre-receive"
stop_fettle KILL
start_fettle "$DIR"
wait_until "[ -s '$DIR/shown/pushes' ]" 40
stop_fettle KILL
start_fettle "$DIR"
ended "over kill -9 in the middle of a push" success
rm "$bare/hooks/pre-receive"
same "on the base" "$(there rev-parse four~1)" "$(there rev-parse main)"
same "the branch was moved once" "$(moves four)" 2
same "and checked once" "$(show '.jobs | length')" 2

# The default branch is nobody's topic, and a remote that takes no rewritten branch is believed.
work checkout -q -b to-release origin/release
log "release went on" first
commit "release"
work push -q origin to-release:release
work fetch -q origin
work branch -q -f release origin/release
before_main=$(there rev-parse main)
change main release
ended "the default branch is not rewritten" failure
same "it was its turn" "$(show '.recoveries | map(.strategy + " " + .outcome + ": " + .detail) | join(",")')" \
  "conflict refused: its branch is the default branch of the repository, which is not rewritten"
same "and is where it was" "$(there rev-parse main)" "$before_main"
work checkout -q -b five main
change five release five
ended "nor is what the forge says to be it" failure
show '.recoveries[0].detail' | grep -q 'the default branch of the repository' || fail "the detail does not say why"
there config receive.denyNonFastForwards true
change five release
ended "the remote takes no rewritten branch" failure
same "and its branch is where it was" "$(there rev-parse five)" "$head"
echo "rebase: ok"
