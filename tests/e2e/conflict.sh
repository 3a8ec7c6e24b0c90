#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A change that conflicts with its base: both are merged, the job checks the result, and the branch is moved there by
# compare-and-swap; also over kill -9, and not when somebody else was there first. Real git on both sides.
# usage: conflict.sh FOLDER-OF-THE-PROGRAMS
set -eu
. "$(dirname "$0")/lib.sh" "$1"

start_lab "$DIR"
mkdir -p "$DIR/workflows" "$DIR/repos" "$DIR/bare"
bare=$DIR/bare/backend.git
git init -q --bare -b main "$bare"
git clone -q "$bare" "$DIR/repos/backend" 2> /dev/null
work() { repo_git "$DIR/repos/backend" "$@"; }
write() { # FILE TEXT…
  local file=$DIR/repos/backend/$1
  shift
  printf '%s\n' "$@" > "$file"
}
work checkout -q -b main
write CHANGELOG.md "# Changelog" "" "## Unreleased" "" "- the first thing"
write code.c "int a(void)" "{" "    return 1;" "}"
work add -A
work commit -q -m first
work push -q origin main

cat > "$DIR/workflows/land.yml" << END
name: land
on: {pull_request: {repos: [backend]}}
jobs:
  check:
    recovery:
      - {on: conflict, do: conflict, attempts: 2}
    steps:
      - uses: checkout
        with: {fetch-depth: 0}
      - run: |
          git fetch -q $bare main
          git -c user.name=x -c user.email=x@example.com merge FETCH_HEAD -m try
          echo merged
      - run: sleep "\$(cat $DIR/shown/pause)"; grep -q 'return' code.c
END
mkdir -p "$DIR/shown"
echo 0 > "$DIR/shown/pause"
make_config "$DIR"
cat > "$DIR/repositories.yaml" << END
repositories:
  - {name: backend, id: github:acme/backend, url: $bare, default_branch: main}
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
branch() { # NAME: off main, checked out
  work checkout -q -B "$1" main
}
commit_and_push() { # MESSAGE
  work commit -q -a -m "$1"
  work push -q -f origin HEAD
}
change() { # BRANCH: the pull request of its tip; run is the run of it
  local before
  before=$(newest)
  head=$(work rev-parse "$1")
  jq --arg b "$1" '.pull_request.head.ref = $b' "$E2E/payloads/github-pull-request.json" > "$DIR/payload.json"
  deliver github pull_request "$DIR/payload.json" --substitute ACTION=opened --substitute "BEFORE=$(work rev-parse main)" \
    --substitute "SHA=$head" --substitute REPO=acme/backend --substitute NAME=backend --substitute "SEQ=$(date +%s%N)" > /dev/null
  wait_until "[ \"\$(newest)\" != '$before' ]" 40
  run=$(newest)
}

# Two entries at the same place of a changelog.
branch one
write CHANGELOG.md "# Changelog" "" "## Unreleased" "" "- what the topic brings" "- the first thing"
commit_and_push one
branch main
write CHANGELOG.md "# Changelog" "" "## Unreleased" "" "- what main brought" "- the first thing"
commit_and_push two
change one
ended "a changelog with an entry of each side" success
same "it was a conflict" "$(show '.jobs[0].steps[1].attempts[0].class')" conflict
same "that was resolved" "$(show '[.recoveries[] | .strategy + " " + .outcome] | join(",")')" "conflict recovered"
same "and checked by a job of its own" "$(show '.jobs | map(.key) | join(",")')" "check,check (merged)"
now=$(git -C "$bare" rev-parse one)
[ "$now" != "$head" ] || fail "the branch has not moved"
same "its parents" "$(git -C "$bare" log -1 --format=%P one)" "$head $(git -C "$bare" rev-parse main)"
for line in "what the topic brings" "what main brought" "the first thing"; do
  same "$line" "$(git -C "$bare" show one:CHANGELOG.md | grep -c "$line")" 1
done

# The same line changed to different things: nobody guesses.
branch two
write code.c "int a(void)" "{" "    return 2;" "}"
commit_and_push three
branch main
write code.c "int a(void)" "{" "    return 3;" "}"
commit_and_push four
change two
ended "two wills about one line" failure
same "are not merged" "$(show '.recoveries[0].outcome')" failed
show '.recoveries[0].detail' | grep -q 'code.c' || fail "the detail does not say where"
same "and the branch is where it was" "$(git -C "$bare" rev-parse two)" "$head"

# Somebody else pushes while the result is checked.
branch three
write CHANGELOG.md "# Changelog" "" "## Unreleased" "" "- what three brings" "- what main brought" "- the first thing"
commit_and_push five
branch main
write CHANGELOG.md "# Changelog" "" "## Unreleased" "" "- more of main" "- what main brought" "- the first thing"
commit_and_push six
echo 3 > "$DIR/shown/pause"
change three
wait_until "[ \"\$(show '.jobs[1].state')\" = running ]" 40
work checkout -q three
write other "somebody else"
work add -A
commit_and_push seven
theirs=$(work rev-parse three)
ended "somebody else was there first" failure
same "nothing of theirs is lost" "$(git -C "$bare" rev-parse three)" "$theirs"

# The server is killed while the result is checked.
branch four
write CHANGELOG.md "# Changelog" "" "## Unreleased" "" "- what four brings" "- more of main" "- what main brought" "- the first thing"
commit_and_push eight
branch main
write CHANGELOG.md "# Changelog" "" "## Unreleased" "" "- even more" "- more of main" "- what main brought" "- the first thing"
commit_and_push nine
change four
wait_until "[ \"\$(show '.jobs[1].steps[2].state')\" = running ]" 40
stop_fettle KILL
start_fettle "$DIR"
ended "over kill -9" success
same "the branch has both" "$(git -C "$bare" show four:CHANGELOG.md | grep -cE 'what four brings|even more')" 2
echo "conflict: ok"
