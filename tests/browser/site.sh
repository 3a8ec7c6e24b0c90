# SPDX-License-Identifier: Apache-2.0
# What the pages show: three repositories on three forges, workflows that succeed, fail, are mended, ask and wait.
# After lib.sh.

make_site() {
  start_lab "$DIR"
  mkdir -p "$DIR/workflows"
  cat > "$DIR/workflows/integration.yml" << 'END'
name: integration
on: {push: {branches: [main]}}
repositories: [backend, frontend]
jobs:
  api:
    repo: backend
    outputs: {version: '${{ steps.build.outputs.version }}'}
    steps:
      - {uses: checkout}
      - {id: build, name: build the API, run: 'echo "version=2" >> "$GITHUB_OUTPUT"; echo "built $(cat src/name)"'}
  unit:
    repo: backend
    needs: api
    strategy: {matrix: {on: [linux, arm]}}
    steps:
      - run: 'sleep 0.2; printf "\033[32mok\033[0m %s\n" "$ON"; echo "::warning file=src/name,line=1::it is old"'
        env: {ON: '${{ matrix.on }}'}
  ui:
    repo: frontend
    needs: api
    steps:
      - {uses: checkout}
      - {name: does the page know the API, env: {API: '${{ needs.api.outputs.version }}'}, run: 'echo "::group::versions"; echo "API $API"; echo "::endgroup::"; sleep 0.3'}
  ship:
    repo: frontend
    needs: [unit, ui]
    steps: [{run: 'echo "# shipped" >> "$GITHUB_STEP_SUMMARY"'}]
END
  cat > "$DIR/workflows/flaky.yml" << 'END'
name: mends itself
on: {workflow_dispatch: {}}
jobs:
  test:
    repo: backend
    recovery: [{on: test, do: testfix, rerun: 'true'}]
    steps:
      - run: |
          mkdir -p out
          echo '<testsuite><testcase classname="Cart" name="adds"><failure/></testcase></testsuite>' > out/r.xml
          exit 1
        test-results: out/*.xml
END
  cat > "$DIR/workflows/broken.yml" << 'END'
name: broken
on: {workflow_dispatch: {}}
jobs:
  build:
    repo: docs
    steps:
      - {name: compile, run: 'for i in $(seq 400); do echo "cc -c part$i.c"; done; echo "main.c:3:1: error: unknown type name" >&2; exit 2'}
      - {uses: issue, if: failure(), with: {repo: docs, title: It does not compile, fingerprint: compile}}
  after: {repo: docs, needs: build, steps: [{run: echo never}]}
END
  cat > "$DIR/workflows/ask.yml" << 'END'
name: release
on: {workflow_dispatch: {}}
jobs:
  ship: {repo: backend, approve: {by: [ann]}, steps: [{run: echo shipped}]}
END
  cat > "$DIR/workflows/slow.yml" << 'END'
name: slow
on: {workflow_dispatch: {}}
jobs:
  talk: {repo: backend, steps: [{name: counts, run: 'i=0; while [ $i -lt 600 ]; do i=$((i + 1)); echo "line $i"; sleep 0.1; done'}]}
  waits: {repo: backend, resources: {locks: [bench]}, steps: [{run: sleep 60}]}
  waits-too: {repo: frontend, resources: {locks: [bench]}, steps: [{run: sleep 60}]}
END
  make_config "$DIR"
  cat > "$DIR/repositories.yaml" << END
repositories:
  - {name: backend, id: github:acme/backend, url: $DIR/repos/backend, default_branch: main}
  - {name: frontend, id: gitlab:acme/web/frontend, url: $DIR/repos/frontend, default_branch: main, dependencies: [backend]}
  - {name: docs, id: gitea:acme/docs, url: $DIR/repos/docs, default_branch: main, dependencies: [frontend]}
END
  # The public listener has pages too: there one has to sign in.
  sed -i 's|https: 127.0.0.1:0, serves: \[hooks\]|https: 0.0.0.0:0, serves: [hooks, api, dashboard]|' "$DIR/fettle.yaml"
  (cd "$DIR" && : > tokens && for scope in read admin; do
    printf '%s %s\n' "$scope" "$("$FETTLE" token new "$scope" --scope "$scope" --write -c fettle.yaml 2> token.err)" >> tokens
  done)
  : > "$DIR/dispatch"
  printf 'slow\nrelease\nbroken\nmends itself\n' > "$DIR/dispatch"
}

# Outside text at its worst, wherever a sender may put some.
make_hostile_site() {
  cat > "$DIR/workflows/hostile.yml" << 'END'
name: hostile
run-name: ${{ github.event.head_commit.message || github.event.pull_request.title || 'hostile' }}
on: {push: {branches: ['**']}, pull_request: {}}
jobs:
  shout:
    repo: backend
    strategy: {matrix: {name: ['<img src=x onerror=hit()>', "a' onmouseover='hit()", '&#x202e;']}}
    steps:
      - name: '"><script>hit()</script>'
        run: |
          printf '<script>hit()</script>\n<img src=x onerror=hit()>\n'
          printf '\033]0;title\007\033]8;;javascript:hit()\033\\click\033]8;;\033\\\033[2J\033[H\033[31mred\033[0m\n'
          printf '\342\200\256gnirts\342\200\254 \342\201\246iso\342\201\251 \357\273\277bom\n'
          printf '::error file=javascript:hit(),line=1,title=<b onclick=hit()>x</b>::<svg onload=hit()>\n'
          printf 'a\rb\bc\vd\fe\000f\302\205g\n'
          head -c 1000000 /dev/zero | tr '\0' 'M'; echo
          head -c 300000 /dev/urandom; echo
          printf '<h1 onclick=hit()>%s</h1>\n' "$(head -c 20000 /dev/zero | tr '\0' '<')" >> "$GITHUB_STEP_SUMMARY"
          exit 1
END
}

start_site() {
  "$FETTLE" check "$DIR"/workflows/*.yml > "$DIR/checked" || fail "a workflow is wrong"
  start_fettle "$DIR"
  push github backend > "$DIR/push.out"
  echo '{"zen": "keep it"}' > "$DIR/ping.json"
  deliver github ping "$DIR/ping.json" > "$DIR/ping.out"
}
