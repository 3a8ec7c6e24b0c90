#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# fettle plan: the graph of a workflow file and how long it will take.
#     plan.sh BIN-FOLDER
. "$(dirname "$0")/verbs_lib.sh" "$@"
cp -r "$fixtures/plan/." .

run 2 fettle plan
run 2 fettle plan diamond.yml more
run 2 fettle plan diamond.yml --slots 0
run 2 fettle plan diamond.yml --slots many
run 2 fettle plan diamond.yml --json --dot
run 4 fettle plan nothing.yml
printf 'on: push\njobs: {a: {steps: [{run: x}], neds: b}}\n' >wrong.yml
run 3 fettle plan wrong.yml; has 'the place' "$err" 'wrong.yml:2:'
run 3 fettle plan cycle.yml; has 'the circle' "$err" 'a -> c -> b -> a'
run 3 fettle plan .fettle/workflows/self.yml; has 'a circle through files' "$err" 'calls itself'

run 0 fettle plan diamond.yml --slots 2 --json
json 'the keys' 'keys_unsorted' '["schema","slots","makespan_ms","critical_path","jobs"]'
json 'the keys of a job' '.jobs[0] | keys_unsorted' \
     '["id","needs","estimate_ms","start_ms","end_ms","slack_ms","critical"]'
json 'the whole' '[.schema, .slots, .makespan_ms, .critical_path]' '[1,2,600000,["build","system","deploy"]]'
json 'the jobs' '.jobs | map([.id, .estimate_ms / 1000, .start_ms / 1000, .end_ms / 1000, .slack_ms / 1000, .critical])' \
     '[["build",240,0,240,0,true],["unit",120,240,360,180,false],["lint",90,0,90,450,false],["system",300,240,540,0,true],["deploy",60,540,600,0,true]]'
json 'needs' '.jobs | map(.needs)' '[[],["build"],[],["build"],["unit","lint","system"]]'
run 0 fettle plan diamond.yml --slots 1 --json; json 'one slot' .makespan_ms 810000
json 'the critical path is that of the graph' .critical_path '["build","system","deploy"]'
run 0 fettle plan diamond.yml --slots 2; has 'for people' "$out" 'critical path  build > system > deploy'
run 0 fettle plan diamond.yml --dot; has 'for graphviz' "$out" '"build" -> "unit";'

run 0 fettle plan locks.yml --slots 2 --json
json 'the priority' '.priority' '"push: high, pull_request: low"'
json 'slots and locks' '.jobs | map([.slots, .locks])' \
     '[[2,[]],[1,["Staging","host-${{ github.ref }}"]],[1,["staging"]]]'
json 'one holds a lock' '.jobs | map(.start_ms / 60000)' '[0,8,5]'
run 0 fettle plan locks.yml --slots 1; has 'wider than the server' "$out" 'takes 2 slots, more than there are'
has 'what it holds' "$out" 'holds Staging'; has 'the priority for people' "$out" 'priority       push: high'

run 0 fettle plan .fettle/workflows/matrix.yml --slots 4 --json
json 'legs and called jobs' '.jobs | map(.id)' \
     '["test (a, 1)","test (a, 2)","test (b, 2)","later","called / one","called / two","elsewhere","end"]'
json 'max-parallel' '.jobs[:3] | map(.start_ms)' '[0,0,180000]'
json 'needs of a called job' '.jobs[4].needs' '["test (a, 1)","test (a, 2)","test (b, 2)"]'
json 'needs of one behind a call' '.jobs[7].needs | sort' '["called / one","called / two","later"]'
json 'what is not here' '.jobs[6].note | type' '"string"'
run 0 fettle plan .fettle/workflows/matrix.yml
same 'at most 80 columns' "$(awk 'length > 80' <<<"$out")" ''
cd .fettle/workflows || exit 1
run 0 fettle plan ./matrix.yml --json; json 'from within the folder' '.jobs | length' 8

# A wide graph ends soon.
{
    printf 'on: push\njobs:\n'
    for i in $(seq 200); do
        printf '  j%s: {strategy: {matrix: {a: [1,2,3,4,5,6,7,8,9,10]}}, needs: [%s], steps: [{run: x}]}\n' "$i" \
            "$([ "$i" -gt 1 ] && echo "j$((i - 1))")"
    done
} | sed 's/needs: \[\], //' >wide.yml
run 0 timeout 20 fettle plan wide.yml --slots 4 --json; json 'all legs' '.jobs | length' 2000
finish
