#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The API against its own description: a server with runs of all kinds, and every path of openapi.json asked in valid,
# invalid and unauthorised ways. usage: rest.sh FOLDER-OF-THE-PROGRAMS   (exit 77: skipped)
set -eu
here=$(cd "$(dirname "$0")" && pwd)
if ! command -v node > /dev/null || [ ! -d "$here/node_modules/ajv" ]; then
  echo "rest: node or its packages are not there (contrib/setup check): skipped"
  exit 77
fi
. "$here/../e2e/lib.sh" "$1"

start_lab "$DIR"
mkdir -p "$DIR/workflows"
cat > "$DIR/workflows/ci.yml" << 'END'
name: ci
on: {push: {branches: [main]}}
jobs:
  build:
    strategy: {matrix: {on: [a, b]}}
    outputs: {place: here}
    steps:
      - {id: say, run: 'echo "::warning file=a.c,line=3::it is <b>odd</b>"; echo "x=1" >> "$GITHUB_OUTPUT"; echo "# done" >> "$GITHUB_STEP_SUMMARY"'}
      - {run: 'mkdir out && echo $LEG > out/it', env: {LEG: '${{ matrix.on }}'}}
      - {run: 'echo "cannot find <it>"; exit 4', continue-on-error: true}
      - {uses: upload-artifact, with: {name: 'out-${{ matrix.on }}', path: out}}
  test:
    needs: build
    resources: {locks: [bench]}
    recovery:
      - {on: test, do: testfix, rerun: 'true'}
    steps:
      - run: |
          mkdir out
          printf '%s' '<testsuite><testcase classname="S" name="&lt;blinks&gt;"><failure/></testcase><testcase classname="S" name="twice"><failure/></testcase></testsuite>' > out/r.xml
          exit 1
        test-results: out/*.xml
  after:
    needs: test
    recovery: [{on: test, do: testfix, rerun: 'false'}]
    steps:
      - {run: 'echo "not ok 1 - again"; exit 3'}
      - {uses: issue, if: failure(), with: {title: It broke, fingerprint: it}}
      - {uses: label, if: failure(), with: {issue: 4711, add: nowhere}}
END
cat > "$DIR/workflows/ask.yml" << 'END'
name: ask
on: {workflow_dispatch: {inputs: {why: {type: string}}}, repository_dispatch: {types: [ask]}}
jobs:
  a: {approve: {by: [ann]}, steps: [{run: echo asked}]}
END
cat > "$DIR/workflows/slow.yml" << 'END'
name: slow
on: workflow_dispatch
jobs:
  a: {resources: {locks: [bench]}, steps: [{run: sleep 60}]}
END
make_config "$DIR"
"$FETTLE" check "$DIR"/workflows/*.yml > "$DIR/checked" || fail "a workflow is wrong"
cd "$DIR"
sed -i 's|https: 127.0.0.1:0, serves: \[hooks\]|https: 0.0.0.0:0, serves: [hooks, api]|' fettle.yaml
: > tokens
for scope in read run approve admin hook; do
  echo "$scope $("$FETTLE" token new "$scope" --scope "$scope" --write -c fettle.yaml 2> token.err)" >> tokens
done
start_fettle "$DIR"
push github backend > push.out
echo '{"zen": "keep it"}' > ping.json
deliver github ping ping.json > ping.out
node "$here/rest.mjs" "$HTTP_PORT" "$HTTPS_PORT" "$DIR"
