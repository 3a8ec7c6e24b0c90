# SPDX-License-Identifier: Apache-2.0
# Verbs that need no server.

text init "$DIR/fresh"
worst 8 'exists' init "$DIR/fresh"
exits 2 init a b
elsewhere init 5 # root may write everywhere

text serve --check
worst 4 'fettle init' serve -c nothing.yaml
exits 2 serve --chek
printf 'nonsense: 1\n' >wrong.yaml
exits 3 serve -c wrong.yaml
exits 1 serve # its store is in use

text check workflows/jobs.yml fettle.yaml repositories.yaml
printf 'on: {push: {brances: [main]}}\njobs: {a: {steps: [{run: x}]}}\n' >typo.yml
worst 3 'unknown key "brances" (did you mean "branches"?) [unknown-key]' check typo.yml
has 'the place is shown' "$err" '~~~~~~'
exits 2 check
exits 4 check nothing.yml

text config
has 'where it comes from' "$out" 'fettle.yaml:'
prose config forges.github
js config --said
worst 4 'there is no setting "limits.bdy"' config limits.bdy
exits 2 config a b
exits 3 config -c wrong.yaml
exits 4 config -c nothing.yaml

jq -n '{ref: "refs/heads/main", before: ("0" * 40), after: ("1" * 40), repository: {full_name: "acme/backend", id: 1,
    default_branch: "main", private: false}, sender: {login: "ann", id: 2}, commits: []}' >push.json
prose explain --forge github --event push --payload push.json
js explain --forge github --event push --payload push.json
js explain "$delivery"
worst 2 'did you mean "github"' explain --forge githob --event push --payload push.json
exits 4 explain $nobody

text expr '1 == 1'
printf '{"github": {"ref": "refs/heads/main"}}' >contexts.json
worst 1 'did you mean "github"?' expr 'gitub.ref' --context contexts.json
exits 2 expr
exits 4 expr x --context nothing.json
echo '{' >half.json
exits 3 expr x --context half.json

text glob src/a.c 'src/**'
exits 1 glob docs/a.md 'src/**'
worst 2 'goes backwards' glob main '[z-a]'

text plan workflows/jobs.yml
js plan workflows/jobs.yml --slots 2
printf 'on: push\njobs: {a: {needs: b, steps: [{run: x}]}, b: {needs: a, steps: [{run: x}]}}\n' >cycle.yml
worst 3 'a' plan cycle.yml
exits 2 plan
exits 4 plan nothing.yml
elsewhere plan 5 # root may read everything

printf 'on: push\njobs: {a: {steps: [{run: echo done}]}}\n' >ok.yml
printf 'on: push\njobs: {a: {steps: [{run: exit 1}]}}\n' >no.yml
text run ok.yml --dir repos/backend
exits 1 run no.yml --dir repos/backend
worst 4 'no such file' run nothing.yml
exits 2 run
exits 3 run typo.yml --dir repos/backend
elsewhere run 5 # root may read everything

cat >theirs.yml <<'END'
on: push
jobs: {a: {runs-on: ubuntu-latest, steps: [{uses: some/action@v1}, {run: make}]}}
END
CODE=1 prose import theirs.yml
CODE=1 js import theirs.yml
exits 0 import ok.yml
mkdir -p made && exits 0 import -o made ok.yml
worst 8 'nothing was written' import -o made ok.yml
exits 2 import
exits 3 import half.json
exits 4 import nothing.yml
elsewhere import 5 # root may write everywhere

prose schema workflow # JSON
worst 2 'did you mean "workflow"' schema workflw
text completion bash
worst 2 'bash, zsh or fish' completion tcsh
text help
worst 2 'did you mean "runs"' help rnus
for verb in $(fettle _complete -- '' | sed 1d | cut -f 1); do text help "$verb"; done
text version
worst 2 'one word too many' version x
