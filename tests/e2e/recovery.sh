#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What is done about steps that fail: tried again, mended, put before a person; also over kill -9.
# usage: recovery.sh FOLDER-OF-THE-PROGRAMS
set -eu
. "$(dirname "$0")/lib.sh" "$1"

start_lab "$DIR"
mkdir -p "$DIR/workflows"
cat > "$DIR/workflows/net.yml" << 'END'
name: net
on: [workflow_dispatch]
retry: {attempts: 3, backoff: 200ms, on: [network]}
jobs:
  a:
    steps:
      - run: echo once >> first
      - run: |
          echo x >> tries
          [ "$(wc -l < tries)" -ge 3 ] || { echo 'curl: (6) Could not resolve host: a.example'; exit 6; }
      - run: '[ "$(wc -l < first)" -eq 1 ]'
END
cat > "$DIR/workflows/build.yml" << 'END'
name: build
on: [workflow_dispatch]
retry: {attempts: 5, backoff: 100ms, on: [build, network]}
jobs:
  a: {steps: [{run: "echo 'a.c:3:1: error: expected expression before x'; echo 'make: *** [a.o] Error 1'; exit 2"}]}
END
report() { # PASSED-OR-FAILED: a script line that writes a report of one test
  printf '%s' "printf '<testsuite><testcase classname=\"S\" name=\"blinks\">$1</testcase></testsuite>' > out/r.xml"
}
cat > "$DIR/workflows/flaky.yml" << END
name: flaky
on: [workflow_dispatch]
jobs:
  a:
    recovery:
      - on: test
        do: testfix
        rerun: |
          [ "\$FETTLE_RECOVERY" = rerun ] && [ "\$FETTLE_FAILED_TESTS" = "S › blinks" ] && echo again >> reruns
    steps:
      - run: mkdir out; $(report '<failure/>'); exit 1
        test-results: out/*.xml
      - run: '[ "\$(cat reruns)" = again ]'
END
cat > "$DIR/workflows/fix.yml" << END
name: fix
on: [workflow_dispatch]
jobs:
  a:
    recovery:
      - on: test
        do: testfix
        rerun: exit 1
        fix: echo "fixed \$FETTLE_FAILED_TESTS" > mended
    steps:
      - run: mkdir -p out; [ -f mended ] || { $(report '<failure/>'); exit 1; }
        test-results: out/*.xml
      - run: grep -qx 'fixed S › blinks' mended
END
cat > "$DIR/workflows/spoil.yml" << END
name: spoil
on: [workflow_dispatch]
jobs:
  a:
    recovery:
      - {on: test, do: testfix, rerun: exit 1, fix: "rm source; echo half > spoilt; git -C own commit -q --allow-empty -m spoilt", attempts: 1}
    steps:
      - run: |
          echo whole > source; git init -q own; cd own; git config user.name x; git config user.email x@example.com
          git commit -q --allow-empty -m whole
      - run: mkdir -p out; $(report '<failure/>'); exit 1
        test-results: out/*.xml
      - run: ls; [ ! -e spoilt ]; grep -qx whole source; [ "\$(git -C own log --format=%s)" = whole ]
        if: always()
END
cat > "$DIR/workflows/mend.yml" << END
name: mend
on: [workflow_dispatch]
jobs:
  a:
    recovery:
      - {on: test, do: testfix, rerun: exit 1, fix: {job: mend}, attempts: 1}
    steps:
      - run: echo two > number
      - run: mkdir -p out; echo "expected three"; grep -qx three number || { $(report '<failure/>'); exit 1; }
        test-results: out/*.xml
      - run: grep -qx three number
  mend:
    standby: true
    permissions: {}
    steps:
      - id: look
        run: |
          [ "\$FETTLE_RECOVERY" = fix ]; [ "\$FETTLE_FAILED_CLASS" = test ]; [ "\$FETTLE_FAILED_TESTS" = 'S › blinks' ]
          grep -qx two number
          echo "want=\$(sed -n 's/^expected //p' "\$FETTLE_FAILED_LOG")" >> "\$GITHUB_OUTPUT"
      - run: sleep 3; echo "\$want" > number
        env: {want: "\${{ steps.look.outputs.want }}"}
END
cat > "$DIR/workflows/ask.yml" << 'END'
name: ask
on: [workflow_dispatch]
jobs:
  a:
    recovery:
      - {on: any, do: manual, issue: {repo: backend, labels: [automation]}}
    steps:
      - run: echo x >> tries; [ "$(wc -l < tries)" -ge 2 ]
      - run: echo cleaned
        if: always()
END
cat > "$DIR/workflows/gate.yml" << 'END'
name: gate
on: {push: {repos: [backend]}}
jobs:
  deploy:
    approve: {by: [ann], bind: sha}
    steps: [{run: echo deployed}]
END
cat > "$DIR/workflows/once.yml" << 'END'
name: once
on: [workflow_dispatch]
jobs:
  a:
    steps:
      - run: echo begun; sleep 30
        repeatable: false
      - run: echo behind
END
make_config "$DIR"
start_fettle "$DIR"
export FETTLE_CONFIG=$DIR/fettle.yaml

same() { [ "$2" = "$3" ] || fail "$1: $2, not $3"; } # SENTENCE IS SHOULD-BE
newest() { "$FETTLE" runs list --json | jq -r '[.runs[].id] | max // ""'; }
show() { "$FETTLE" runs show "$run" --json | jq -r "$1"; }
start() { # WORKFLOW: run is the new one
  local before
  before=$(newest)
  "$FETTLE" dispatch "$1" > /dev/null
  wait_until "[ \"\$(newest)\" != '$before' ]" 40
  run=$(newest)
}
ended() { # SENTENCE CONCLUSION
  wait_until "[ \"\$(show .state)\" = done ]" 60
  same "$1" "$(show .conclusion)" "$2"
}
asked() { wait_until "[ \"\$(show '[.approvals[] | select(.state == \"asked\")] | length')\" = 1 ]" 40; }
again() { # as after a power cut, but for what runs
  stop_fettle KILL
  start_fettle "$DIR"
}

start net
ended "a network that comes back" success
same "it was tried three times" "$(show '.jobs[0].steps[1].tries')" 3
same "and what was done before stays done" "$(show '.jobs[0].steps[0].tries')" 1
same "each try has a row" "$(show '[.recoveries[] | .strategy + " " + .outcome] | join(", ")')" "retry failed, retry recovered"
same "and it is told" "$(show '.jobs[0].steps[1].annotations[0].title')" Recovered

start build
ended "what a compiler says it says again" failure
same "so it is not tried again" "$(show '.jobs[0].steps[0].tries')" 1
same "which is said" "$(show '.recoveries[0].outcome')" refused

start flaky
ended "a test that passes on the same tree" success
same "is flaky" "$("$FETTLE" recoveries flaky --json | jq -r '.flaky | map(.job + " " + .id + " " + (.flips | tostring)) | join(",")')" "a S › blinks 1"

start fix
ended "tests that are mended" success
same "by parts" "$(show '[.jobs[0].steps[0].attempts[].role] | join(" ")')" "step rerun fix verify"

start spoil
ended "tests that a fix does not mend" failure
same "by parts" "$(show '[.jobs[0].steps[1].attempts[].role] | join(" ")')" "step rerun fix verify"
same "it is dropped, also what it committed" "$(show '.jobs[0].steps[2].conclusion')" success
same "which is said" "$(show '.recoveries[0].detail')" "the fix did not help, and what it changed is dropped"

start mend
wait_until "[ \"\$(show '.jobs[1].steps[1].state')\" = running ]" 40
same "it waits without a slot" "$(show '.jobs[0].hold')" recovery
again
ended "a job mends the tests, over kill -9" success
same "it is one of its own" "$(show '.jobs | map(.key + " " + .conclusion) | join(", ")')" "a success, a (mend) success"
same "and the step judges it" "$(show '[.jobs[0].steps[1].attempts[].role] | join(" ")')" "step rerun verify"
same "each step ran once" "$(show '[.jobs[1].steps[].attempts | length] | join(" ")')" "1 1"

start ask
asked
wait_until "state_has '[.issues[] | select(.title | test(\"waits for a decision\"))] | length == 1'" 20
again
same "a question outlives the server" "$(show '.jobs[0].hold')" approval
"$FETTLE" runs approve "$run" > /dev/null
ended "once more, and it passes" success
same "who said so" "$(show '.approvals[0].answered_by')" "$(id -un)"

start ask
asked
"$FETTLE" runs reject "$run" > /dev/null
ended "a no lets it fail" failure
same "and what cleans up runs" "$(show '.jobs[0].steps[1].conclusion')" success
rc=0
"$FETTLE" runs approve "$run" > /dev/null 2>&1 || rc=$?
same "an answer to nothing" "$rc" 8

before=$(newest)
push github backend > /dev/null
wait_until "[ \"\$(newest)\" != '$before' ]" 40
run=$(newest)
asked
same "nothing starts before the yes" "$(show '.jobs[0].started_at')" null
rc=0
"$FETTLE" runs approve "$run" 0123456789012345678901234567890123456789 > /dev/null 2>&1 || rc=$?
same "a yes to another commit" "$rc" 8
"$FETTLE" runs approve "$run" "$(repo_sha "$DIR/repos" backend)" > /dev/null
ended "a yes to this one" success

start once
wait_until '"$FETTLE" runs logs "$run" | grep -q begun' 40
stop_fettle KILL
# The shim; its step dies with it. Those of servers before may be gone.
sed -n 's/^pid=\([0-9]*\).*/\1/p' "$DIR"/state/seats/*[0-9] | xargs -n 1 kill -KILL 2> /dev/null || true
start_fettle "$DIR"
asked
same "nobody knows, and it is not repeated" "$(show '.approvals[0].kind')" outcome
"$FETTLE" runs approve "$run" > /dev/null
ended "a person says that it did its work" success
same "it ran once" "$(show '.jobs[0].steps[0].attempts | length')" 1

curl -fsS "http://127.0.0.1:$HTTP_PORT/metrics" > "$DIR/metrics" || fail "no metrics"
grep -q '^automation_recoveries_total{strategy="manual",outcome="recovered"} ' "$DIR/metrics" || fail "recoveries are counted"
echo "recovery: ok"
