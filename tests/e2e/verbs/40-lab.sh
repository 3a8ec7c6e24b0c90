# SPDX-License-Identifier: Apache-2.0
# The emulated forge. What its parts do is tried by e2e.lab_*; here each is said yes and no to.

fettle lab start --listen 127.0.0.1:0 >lab2.out 2>/dev/null &
second=$!
wait_until 'grep -q ^listening lab2.out' 10
FETTLE_LAB=$(sed -n 's/^listening //p' lab2.out)
# lab WHAT WRONG WORDS…: right with the words, wrong with the option WRONG, and with no lab
lab() {
    local what="lab $1" wrong=$2 wide
    shift 2
    exits 0 "$what" "$@"
    echo "$what	text" >>seen # for programs: JSON, as wide as it is
    worst 2 '' "$what" $wrong
    FETTLE_LAB=http://127.0.0.1:1 exits 6 "$what" "$@"
    elsewhere "$what" 3 4
}
lab push '--rev x' --repo acme/tools --ref main
lab change 'opn' open --repo acme/tools --head topic
lab repo 'mak' rename --repo acme/tools --to gadgets
lab hook 'ad' add --repo acme/gadgets --target "$FETTLE_LAB/gitea/nobody"
lab member '' ann --repo acme/gadgets
lab fault 'nonsense' latency --ms 1
lab limits 'a b'
lab clock 'advnce'
lab wait 'x'
lab ledger '--forge githob'
lab state '--forge githob'
elsewhere 'lab start' text 0 1 3 4 6 # every script beside this one
worst 2 'needs both' 'lab start' --cert x
sent() { exits "$1" 'lab deliver' --forge github --event push --payload "$2" --url "$3" --secret-file secrets/hook --ca tls/cert.pem; }
sent 0 push.json "https://127.0.0.1:$HTTPS_PORT/hook/github"
sent 6 push.json https://127.0.0.1:1/hook/github
sent 4 nothing.json "https://127.0.0.1:$HTTPS_PORT/hook/github"
worst 2 'did you mean "github"' 'lab deliver' --forge githob
elsewhere 'lab deliver' text 1 3 # e2e.lab
exits 2 'lab deliver'
kill "$second"
wait "$second" 2>/dev/null
FETTLE_LAB=$LAB_URL
