#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A bug that is planted in the simulator's store is found by seeds and by the sweep, and a failing seed becomes a small
# scenario that fails with the bug alone. So is a server that does not know what its forge allows, by seeds. usage: planted.sh DIR (with the program)
set -eu
sim=$1/sim
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
fail() { echo "FAILED: $1" >&2; exit 1; }

SIM_BUG=lying-sync "$sim" seeds 1 20 > "$out/seeds" && fail "no seed found the planted bug"
# How small one gets is a matter of luck: the smallest of some.
least=1000
for seed in $(sed -n 's/^seed \([0-9]*\): .*/\1/p' "$out/seeds" | head -n 4); do
  SIM_BUG=lying-sync "$sim" shrink "$seed" > "$out/one.scn" 2> "$out/said" || fail "seed $seed was not shrunk"
  lines=$(wc -l < "$out/one.scn")
  [ "$lines" -ge "$least" ] || { least=$lines small=$seed && cp "$out/one.scn" "$out/small.scn"; }
done
seed=$small
[ "$least" -le 40 ] || fail "$least lines remain of seed $seed"
grep -q '^crash\|^reboot' "$out/small.scn" || fail "a server that never dies shows the bug"
SIM_BUG=lying-sync "$sim" scenario "$out/small.scn" > "$out/with" && fail "what remained of seed $seed passes"
grep -q "$(sed -n '1s/^# \([A-Z0-9]*\):.*/\1/p' "$out/small.scn"):" "$out/with" || fail "it fails in another way"
"$sim" scenario "$out/small.scn" > "$out/without" || fail "what remained of seed $seed fails without the bug"
"$sim" shrink "$seed" > /dev/null 2> "$out/said" && fail "a seed that passes was shrunk"
SIM_BUG=lying-sync "$sim" sweep tests/scenarios/push-to-status.scn > "$out/sweep" && fail "the sweep missed the bug"
SIM_BUG=hasty "$sim" seeds 1 20 > "$out/hasty" && fail "no seed found the server that does not know the limits"
grep -q 'I13: a call that writes comes' "$out/hasty" || fail "calls came too early in another way: $(head -n 1 "$out/hasty")"
echo "seed $seed: $(wc -l < "$out/small.scn") lines remain"
