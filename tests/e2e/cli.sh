#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The command line from outside: what it prints, what it exits with, alone and with a running server.
#     cli.sh BIN-FOLDER
set -u
bin=$(cd "${1:?the folder with fettle}" && pwd)
root=$(cd "$(dirname "$0")/../.." && pwd)
fixtures=$root/tests/fixtures
shared=${FETTLE_SHARED:-$root/../shared/data}
octokit=${FETTLE_OCTOKIT_EXAMPLES:-$root/tests/node_modules/@octokit/webhooks-examples}
[ -x "$bin/fettle" ] && [ -x "$bin/fettle-shim" ] || { echo "there is no fettle in $bin"; exit 1; }
for tool in jq curl openssl timeout; do
    command -v "$tool" >/dev/null || { echo "skipped: there is no $tool"; exit 77; }
done
unset FETTLE_CONFIG FETTLE_URL FETTLE_TOKEN FETTLE_CA FETTLE_TIMEOUT http_proxy HTTP_PROXY https_proxy HTTPS_PROXY
export PATH=$bin:$PATH LC_ALL=C.UTF-8
tmp=$(mktemp -d)
server= silent=
finish() {
    for pid in $server $silent; do kill "$pid" 2>/dev/null && wait "$pid" 2>/dev/null; done
    rm -rf "$tmp"
}
trap finish EXIT
cd "$tmp" || exit 1

. "$root/tests/e2e/verbs_checks.sh"

# ---- usage, help, completion ----
run 2 fettle
run 2 fettle hlp; has 'a verb is suggested' "$err" 'did you mean "help"?'
run 0 fettle --version; same 'version' "$out" "$(fettle version)"
run 0 fettle help; has 'help lists verbs' "$out" explain
for topic in workflows webhooks files exit-codes init serve check explain expr glob plan run import deliveries runs \
             effects status reload \
             completion help version; do
    run 0 fettle help "$topic"
    [ -n "$out" ] || same "help $topic says something" '' 'something'
done
run 2 fettle help nothing
run 0 fettle runs --help; has 'a verb shows its help' "$out" 'usage: fettle runs'
for shell in bash zsh fish; do run 0 fettle completion $shell; has "$shell asks the program" "$out" "fettle _complete"; done
run 0 fettle _complete -- ""; has "verbs are offered" "$out" $'\ndeliveries\t'
run 2 fettle completion tcsh
fettle completion bash >complete.sh
complete_to() { bash -c '. ./complete.sh; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _fettle; echo "${COMPREPLY[*]}"' - "$@"; }
same 'completes a verb' "$(complete_to fettle expl)" explain
same 'completes a second word' "$(complete_to fettle runs wat)" watch
same 'completes an option' "$(complete_to fettle explain --pay)" --payload
for shell in zsh fish; do
    command -v $shell >/dev/null && { fettle completion $shell >complete.$shell; run 0 $shell -n complete.$shell; }
done

# ---- expr ----
echo '{"github": {"event": {"labels": [{"name": "Bug"}]}}, "inputs": {"n": 3}}' >contexts.json
run 0 fettle expr ''; same 'an empty expression' "$out" null
run 0 fettle expr '-1'; same 'a sign is no option' "$out" -1
run 0 fettle expr NaN; same 'NaN' "$out" '"NaN"'
run 0 fettle expr '-Infinity'; same 'infinity' "$out" '"-Infinity"'
run 0 fettle expr "contains(github.event.labels.*.name, 'bug')" --context contexts.json; same 'a filter' "$out" true
run 0 fettle expr --context=contexts.json 'inputs.n'; same 'a number' "$out" 3
run 1 fettle expr --context=contexts.json 'inputs.n +'; has 'the place is told' "$err" 'Located at position 10'
run 0 fettle expr --context contexts.json 'github.event'; same 'an object' "$out" '{"labels":[{"name":"Bug"}]}'
run 1 fettle expr 'github.ref'; has 'an unknown context' "$err" "Unrecognized named-value: 'github'"
run 1 fettle expr 'gitub.ref' --context contexts.json; has 'a name is suggested' "$err" "'gitub'. Located at position 1 within expression: gitub.ref (did you mean \"github\"?)"
run 0 sh -c 'echo "1 == 1" | fettle expr -'; same 'from standard input' "$out" true
mkdir -p hashed && printf a >hashed/a
run 0 sh -c "cd hashed && fettle expr \"hashFiles('*')\""
same 'hashFiles' "$out" '"bf5d3affb73efd2ec6c36ad3112dd933efed63c4e1cbffcfa88e2759c144f2d8"'
run 2 fettle expr; run 2 fettle expr 1 2; run 2 fettle expr 1 --contxt f
run 3 fettle expr 1 --context complete.sh; run 4 fettle expr 1 --context nothing.json

# ---- glob ----
run 0 fettle glob feature/x 'feature/*'; same 'glob' "$out" match
run 1 fettle glob feature/x/y 'feature/*'; same 'glob' "$out" 'no match'
run 0 fettle glob feature/x/y 'feature/**'
run 1 fettle glob main '!main'
run 1 fettle glob main '**' '!main'
run 0 fettle glob main '**' '!main' 'm*'
run 0 fettle glob --json '--*'
run 2 fettle glob main
run 2 fettle glob main '[z-a]'

# ---- init ----
run 0 fettle init
has 'init says what is next' "$out" 'fettle serve'
for file in tls/key.pem secrets/github-hook secrets/gitlab-hook; do
    same "mode of $file" "$(stat -c %a $file)" 600
done
same 'a secret has 32 bytes' "$(wc -c <secrets/github-hook)" 65
[ "$(<secrets/github-hook)" != "$(<secrets/gitlab-hook)" ] || same 'secrets differ' same different
has 'names of the certificate' "$(openssl x509 -in tls/cert.pem -noout -ext subjectAltName)" 'DNS:localhost, IP Address:127.0.0.1'
has 'curve of the certificate' "$(openssl x509 -in tls/cert.pem -noout -text)" 'ASN1 OID: prime256v1'
run 0 openssl x509 -in tls/cert.pem -noout -checkend $((824 * 86400))
run 1 openssl x509 -in tls/cert.pem -noout -checkend $((826 * 86400))
run 0 fettle serve --check
run 0 fettle check fettle.yaml repositories.yaml workflows/hello.yml; same 'check says ok' "$(wc -l <.out)" 3
before=$(find . -type f ! -name .out ! -name .err -exec sha256sum {} + | sort)
run 8 fettle init
run 8 fettle init .
same 'a second init leaves all as it is' "$(find . -type f ! -name .out ! -name .err -exec sha256sum {} + | sort)" "$before"
mkdir partly && touch partly/repositories.yaml
run 8 fettle init partly
same 'a folder with one of the files stays as it is' "$(ls partly)" repositories.yaml
run 0 fettle init deep/below
run 0 fettle serve --check -c deep/below/fettle.yaml
touch plain && run 8 fettle init plain
run 2 fettle init a b
run 2 fettle init --force

# ---- check ----
run 2 fettle check
run 4 fettle check nothing.yml
run 0 fettle check "$root/config/examples/repositories.yaml" "$root"/config/examples/workflows/*.yml
printf 'on: {push: {brances: [main]}}\njobs: {a: {steps: [{run: x}]}}\n' >bad.yml
run 3 fettle check bad.yml workflows/hello.yml; has 'a problem with its place' "$err" 'bad.yml:1:13: error: unknown key "brances"'
has 'a good file beside a bad one' "$out" 'workflows/hello.yml: ok'
run 3 fettle check -q bad.yml; same 'quiet' "$out$err" ''
run 3 fettle check bad.yml nothing.yml
run 3 fettle check nothing.yml bad.yml
mkdir broken && cp -r fettle.yaml repositories.yaml workflows secrets tls broken && cp bad.yml broken/workflows
run 3 fettle serve --check -c broken/fettle.yaml; has 'serve --check reads the workflows' "$err" brances
run 4 fettle serve -c nothing.yaml
run 2 fettle serve --chek
run 0 env FETTLE_CONFIG=deep/below/fettle.yaml fettle serve --check
run 4 env FETTLE_CONFIG=nothing.yaml fettle serve --check

# ---- explain ----
mkdir none && cd none || exit 1
explain() { fettle explain --forge "$1" --event "$2" --payload "$3" --json "${@:4}"; }
keys='["schema","event","workflows"]'
event_keys='["forge","name","action","delivery","repository","ref","before","after","created","deleted","forced","tag","commits_truncated","pull_request","issue","comment","sender","trusted","review","release","check","status","workflow_run","merge_group","workflow","schedule","inputs","client_payload"]'
for file in "$fixtures"/github/*.json "$fixtures"/gitea/*.json "$fixtures"/gitlab/*.json; do
    forge=$(basename "$(dirname "$file")") name=$(basename "$file" .json)
    case $forge/$name in
    github/*) for event in pull_request_review pull_request issue_comment merge_group check_run check_suite \
                           workflow_job repository_dispatch repository workflow_dispatch workflow_run push issues create delete \
                           release status; do [[ $name == "$event"* ]] && break; done ;;
    gitea/issues_label*) event=issue_label ;;
    gitea/workflow_job*) event=workflow_job ;;
    gitea/pull_request_sync*) event=pull_request_sync ;;
    gitea/pull_request_label*) event=pull_request_label ;;
    gitea/issue_comment*) event=issue_comment ;;
    gitea/review_approved) event=pull_request_review_approved ;;
    gitea/pull_request*) event=pull_request ;;
    gitea/*) event=${name%%_*} ;;
    gitlab/push*) event='Push Hook' ;;
    gitlab/tag_push*) event='Tag Push Hook' ;;
    gitlab/merge_request*) event='Merge Request Hook' ;;
    gitlab/note*) event='Note Hook' ;;
    gitlab/issue*|gitlab/work*) event='Issue Hook' ;;
    gitlab/pipeline*) event='Pipeline Hook' ;;
    gitlab/job*) event='Job Hook' ;;
    gitlab/release*) event='Release Hook' ;;
    gitlab/system_*) event='System Hook' ;;
    esac
    run 0 explain "$forge" "$event" "$file"
    json "$forge $name: keys" 'keys_unsorted | map(select(. != "reason"))' "$keys"
    json "$forge $name: no workflows" '.workflows' '[]'
    json "$forge $name: event" ".event == null and (.reason | type) == \"string\" or (.event | keys_unsorted) == $event_keys" true
done
run 0 explain github push "$fixtures/github/push.json"
json 'the push' '[.schema, .event.forge, .event.name, .event.repository.id, .event.ref, .event.trusted, .event.delivery]' \
     '[1,"github","push","github:acme/api","refs/heads/main",true,null]'
run 0 explain gitlab 'Merge Request Hook' "$fixtures/gitlab/merge_request_update_code.json"
json 'the merge request' '[.event.name, .event.action, .event.pull_request.number]' '["pull_request","synchronize",7]'
run 0 bash -c 'fettle explain --forge github --event push --payload - --json <"$1"' - "$fixtures/github/push.json"
json 'from standard input' .event.name '"push"'
run 1 explain github push -
jq -sRr '"payload=" + @uri' "$fixtures/github/push.json" >form
run 0 explain github push form; json 'a form' .event.repository.id '"github:acme/api"'
printf 'payload=%%zz' >form && run 1 explain github push form
printf '{"a":1,"a":2}' >twice.json && run 1 explain github push twice.json
json 'undecodable' '[.event, .workflows]' '[null,[]]'; has 'undecodable' "$err" 'duplicate key'
printf '{}' >empty.json && run 1 explain github push empty.json
run 0 explain github star empty.json; json 'ignored' '[.event, (.reason | test("star")), .workflows]' '[null,true,[]]'
run 0 fettle explain --forge github --event star --payload empty.json; has 'ignored, in text' "$out" ignored
run 4 explain github push nothing.json
run 2 explain githob push empty.json; has 'kinds are listed' "$err" gitlab
run 2 fettle explain
run 2 fettle explain --forge github --event push
run 2 fettle explain --forge github --event push --payload empty.json extra
run 2 fettle explain --forge
run 2 explain github push empty.json --jsn
run 4 explain github push empty.json -c nothing.yaml
printf 'title \033]0;x\007 \342\200\256' >title
jq --rawfile t title '.pull_request.title = $t' "$fixtures/github/pull_request.json" >escape.json
run 0 fettle explain --forge github --event pull_request --payload escape.json
has 'control characters are shown' "$out" 'title \x1b]0;x\x07 \u{202e}'

mkdir workflows
cat >fettle.yaml <<END
listen: [{unix: run.sock}]
forges: {hub: {kind: github, token: {file: not-mine}}}
workflows: workflows
repositories: repositories.yaml
END
cat >repositories.yaml <<END
repositories:
  - {name: api, id: hub:acme/api}
  - {name: ui, id: hub:acme/ui, dependencies: [api]}
  - {name: docs, id: hub:acme/docs}
cross_repo_workflows: [{name: both, repositories: [api, ui]}, {name: other, repositories: [ui]}]
END
cat >workflows/all.yml <<END
on: {push: {branches: [main], paths: [src/**]}}
repositories: [ui, api]
coordination: sequential
jobs:
  ui: {repo: ui, steps: [{run: x}]}
  api: {repo: api, steps: [{run: x}]}
  after: {needs: [ui], steps: [{run: x}]}
END
printf 'on: {push: {branches: [dev]}}\njobs: {a: {steps: [{run: x}]}}\n' >workflows/dev.yml
printf 'on: {pull_request: {}}\njobs: {a: {steps: [{run: x}]}}\n' >workflows/pr.yml
printf 'on: {push: {repos: [docs]}}\njobs: {a: {steps: [{run: x}]}}\n' >workflows/docs.yml
run 0 explain hub push "$fixtures/github/push.json"
json 'names and verdicts' '.workflows | map([.name, .matched])' \
     '[["all",true],["dev",false],["docs",false],["pr",false],["both",true],["other",false]]'
json 'files' '.workflows | map(.file) | [.[0], .[4]]' '["workflows/all.yml","repositories.yaml"]'
json 'the order of repositories is in the plan' '.workflows[0].plan' \
     '{"priority":"normal","jobs":[{"key":"ui","repo":"ui","needs":["api"],"if":null,"runs":true},{"key":"api","repo":"api","needs":[],"if":null,"runs":true},{"key":"after","repo":"api","needs":["ui"],"if":null,"runs":true}]}'
json 'paths' '.workflows[0].note' '"paths are decided from git"'
json 'filters' '[.workflows[1].filters, .workflows[2].filters]' \
     '[[{"key":"branches","value":"main","matched":false}],[{"key":"repos","value":"api","matched":false}]]'
json 'reasons' '.workflows | map(.reason | type)' '["null","string","string","string","null","string"]'
json 'no plan without a match' '.workflows | map(.plan | type)' '["object","null","null","null","null","null"]'
json 'the keys of a workflow' '.workflows[1] | keys_unsorted' '["name","file","matched","reason","filters","plan"]'
run 0 fettle explain --forge hub --event push --payload "$fixtures/github/push.json"
has 'in text' "$out" 'job ui in ui, after api'
run 0 explain hub push "$fixtures/github/push_deleted_branch.json"
json 'a deleted branch starts nothing' '.workflows | any(.matched)' false
run 0 explain github push "$fixtures/github/push.json"
json 'a kind beside a configured name' '[.event.forge, (.workflows | map(select(.matched)) | length)]' '["github",1]'
echo 'nonsense: 1' >>fettle.yaml
run 3 explain hub push "$fixtures/github/push.json"; has 'a configuration with errors' "$err" nonsense
cd .. || exit 1

# ---- explain: payloads of others, a sample ----
if [ -r "$octokit/api.github.com/index.json" ]; then
    jq -c '[.[] | .name as $n | .examples[] | {n: $n, p: .}] | [range(0; length; (length / 20 | floor)) as $i | .[$i]][]' \
        "$octokit/api.github.com/index.json" >sample
    while read -r line; do
        jq .p <<<"$line" >one.json
        run 0 explain github "$(jq -r .n <<<"$line")" "$tmp/one.json" -c deep/below/fettle.yaml
        json 'a payload of GitHub' '[.schema, (.event | type) != "null" or (.reason | type) == "string"]' '[1,true]'
    done <sample
else
    echo 'skipped: there are no payloads of GitHub'
fi
if [ -d "$shared/gitlab-webhooks" ]; then
    for file in "$shared"/gitlab-webhooks/{build,issue,merge_request,note_issue,pipeline,push,release,tag_push}.json \
                "$shared"/gitlab-systemhooks/{group_create,merge_request,project_create,push,tag_push,user_create}.json; do
        case $file in
        */gitlab-systemhooks/*) event='System Hook' ;;
        *) case $(jq -r .object_kind "$file") in
           build) event='Job Hook' ;; issue) event='Issue Hook' ;; merge_request) event='Merge Request Hook' ;;
           note) event='Note Hook' ;; pipeline) event='Pipeline Hook' ;; push) event='Push Hook' ;;
           release) event='Release Hook' ;; tag_push) event='Tag Push Hook' ;; esac ;;
        esac
        run 0 explain gitlab "$event" "$file"
        json "$file" '.event | type' '"object"'
    done
else
    echo 'skipped: there are no payloads of GitLab'
fi

# ---- without a server ----
mkdir host && cd host || exit 1
fettle init >/dev/null
sed -i 's/0\.0\.0\.0:8443/127.0.0.1:0/; s/127\.0\.0\.1:8080/127.0.0.1:0/' fettle.yaml
printf 'runner: {isolation: none}\nslots: 4\n' >>fettle.yaml
id=0am000000000a
for verb in status deliveries runs effects reload "deliveries show $id" "runs logs $id" "explain $id"; do
    # shellcheck disable=SC2086
    run 6 fettle $verb
done
has 'what to do' "$err" 'fettle serve'
run 6 env FETTLE_URL=http://127.0.0.1:1 fettle status
run 6 env FETTLE_URL=unix:/nowhere fettle status
run 2 env FETTLE_URL=ftp://host fettle status
run 2 env FETTLE_URL=http://ci.example.com FETTLE_TOKEN=x fettle status; has 'a token in the open' "$err" https
run 2 env FETTLE_TIMEOUT=soon fettle status
run 4 fettle status -c nothing.yaml
run 3 fettle status -c ../bad.yml
for words in 'deliveries nothing' 'deliveries show' 'deliveries list --dry-run' 'runs show' 'runs cancel a b' 'runs show a -f' \
             'effects show' 'status x' 'reload x' 'runs --output' 'runs -o yaml' 'runs --jsno'; do
    # shellcheck disable=SC2086
    run 2 fettle $words
done
run 4 fettle runs show nonsense
run 4 fettle deliveries replay ../../runs

# ---- with one ----
cat >workflows/jobs.yml <<'END'
name: jobs
on: {push: {branches: [main]}}
jobs:
  first:
    steps: [{name: talk, run: "echo said $GITHUB_EVENT_NAME; printf '\\033]0;x\\007\\n'"}]
  second:
    needs: first
    steps: [{run: "echo second; exit 3"}]
  third:
    needs: [first, second]
    steps: [{run: echo third}]
END
printf 'name: long\non: {push: {branches: [dev]}}\njobs: {a: {steps: [{name: nap, run: "echo asleep; sleep 600"}]}}\n' >workflows/long.yml
rm workflows/hello.yml
fettle serve 2>log &
server=$!
for _ in $(seq 100); do [ -S run/fettle.sock ] && grep -q msg=ready log && break; sleep 0.1; done
https=$(sed -n 's/.*kind=https .*port=\([0-9]*\).*/\1/p' log) http=$(sed -n 's/.*kind=http .*port=\([0-9]*\).*/\1/p' log)
run 0 fettle status; has 'status' "$out" 'ready, fettle'
run 0 fettle status --json; json 'status' '[.schema, .ready, .stats.slots]' '[1,true,4]'
run 0 fettle status --quiet; same 'quiet' "$out" ''
run 0 env FETTLE_URL="http://127.0.0.1:$http/" fettle status
run 0 env FETTLE_URL="unix:$PWD/run/fettle.sock" fettle status -c nothing.yaml
run 5 env FETTLE_URL="http://api.localhost:$http" fettle status
run 0 fettle deliveries --json; json 'none yet' . '{"schema":1,"deliveries":[],"next":null}'
run 0 fettle runs -o name; same 'none yet' "$out" ''

# deliver FILE EVENT GUID: signs and posts, prints the answer
deliver() {
    local sum
    sum=$(openssl dgst -sha256 -hmac "$(<secrets/github-hook)" -r "$1")
    curl -sS --cacert tls/cert.pem -H "X-Hub-Signature-256: sha256=${sum%% *}" -H "X-GitHub-Event: $2" \
        -H "X-GitHub-Delivery: $3" -H 'Content-Type: application/json' -H 'Cookie: sesame' -H 'cookie: sesame2' \
        --data-binary "@$1" \
        "https://localhost:$https/hook/github"
}
run 0 deliver "$fixtures/github/push.json" push d-1; json 'stored' .status '"accepted"'
delivery=$(jq -r .delivery <<<"$out")
for _ in $(seq 100); do
    [ "$(fettle deliveries --state matched -o name)" = "$delivery" ] && break
    sleep 0.1
done
run 0 fettle deliveries; has 'a table' "$out" "$delivery"; has 'heads' "$out" REASON
same 'without colours' "$(grep -c $'\033' <<<"$out")" 0
run 0 fettle deliveries list --quiet; same 'no heads' "$(wc -l <<<"$out")" 1
run 0 fettle deliveries -o json; json 'a list' '.deliveries | map([.id, .event, .state])' "[[\"$delivery\",\"push\",\"matched\"]]"
run 0 fettle deliveries --state ignored -o name; same 'by state' "$out" ''
run 0 fettle deliveries --before "$delivery" -o name; same 'before' "$out" ''
run 2 fettle deliveries --limit 0
run 0 fettle deliveries show "$delivery"; has 'show' "$out" 'github:acme/api'
has 'that it was signed' "$out" 'X-Hub-Signature-256: *** (redacted'
has 'a cookie' "$out" 'Cookie: *** (redacted'; same 'its value' "$(grep -c sesame <<<"$out")" 0
run 0 fettle deliveries show "$delivery" --json
json 'a delivery' '[.schema, .id, .kind, .form, .guid, .normalised.name]' "[1,\"$delivery\",\"github\",false,\"d-1\",\"push\"]"
run 4 fettle deliveries show $id
run 4 fettle deliveries replay $id
run 0 fettle explain "$delivery" --json
json 'explained' '[.event.delivery, (.workflows | map(select(.matched).name))]' '["d-1",["jobs"]]'
run 4 fettle explain $id
run 0 fettle deliveries replay "$delivery" --dry-run; has 'dry run' "$out" matched
has 'then and now' "$out" 'jobs (workflows/jobs.yml): started then, would start now'
mkdir -p ../other/workflows
sed 's/\[dev\]/[main]/' workflows/long.yml >../other/workflows/long.yml
printf 'listen: [{unix: run.sock}]\nforges: {github: {kind: github}}\nworkflows: workflows\n' >../other/fettle.yaml
run 0 fettle deliveries replay "$delivery" --dry-run --json
json 'the same configuration' '.compared | map([.workflow, .then, .now])' '[["jobs",true,true]]'
json 'the run' '.compared[0].run' "\"$(fettle runs -o name)\""
run 0 fettle deliveries replay "$delivery" --dry-run --json -c ../other/fettle.yaml
json 'another configuration' '.compared | map([.workflow, .then, .now])' '[["long",false,true],["jobs",true,false]]'
run 0 fettle deliveries replay "$delivery" --dry-run -c ../other/fettle.yaml
has 'in text' "$out" 'long (workflows/long.yml): did not start then, WOULD start now'
has 'in text' "$out" 'started then, would NOT start now'
same 'a dry run starts nothing' "$(fettle runs -o name | wc -l)" 1

first=$(fettle runs -o name)
run 1 fettle runs watch "$first"; has 'watch' "$out" 'job second  failure'
run 0 fettle runs show "$first"; has 'show' "$out" 'failure'
run 0 fettle runs show "$first" --json
json 'a run' '[.schema, .id, .workflow, .state, .conclusion, (.jobs | map(.conclusion))]' \
     "[1,\"$first\",\"jobs\",\"done\",\"failure\",[\"success\",\"failure\",\"skipped\"]]"
run 0 fettle runs logs "$first"; has 'logs' "$out" 'said push'; has 'in order' "$out" '==> second'
run 0 fettle runs logs --quiet "$first"
same 'logs are as they were when no person reads' "$(grep -c $'\033]0;x\007' "$tmp/.out")" 1
run 0 fettle runs logs -f "$first"
if command -v script >/dev/null; then
    export TERM=xterm
    script -qec "fettle runs logs $first" /dev/null </dev/null >tty 2>&1
    has 'logs are harmless on a terminal' "$(<tty)" '\x1b]0;x\x07'
    script -qec "fettle runs" /dev/null </dev/null >tty 2>&1
    has 'colours on a terminal' "$(<tty)" $'\033[31mfailure'
    NO_COLOR=1 script -qec "fettle runs --no-pager" /dev/null </dev/null >tty 2>&1
    same 'NO_COLOR' "$(grep -c $'\033' tty)" 0
fi
run 0 fettle runs why "$first"; has 'why' "$out" 'second: ended: failure'
run 0 fettle runs why "$first" --json; json 'why' '[.schema, (.jobs | length)]' '[1,3]'
run 0 fettle runs graph "$first"
same 'graph' "$out" $'first  success\n`- second  failure\n   `- third  skipped  needs also first'
run 0 fettle runs graph "$first" --json; json 'graph' '.jobs | map([.key, .level])' '[["first",0],["second",1],["third",2]]'
run 8 fettle runs cancel "$first"
for verb in show logs watch why graph cancel; do run 4 fettle runs $verb $id; done

run 0 fettle deliveries replay "$delivery"
for _ in $(seq 100); do [ "$(fettle runs -o name | wc -l)" = 2 ] && break; sleep 0.1; done
same 'a replay decides once more' "$(fettle runs -o name | wc -l)" 2

jq '.ref = "refs/heads/dev"' "$fixtures/github/push.json" >dev.json
run 0 deliver dev.json push d-2
long=
for _ in $(seq 100); do
    long=$(fettle runs --state running --json | jq -r '.runs[] | select(.workflow == "long").id')
    [ -n "$long" ] && fettle runs logs "$long" | grep -q asleep && break
    sleep 0.1
done
run 0 fettle runs why "$long"; has 'why it runs' "$out" 'runs the step nap'
run 0 fettle queue pause; has 'paused' "$out" 'nothing starts any more'
run 0 fettle deliveries replay "$delivery"
for _ in $(seq 100); do [ -n "$(fettle queue -o name)" ] && break; sleep 0.1; done
run 0 fettle queue; has 'the queue' "$out" 'queue is paused'; has 'heads' "$out" PRIORITY
run 0 fettle queue list --json
json 'the queue' '[.schema, .paused, .waiting, (.jobs | map([.key, .workflow, .priority, .reason]))]' \
     '[1,true,1,[["first","jobs","normal","paused"]]]'
waiting=$(jq -r '.jobs[0].run' <<<"$out")
run 0 fettle runs why "$waiting"; has 'why it waits' "$out" 'first: waits because the queue is paused'
run 0 fettle runs why "$waiting" --json
json 'why' '.jobs | map([.reason, .state])' '[["paused","ready"],["needs","waiting"],["needs","waiting"]]'
run 0 fettle queue bump "$waiting"; has 'bumped' "$out" 'goes first'
run 0 fettle queue --json; json 'bumped' '.jobs | map(.bumped)' '[true]'
run 8 fettle queue bump "$first"
run 4 fettle queue bump $id
run 2 fettle queue bump
run 2 fettle queue nonsense
run 0 fettle queue resume --json; json 'resumed' '[.schema, .paused]' '[1,false]'
run 1 fettle runs watch "$waiting"
run 0 fettle queue; has 'the queue' "$out" ', 0 jobs wait'
run 130 timeout --preserve-status -s INT 2 fettle runs logs -f "$long"; has 'followed' "$out" asleep
fettle runs watch "$long" >watched &
watcher=$!
run 0 fettle runs cancel "$long"
wait $watcher; same 'the watcher of a cancelled run' $? 1
has 'watched' "$(<watched)" cancelled
run 0 fettle runs why "$long"; has 'why it ended' "$out" "cancelled by $(id -un)"
run 0 fettle runs --state cancelled -o name; same 'by conclusion' "$out" "$long"
printf '{}' >star.json && run 0 deliver star.json star d-3
for _ in $(seq 100); do [ -n "$(fettle deliveries --state ignored -o name)" ] && break; sleep 0.1; done
run 0 fettle explain "$(fettle deliveries --state ignored -o name)" --json; json 'ignored' '.event' null
run 0 fettle effects; has 'effects' "$out" 'AT THE FORGE'
run 0 fettle effects list --json; json 'effects' '[.schema, (.effects | type)]' '[1,"array"]'

# ---- reload ----
cp fettle.yaml good.yaml
run 0 fettle reload; has 'reload' "$out" 'in force'
echo 'nonsense: 1' >>fettle.yaml
run 3 fettle reload; has 'what is wrong' "$err" 'unknown key "nonsense"'; has 'what is in force' "$err" 'the old one stays'
run 0 fettle status; has 'the old one stays' "$out" ready
printf 'listen: [\n' >fettle.yaml
run 3 fettle reload
cp good.yaml fettle.yaml
cp ../bad.yml workflows/bad.yml
run 0 fettle reload; has 'a workflow with errors is told' "$err" brances
rm workflows/bad.yml
run 0 fettle reload -q; same 'quiet' "$out$err" ''

# ---- a server that is there and says nothing ----
if command -v python3 >/dev/null; then
    python3 -c 'import socket, time
s = socket.socket(socket.AF_UNIX); s.bind("silent.sock"); s.listen(); time.sleep(60)' &
    silent=$!
    for _ in $(seq 50); do [ -S silent.sock ] && break; sleep 0.1; done
    run 7 env FETTLE_TIMEOUT=500ms FETTLE_URL="unix:$PWD/silent.sock" fettle status
fi

kill "$server"
wait "$server"; same 'the server ends well' $? 0
server=
run 6 fettle status
grep -E 'ERROR: |runtime error' log && failed=$((failed + 1))
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
