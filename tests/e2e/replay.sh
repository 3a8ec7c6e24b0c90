#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A dry run of a replay beside a server with a real repository: its workflow files and the paths that changed are read
# from the server's mirrors.
#     replay.sh BIN-FOLDER
set -eu
. "$(dirname "$0")/lib.sh" "$1"
start_lab "$DIR"
make_config "$DIR"
mkdir -p "$DIR/repos/backend/.fettle/workflows"
cat > "$DIR/repos/backend/.fettle/workflows/own.yml" << 'END'
on: {push: {paths: ['src/**']}}
jobs: {a: {steps: [{run: echo own}]}}
END
sed 's/src/docs/' "$DIR/repos/backend/.fettle/workflows/own.yml" > "$DIR/repos/backend/.fettle/workflows/docs.yml"
printf 'on: push\njobs: {a: {stepps: []}}\n' > "$DIR/repos/backend/.fettle/workflows/broken.yml"
repo_git "$DIR/repos/backend" add -A
repo_git "$DIR/repos/backend" commit -q -m "workflows"
change_repo "$DIR/repos" backend
cd "$DIR"
start_fettle "$DIR"
push github backend > pushed
delivery=$(sed -n 's/.*"delivery":"\([^"]*\)".*/\1/p' pushed)
runs_done() { "$FETTLE" runs --json | jq -e '(.runs | length) >= 3 and all(.runs[]; .state == "done")'; }
wait_until runs_done 30

same() { # WHAT GOT WANTED
  [ "$2" = "$3" ] || fail "$1: got $2, wanted $3"
  echo "ok - $1"
}
"$FETTLE" explain "$delivery" --json > explained
same 'files of the repository are explained' \
  "$(jq -c '.workflows | map([.name, .file, .matched])' explained)" \
  '[["ci","workflows/ci.yml",true],[".fettle/workflows/broken.yml",".fettle/workflows/broken.yml",false],["docs",".fettle/workflows/docs.yml",false],["own",".fettle/workflows/own.yml",true]]'
same 'paths are asked' "$(jq -c '.workflows[3].filters | map(select(.key == "paths")) | map([.value, .matched])' explained)" \
  '[["src/name",true]]'
same 'a broken file says where' "$(jq -r '.workflows[1].reason' explained | grep -c 'broken.yml:2:')" 1
"$FETTLE" deliveries replay "$delivery" --dry-run --json > same_again
same 'nothing differs' "$(jq -c '.compared | map(select(.file != ".fettle/workflows/broken.yml")) | map([.workflow, .then, .now])' same_again)" \
  '[["ci",true,true],["own",true,true]]'

# The central workflow goes, another comes: the server still has the old ones.
mkdir other
cp -r workflows repositories.yaml secrets tls other/
cp fettle.yaml other/fettle.yaml
sed -i 's/name: ci/name: next/' other/workflows/ci.yml
"$FETTLE" deliveries replay "$delivery" --dry-run --json -c other/fettle.yaml > differs
same 'what differs' \
  "$(jq -c '.compared | map(select(.file | startswith("workflows/"))) | map([.workflow, .then, .now])' differs)" \
  '[["next",false,true],["ci",true,false]]'
same 'its own state knows nothing of the repository' \
  "$(jq -c '.compared | map(select(.workflow == "own")) | map([.then, .now])' differs)" '[[true,null]]'
same 'a dry run starts nothing' "$("$FETTLE" runs --json | jq '[.runs[] | select(.workflow == "next")] | length')" 0
