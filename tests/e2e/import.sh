#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# fettle import: workflows of GitHub and hooks of adnanh/webhook.
#     import.sh BIN-FOLDER
. "$(dirname "$0")/verbs_lib.sh" "$@"
cp -r "$fixtures/import/." .

run 2 fettle import
run 2 fettle import build.yml deploy.yml; has 'two files need a folder' "$err" '-o DIR'
run 2 fettle import build.yml --jsno
run 4 fettle import nothing.yml
printf 'on: [push\n' >broken.yml; run 3 fettle import broken.yml; has 'the place' "$err" 'broken.yml:2:1: error'
printf '[{"id":"a","id":"b"}]' >twice.json; run 3 fettle import twice.json; has 'strict' "$err" 'duplicate key'
printf '[{"id":"a",}]' >comma.json; run 3 fettle import comma.json
printf 'a: 1\n' >other.yml; run 3 fettle import other.yml; has 'what it is not' "$err" 'no workflow'
: >empty.yml; run 3 fettle import empty.yml

# ---- a workflow that runs once it is rewritten ----
run 0 fettle import build.yml --json
json 'the keys' '[keys_unsorted, (.files[0] | keys_unsorted), (.files[0].findings[0] | keys_unsorted)]' \
     '[["schema","files"],["file","kind","runs","findings","outputs"],["line","column","verdict","code","text","instead"]]'
json 'it runs' '.files[0] | [.file, .kind, .runs]' '["build.yml","workflow",true]'
json 'in the order of the file' '.files[0].findings | map(.line) | . == sort' true
json 'verdicts' '.files[0].findings | map(.verdict) | unique' '["note","rewritten","runs"]'
json 'what the host needs' '.files[0].findings | map(select(.code == "host-tool").text)[0] | test("node and npm")' true
run 0 fettle import build.yml; cp "$tmp/.out" converted.yml
run 0 fettle check converted.yml; out=$(<converted.yml)
same 'comments stay' "$(grep -c '#' converted.yml)" "$(grep -c '#' build.yml)"
same 'no value in a script' "$(grep -c 'echo.*\${{' converted.yml)" 0
has 'what is set already is taken' "$out" 'echo $GITHUB_SHA $GREETING ${NUMBER}_x'
has 'names that are taken' "$out" 'TITLE_2: ${{ github.event.pull_request.title }}'
has 'in quotes of the shell' "$out" 'echo "$GREETING $TITLE_2" "$TITLE_2"'
has 'in a flow map' "$out" "env: {ACTION: '\${{ github.event.action }}'}, run: \"echo \\\"\$ACTION\\\"\""
run 0 fettle import converted.yml; same 'a second time changes nothing' "$out" "$(<converted.yml)"
sed 's/$/\r/' build.yml >crlf.yml
run 0 fettle import crlf.yml; same 'line ends stay' "$(grep -vc $'\r$' "$tmp/.out")" 0
tr -d '\r' <"$tmp/.out" >lf.yml; same 'as with the other line ends' "$(<lf.yml)" "$(<converted.yml)"

# ---- the scripts do the same as at GitHub ----
cat >script.yml <<'END'
on: push
jobs:
  a:
    steps:
      - name: one
        run: |
          echo "a ${{ github.event.x }} b" 'c ${{ github.event.x }} d' '${{ github.event.x }}' ${{ github.event.x }}e
          cat <<END
          ${{ github.event.x }}
          END
END
sed -i 's/^END$/          END/' script.yml
run 0 fettle import script.yml --json
jq -r '.files[0].outputs[0].text' <<<"$out" | sed -n '/run: |/,$p' | tail -n +2 | sed 's/^          //' >rewritten.sh
sed -n '/run: |/,$p' script.yml | tail -n +2 | sed 's/^          //; s/\${{ github.event.x }}/value/g' >plain.sh
same 'what it prints' "$(X=value bash rewritten.sh)" "$(bash plain.sh)"
same 'what comes from outside is not run' "$(X='$(touch bad)`touch bad`' bash rewritten.sh | head -n 1; ls bad 2>/dev/null)" \
    'a $(touch bad)`touch bad` b c $(touch bad)`touch bad` d $(touch bad)`touch bad` $(touch bad)`touch bad`e'

# ---- what is written in unusual ways stays YAML ----
odd() { # SENTENCE FILE: the result is YAML, and what is wrong with it is nothing of the syntax
    run 1 fettle import "$2" --json
    jq -r '.files[0].outputs[0].text' <<<"$out" >odd-out.yml
    same "$1" "$(fettle check odd-out.yml 2>&1 | grep -c '\[syntax\]')" 0
}
printf 'on: push\njobs:\n  a:\n    services:\n      db: "one\n two"\n    container:\n    steps: [{run: x}]\n' >odd.yml
odd 'a text that goes on further to the left, a value that is not there' odd.yml
same 'all of it is a comment' "$(grep -v '^ *#' odd-out.yml)" $'on: push\njobs:\n  a:\n    steps: [{run: x}]'
printf 'on: push\njobs:\n  a:\n    steps:\n      - env: text\n        run: echo ${{ github.event.x }}\n' >odd.yml
odd 'an env that is none' odd.yml; same 'stays' "$(<odd-out.yml)" "$(<odd.yml)"
printf 'on: push\njobs:\n  a:\n    steps:\n      - "env"  :\n        run: echo ${{ github.event.x }} ${{ a. }} ${{}}\n' >odd.yml
odd 'an empty env with a quoted key, expressions that are none' odd.yml
has 'its variables' "$(<odd-out.yml)" $'"env"  :\n          X: ${{ github.event.x }}'
printf 'on: push\njobs:\n  a:\n    container: "x\u2028y"\n    steps:\n      - uses: "a/b\u2028c"\n      - run: "echo ${{ a\u2029.b }}"\n' >odd.yml
odd 'the line ends of YAML that others do not have' odd.yml
printf 'on: push\rjobs:\r  a:\r    container: x\r    steps: [{run: x}]\r' >odd.yml
odd 'lines that end as on an old Macintosh' odd.yml; has 'as a comment' "$(<odd-out.yml)" '# container: x'
printf 'on: push\njobs:\n  a:\n    steps:\n      - name: &u no/action@v1\n      - uses: *u\n' >odd.yml; odd 'an alias' odd.yml
printf 'on: push\njobs:\n  a:\n    steps:\n      - uses: no/action@v1\n        run: {}\n' >odd.yml; odd 'two kinds of step in one' odd.yml
hook_of() { # MORE KEYS, RULES
    echo "[{\"id\": \"odd\", \"execute-command\": \"/bin/true\"$1, \"trigger-rule\": {\"and\": [$2]}}]" >odd.json
}
value_is() { echo "{\"match\": {\"type\": \"value\", \"value\": \"$2\", \"parameter\": {\"source\": \"payload\", \"name\": \"$1\"}}}"; }
hook_of ', "pass-environment-to-command": [{"source": "string", "name": "x", "envname": "A\nB"}]' "$(value_is ref x)"
run 1 fettle import odd.json --json; json 'a name with a line end makes no workflow' \
    '[.files[0].outputs[].name | select(startswith("workflows/"))]' '[]'
hook_of '' "$(value_is repository.full_name "a/b'}, {x: 'y"), $(value_is repository.full_name a/app), $(value_is repository.full_name b/app)"
run 1 fettle import odd.json --json
json 'repositories have names of their own' '.files[0].outputs[] | select(.name == "repositories.yaml").text' \
    '"repositories:\n  - {name: '"'app', id: 'github:a/app'}\\n  - {name: 'app-2', id: 'github:b/app'"'}\n"'
hook_of '' "$(value_is object_kind merge_request), $(value_is action 'a], evil: [b')"
run 1 fettle import odd.json --json
has 'a type is a word of a list' "$(jq -r '.files[0].outputs[0].text' <<<"$out")" "types: ['a], evil: [b']"

# ---- one that does not ----
run 1 fettle import deploy.yml
for word in pull-request-target container services remote-action shell runs-on expression-in-script secret; do
    has "$word is told" "$err" "[$word]"
done
has 'the place' "$err" 'deploy.yml:1:12: refused: pull_request_target'
has 'what to write instead' "$err" 'instead: run: docker buildx build'
run 1 fettle import deploy.yml --quiet; same 'only what does not run' "$(grep -cE ': (runs|note|rewritten): ' <<<"$err")" 0
printf 'listen: [{unix: run.sock}]\nrunner: {labels: [linux, ubuntu-22.04]}\n' >fettle.yaml
run 1 fettle import deploy.yml; same 'the labels of the configuration' "$(grep -c 'no label "ubuntu-22.04"' <<<"$err")" 0
rm fettle.yaml

printf 'on: push\njobs: {a: {runs-on: linux, steps: [{env: {T: "${{ secrets.GITHUB_TOKEN }}"}, run: x}]}}\n' >token.yml
run 0 fettle import token.yml
has 'no token is made' "$err" 'secrets.GITHUB_TOKEN is always empty'; same 'and none can be put there' "$(grep -c 'GITHUB_TOKEN: {file' <<<"$err")" 0

# ---- into a folder ----
run 1 fettle import -o out build.yml deploy.yml; has 'the report goes to stdout' "$out" 'wrote out/deploy.yml'
same 'the file' "$(<out/build.yml)" "$(<converted.yml)"
run 8 fettle import -o out build.yml; has 'nothing is overwritten' "$err" 'out/build.yml exists'

# ---- hooks ----
run 0 fettle import hooks.json; same 'a secret is not printed' "$(grep -c a-secret <<<"$out$err")" 0
run 0 fettle import hooks.json --json; same 'nor in JSON' "$(grep -c a-secret <<<"$out")" 0
json 'kind' '.files[0] | [.kind, .runs]' '["hooks",true]'
run 0 fettle import hooks.json -o host
same 'files' "$(cd host && find . -type f | sort | paste -sd' ')" \
    './fettle.forges.yaml ./repositories.yaml ./secrets/hook-merge ./secrets/hook-redeploy-webhook ./workflows/merge.yml ./workflows/redeploy-webhook.yml'
same 'a secret is for its owner' "$(stat -c %a host/secrets/hook-merge)" 600
same 'a secret' "$(<host/secrets/hook-redeploy-webhook)" a-secret
{ printf 'listen: [{unix: run.sock}]\nworkflows: workflows\nrepositories: repositories.yaml\n'; cat host/fettle.forges.yaml; } \
    >host/fettle.yaml
run 0 fettle serve --check -c host/fettle.yaml
explain() { fettle explain -c host/fettle.yaml --forge "$1" --event "$2" --payload "$3" --json; }
jq '.repository.full_name = "acme/app"' "$fixtures/github/push.json" >push.json
run 0 explain github push push.json
json 'the push starts its hook' '.workflows | map([.name, .matched])' '[["merge",false],["redeploy-webhook",true]]'
jq '.ref = "refs/heads/dev"' push.json >dev.json
run 0 explain github push dev.json; json 'another branch does not' '.workflows | any(.matched)' false

# The command is called as the hook would have called it.
cat >call.json <<'END'
[{"id": "call", "execute-command": "./show", "command-working-directory": "HERE",
  "pass-arguments-to-command": [{"source": "string", "name": "it's $HOME `x`"}, {"source": "payload", "name": "a.b"}],
  "pass-environment-to-command": [{"source": "string", "name": "x", "envname": "NAME"}, {"source": "payload", "name": "c.d"}],
  "pass-file-to-command": [{"source": "payload", "name": "e", "envname": "FILE", "base64decode": true}],
  "trigger-rule": {"match": {"type": "payload-hmac-sha256", "secret": "s", "parameter": {"source": "header", "name": "X-Hub-Signature-256"}}}}]
END
sed -i "s|HERE|$tmp|" call.json
printf '#!/bin/sh\nprintf "[%%s]" "$@" "$NAME"; tr "\\\\0" "\\\\n" </proc/$$/environ | grep "^HOOK_c"; cat "$FILE"\n' >show && chmod +x show
run 0 fettle import call.json --json
jq -r '.files[0].outputs[] | select(.name == "workflows/call.yml").text' <<<"$out" >call.yml
run 0 fettle check call.yml
sed -n '/run: |/,$p' call.yml | tail -n +2 | sed 's/^          //' >call.sh
same 'arguments, variables, files' \
    "$(cd / && NAME=x VALUE_1='v 1' VALUE_2='v 2' VALUE_3=aGVsbG8= bash "$tmp/call.sh")" \
    "[it's \$HOME \`x\`][v 1][x]HOOK_c.d=v 2
hello"

run 1 fettle import hooks.yaml
for word in query header request ip-whitelist regex signature secret http-methods include-command-output-in-response \
            unknown-key missing-key; do
    has "$word is told" "$err" "[$word]"
done
has 'a rule that could not be taken over starts nothing' "$out" "if: 'false'"
run 1 fettle import hooks.yaml -o other; same 'secrets that change' "$(cat other/secrets/hook-rotated*)" $'new\nold'
finish
