#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# fettle explain: filters with their values, and the plan with what is known of it before anything runs.
#     explain.sh BIN-FOLDER
. "$(dirname "$0")/verbs_lib.sh" "$@"
mkdir workflows
cat >fettle.yaml <<'END'
listen: [{unix: run.sock}]
forges: {github: {kind: github}}
workflows: workflows
repositories: repositories.yaml
END
echo 'repositories: [{name: api, id: github:acme/api}]' >repositories.yaml
cat >workflows/ci.yml <<'END'
on:
  push: {branches: [main, 'rel/**']}
priority: ${{ startsWith(github.ref, 'refs/heads/rel/') && 'high' || '' }}
jobs:
  build:
    strategy: {matrix: {os: [a, b]}}
    steps: [{run: x}]
  legs:
    strategy: {matrix: "${{ fromJSON(startsWith(github.ref, 'refs/heads/main') && '{\"v\":[1,2]}' || '{\"v\":[3]}') }}"}
    steps: [{run: x}]
  main: {needs: build, if: "github.ref == 'refs/heads/main'", steps: [{run: x}]}
  never: {if: "event.repository.full_name == 'nobody/nothing'", steps: [{run: x}]}
  behind: {needs: [never, build], steps: [{run: x}]}
  despite: {needs: never, if: always(), steps: [{run: x}]}
  tidy: {needs: main, if: failure(), steps: [{run: x}]}
  tells: {outputs: {legs: '[1]'}, steps: [{run: x}]}
  asks: {needs: tells, if: "needs.tells.outputs.legs != ''", steps: [{run: x}]}
  later: {needs: tells, strategy: {matrix: {v: "${{ fromJSON(needs.tells.outputs.legs) }}"}}, steps: [{run: x}]}
END
explain() { fettle explain --forge github --event push --payload "$@"; }
run 0 explain "$fixtures/github/push.json" --json
json 'filters' '.workflows[0].filters | map(select(.key == "branches"))' '[{"key":"branches","value":"main","matched":true}]'
json 'the keys of a job' '.workflows[0].plan.jobs[0] | keys_unsorted' '["key","repo","needs","if","runs"]'
json 'jobs and legs' '.workflows[0].plan.jobs | map(.key)' \
     '["build (a)","build (b)","legs (1)","legs (2)","main","never","behind","despite","tidy","tells","asks","later"]'
json 'what runs' '.workflows[0].plan.jobs | map(.runs)' \
     '[true,true,true,true,true,false,false,true,null,true,null,true]'
json 'a leg for each leg' '.workflows[0].plan.jobs[4].needs' '["build (a)","build (b)"]'
json 'the priority where nothing is said' '.workflows[0].plan.priority' '"normal"'
json 'what is known later' '.workflows[0].plan.jobs[11].note' '"its matrix is known when it starts"'
run 0 explain "$fixtures/github/push.json"
has 'in text' "$out" "job main in api, after build (a), build (b), if github.ref == 'refs/heads/main': runs"
has 'in text' "$out" "job never in api, if event.repository.full_name == 'nobody/nothing': does not run"
jq '.ref = "refs/heads/rel/1"' "$fixtures/github/push.json" >rel.json
run 0 explain rel.json --json
json 'the priority of this event' '.workflows[0].plan.priority' '"high"'
json 'another ref' '.workflows[0].plan.jobs | map([.key, .runs]) | .[2:4]' '[["legs (3)",true],["main",false]]'
# ---- called workflows ----
cat >workflows/shared.yml <<'END'
on: {workflow_call: {inputs: {os: {type: string}}}}
jobs:
  make: {strategy: {matrix: {n: [1, 2]}}, steps: [{run: x}]}
  named: {needs: make, if: "inputs.os == 'a'", steps: [{run: x}]}
  never: {if: "github.ref == 'refs/heads/nothing'", steps: [{run: x}]}
  last: {needs: [make, never], uses: leaf, if: always()}
END
printf 'on: workflow_call\njobs: {one: {steps: [{run: x}]}, two: {needs: one, steps: [{run: x}]}}\n' >workflows/leaf.yml
cat >workflows/calls.yml <<'END'
on: push
jobs:
  first: {steps: [{run: x}]}
  all: {needs: first, strategy: {matrix: {os: [a, b]}}, uses: shared, with: {os: "${{ matrix.os }}"}}
  after: {needs: all, steps: [{run: x}]}
  not: {if: "github.ref == 'refs/heads/nothing'", uses: leaf}
  maybe: {needs: first, if: "needs.first.result == 'success'", uses: leaf}
  there: {uses: api/.fettle/workflows/x.yml@v1}
END
run 0 explain "$fixtures/github/push.json" --json
plan='.workflows | map(select(.name == "calls"))[0].plan'
json 'it can be planned' "$plan.problem" null
json 'the jobs of called files' "$plan.jobs | map(.key)" \
     '["first","all (a) / make (1)","all (a) / make (2)","all (a) / named","all (a) / never","all (a) / last / one","all (a) / last / two","all (b) / make (1)","all (b) / make (2)","all (b) / named","all (b) / never","all (b) / last / one","all (b) / last / two","after","not","maybe / one","maybe / two","there"]'
json 'what runs' "$plan.jobs | map(.runs)" \
     '[true,true,true,null,false,true,true,true,true,null,false,true,true,true,false,null,null,true]'
json 'the first of them wait for what the caller waits for' "$plan.jobs[1].needs" '["first"]'
json 'their own needs' "$plan.jobs[3].needs" '["all (a) / make (1)","all (a) / make (2)"]'
json 'through two files' "$plan.jobs[5:7] | map(.needs)" \
     '[["all (a) / make (1)","all (a) / make (2)","all (a) / never"],["all (a) / last / one"]]'
json 'who needs the call' "$plan.jobs[13].needs | length" 12
json 'the condition of the caller' "$plan.jobs[15].note" '"maybe: if needs.first.result == '"'success'"'"'
json 'why not' "$plan.jobs[17].note" \
     '"the jobs of api/.fettle/workflows/x.yml@v1 are not known here: api: its mirror cannot be read here"'
run 0 explain "$fixtures/github/push.json"
has 'in text' "$out" 'job all (a) / last / two in api, after all (a) / last / one (all (a) / last: if always())'
has 'in text' "$out" 'job there in api (the jobs of api/.fettle/workflows/x.yml@v1 are not known here'
sed -i 's,uses: leaf},uses: lief},' workflows/calls.yml
run 0 explain "$fixtures/github/push.json"; has 'what nobody has' "$err$out" 'lief'
rm workflows/calls.yml workflows/leaf.yml workflows/shared.yml
jq '.ref = "refs/heads/dev"' "$fixtures/github/push.json" >dev.json
run 0 explain dev.json --json
json 'no plan without a match' '.workflows[0] | [.matched, .plan]' '[false,null]'

# ---- pushes that are judged before they happen ----
cat >workflows/judge.yml <<'END'
on: {push: , pre_push: {branches: [main], wait: 90s, offline: deny}}
jobs: {a: {steps: [{run: x}]}}
END
old=$(printf '1%.0s' {1..40}) new=$(printf '2%.0s' {1..40})
call() { # HOOK REF
  jq -n --arg hook "$1" --arg ref "$2" --arg old "$old" --arg new "$new" '{hook: $hook, call: "c1", repository:
    {id: "github:acme/api", full_name: "acme/api", default_branch: "main"}, ref: $ref, before: $old, after: $new,
    actor: "ann", user: null, uid: null, options: [], refs: 1, skip: false, trusted: true}' >call.json
}
sed -i 's/^forges: .*/forges: {github: {kind: bare}}/' fettle.yaml
sed -i 's,github:acme/api},github:acme/api\, url: /srv/api.git},' repositories.yaml
call pre-push refs/heads/main
run 0 explain call.json --forge github --event pre-push --json
json 'what a hook of git means' '.event | [.name, .ref, .sender.login, .trusted]' '["pre_push","refs/heads/main","ann",true]'
one='.workflows | map(select(.name == "judge"))[0]'
json 'who waits' "$one.note" \
     '"the push waits for it, at most 90 s; offline: deny; the forge hears of it when the push is told"'
call pre-push refs/heads/topic
run 0 explain call.json --forge github --event pre-push --json
json 'why nobody does' "$one | [.matched, .reason]" '[false,"branches: \"topic\" is not wanted"]'
call post-receive refs/heads/main
run 0 explain call.json --forge github --event post-receive --json
json 'a push that was taken' '.event.name' '"push"'
json 'which run speaks' "$one.note" '"a run that judged this before the push speaks for it, and then nothing runs again"'
finish
