# SPDX-License-Identifier: Apache-2.0
# Verbs that talk to the server.

text "deliveries list"
has 'heads' "$out" REASON
js "deliveries list"
worst 2 'did you mean "matched"' "deliveries list" --state mached
prose "deliveries show" "$delivery"
js "deliveries show" "$delivery"
worst 4 'no such delivery' "deliveries show" $nobody
exits 2 "deliveries show"
prose "deliveries replay" "$delivery" --dry-run
js "deliveries replay" "$delivery" --dry-run
worst 4 'no such delivery' "deliveries replay" $nobody
exits 2 "deliveries replay"

text "runs list"
js "runs list"
worst 2 'did you mean "failure"' "runs list" --state failur
prose "runs show" "$first"
js "runs show" "$first"
worst 4 'no such run' "runs show" $nobody
exits 2 "runs show"
text "runs logs" "$first"
worst 4 'no such run' "runs logs" $nobody
exits 2 "runs logs"
elsewhere 'runs logs' json       # what steps wrote is printed as it is
elsewhere 'runs download' json   # the files are what it is about
CODE=1 text "runs watch" "$first"
CODE=1 js "runs watch" "$first"
worst 4 'no such run' "runs watch" $nobody
exits 2 "runs watch"
prose "runs why" "$first"
js "runs why" "$first"
worst 4 'no such run' "runs why" $nobody
exits 2 "runs why"
text "runs graph" "$first"
js "runs graph" "$first"
worst 4 'no such run' "runs graph" $nobody
exits 2 "runs graph"
mkdir -p got && cd got || exit 1
text "runs download" "$first"
exits 1 "runs download" "$first"
worst 4 'no such artifact' "runs download" "$first" nothing
exits 2 "runs download"
cd .. || exit 1

# ask: one more run that waits for somebody; $asking
count() { fettle runs list --json | jq '.runs | length'; }
newest() { fettle runs list --limit 1 -o name; }
waits() { wait_until 'fettle runs why "$(newest)" | grep -q "waits for\|asks"' 10; asking=$(newest); }
ask() {
    before=$(count)
    "$@"
    wait_until '[ "$(count)" -gt "$before" ]' 10
    waits
}
ask text dispatch asks
fettle runs why "$asking" >why-it-waits
text "runs approve" "$asking"
approved=$asking
exits 0 "runs watch" "$approved"
worst 8 'not open' "runs approve" "$approved"
exits 4 "runs approve" $nobody
exits 2 "runs approve"
exits 2 "runs approve" "$approved" 123
ask js dispatch asks
worst 4 'aks' dispatch aks
exits 2 dispatch
text "runs reject" "$asking"
worst 8 'not open' "runs reject" "$first"
exits 4 "runs reject" $nobody
exits 2 "runs reject"
ask text "runs rerun" "$approved"
js "runs approve" "$asking"
wait_until 'fettle runs watch "$asking"' 10
ask js "runs rerun" "$approved"
js "runs reject" "$asking"
worst 2 'exclude each other' "runs rerun" "$first" --failed --job first
exits 8 "runs rerun" "$approved" --failed
exits 4 "runs rerun" $nobody
ask fettle dispatch asks -q
text "runs cancel" "$asking"
ask fettle dispatch asks -q
js "runs cancel" "$asking"
worst 8 'not open' "runs cancel" "$first"
exits 4 "runs cancel" $nobody
exits 2 "runs cancel"

text "recoveries list"
js "recoveries list"
worst 2 'did you mean "failed"' "recoveries list" --state faild
text "recoveries flaky"
js "recoveries flaky"
worst 2 'unknown option' "recoveries flaky" --state failed
text "effects list"
js "effects list"
worst 2 'did you mean "pending"' "effects list" --state pendin
fettle lab fault denied --count 0 --url "$LAB_URL" >/dev/null
fettle deliveries replay "$delivery" -q
wait_until '[ "$(fettle effects list --state dead -o name | wc -l)" -ge 2 ]' 10
wait_until '[ -z "$(fettle runs list --state running -o name)" ]' 10
fettle lab fault clear --url "$LAB_URL" >/dev/null
fettle effects list --state dead -o name | sort >dead
text "effects redrive" "$(sed -n 1p dead)"
js "effects redrive" "$(sed -n '$p' dead)"
wait_until 'fettle effects list --state sent -o name | grep -q "$(sed -n "\$p" dead)"' 10
worst 8 'it is sent' "effects redrive" "$(sed -n '$p' dead)"
worst 4 'no such effect' "effects redrive" $nobody
exits 2 "effects redrive"

text "queue pause"
fettle deliveries replay "$delivery" -q
wait_until '[ -n "$(fettle queue -o name)" ]' 10
text "queue list"
has 'heads' "$out" PRIORITY
js "queue list"
worst 2 'from 1 to 1000' "queue list" --limit 0
waiting=$(fettle queue --json | jq -r '.jobs[0].run')
text "queue bump" "$waiting"
js "queue bump" "$waiting"
worst 4 'no such run' "queue bump" $nobody
exits 8 "queue bump" "$first"
exits 2 "queue bump"
text "queue priority" "$waiting" critical
same 'it is what was said' "$(fettle queue --json | jq -r '.jobs[0].priority')" critical
js "queue priority" "$waiting" low
worst 2 'did you mean "high"' "queue priority" "$waiting" hihg
exits 4 "queue priority" $nobody high
exits 8 "queue priority" "$first" high
js "queue pause"
worst 2 'one word too many' "queue pause" now
text "queue resume"
js "queue resume"
worst 2 'one word too many' "queue resume" now
wait_until '[ -z "$(fettle queue -o name)" ]' 10

prose status
js status
worst 4 'no such file' status -c nothing.yaml
exits 2 status x
elsewhere status 1 # e2e.main_life: a server that drains
text reload
worst 2 'one word too many' reload x

text "store check"
js "store check"
exits 2 'store check' x
cp fettle.yaml elsewhere.yaml
sed -i 's|^store: .*|store: sqlite:state/nothing.db|' elsewhere.yaml
worst 4 'nothing.db' 'store check' -c elsewhere.yaml
exits 3 'store check' -c wrong.yaml
elsewhere 'store check' 1 # e2e.rerun: a store with mistakes

# ---- for a person on a terminal ----
if command -v script >/dev/null; then
    # seen WORDS…: what a terminal shows
    seen() { TERM=xterm script -qec "stty cols 80; $*" /dev/null </dev/null | tr -d '\r'; }
    exact=$(fettle runs list --quiet --limit 1)
    has 'times are exact for programs' "$exact" "$(date -u +%Y)-"
    has 'times are relative for people' "$(seen fettle runs list --no-pager)" ' ago'
    has 'unless they are wanted exact' "$(seen fettle runs list --no-pager --times absolute --limit 1)" "$(date -u +%Y)-"
    has 'relative elsewhere when wanted' "$(fettle runs list --times relative)" ' ago'
    export FETTLE_PAGER="sed 's/^/P:/'"
    has 'long output goes through the pager' "$(seen fettle runs list)" 'P:ID'
    same 'unless it shall not' "$(seen fettle runs list --no-pager | grep -c P:)" 0
    same 'nor elsewhere' "$(fettle runs list | grep -c P:)" 0
    unset FETTLE_PAGER
    same 'colours when wanted' "$(fettle runs list --color always | grep -c $'\033')" "$(fettle runs list -o name | wc -l)"
    mkdir -p got2 && cd got2 || exit 1
    has 'a download shows how far it is' "$(seen fettle runs download "$first")" '[####'
    cd .. || exit 1
    same 'and nothing elsewhere' "$(cd got2 && rm -f * && fettle runs download "$first" 2>&1 | sed s/.gz//)" report.tar
fi
