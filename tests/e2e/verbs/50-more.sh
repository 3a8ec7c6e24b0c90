# SPDX-License-Identifier: Apache-2.0
# Copies of the store, tokens, top, reports, hooks, doctor.

in_table() { fettle _complete -- "$1" | grep -q "^$1	"; }

if in_table token; then
    prose 'token new' ops --scope read,run
    js 'token new' ops --scope read
    worst 2 'read, run, approve, admin' 'token new' ops --scope raed
    exits 2 'token new' ops
    cp fettle.yaml with-token.yaml
    exits 0 'token new' ops --scope read --write -c with-token.yaml
    exits 8 'token new' ops --scope read --write -c with-token.yaml
    printf 'listen: [\n' >broken.yaml
    exits 3 'token new' ops --scope read --write -c broken.yaml
    exits 4 'token new' ops --scope read --write -c nothing.yaml
fi
if in_table dashboard; then
    prose dashboard
    js dashboard
    worst 2 'read, run, approve, admin' dashboard --scope raed
    elsewhere dashboard 8 # e2e.sessions
    for scope in read run; do
        curl -s -o /dev/null -H 'X-Fettle-CSRF: x' "http://127.0.0.1:$HTTP_PORT/api/v1/session" \
            -d "{\"token\":\"$(fettle dashboard -q --scope $scope | sed 's/.*token=//')\"}"
    done
    text 'sessions list'
    js 'sessions list'
    worst 2 'unknown option' 'sessions list' --limit 1
    text 'sessions end' "$(fettle sessions -o name | head -n 1)"
    js 'sessions end' "$(fettle sessions -o name | head -n 1)"
    worst 4 'no such session' 'sessions end' $nobody
    exits 2 'sessions end'
fi
if in_table top; then
    text top --once
    js top
    worst 2 'one word too many' top x
fi
if in_table bugreport; then
    prose bugreport
    exits 0 bugreport --file report.txt
    worst 8 'exists' bugreport --file report.txt
    exits 2 bugreport x
    exits 1 bugreport --file /nowhere/report.txt
fi
if fettle help commands | grep -q '^### fettle store backup$'; then
    text 'store backup' copy.db
    js 'store backup' copy2.db
    worst 8 'is there already' 'store backup' copy.db
    text 'store copy' sqlite:copy3.db
    js 'store copy' sqlite:copy4.db
    worst 2 'sqlite:FILE' 'store copy' mysql:copy5.db
    exits 8 'store copy' sqlite:copy3.db
    worst 8 'server' 'store restore' copy.db
    worst 8 'server' 'store migrate'
    sed 's|^store: .*|store: sqlite:other.db|' fettle.yaml >other.yaml
    prose 'store restore' copy.db -c other.yaml
    js 'store restore' copy.db -c other.yaml
    exits 4 'store restore' nothing.db -c other.yaml
    text 'store migrate' -c other.yaml
    js 'store migrate' -c other.yaml
    for word in backup\ b.db restore\ copy.db migrate copy\ sqlite:c.db; do
        # shellcheck disable=SC2086
        exits 3 "store ${word%% *}" ${word#"${word%% *}"} -c wrong.yaml
        exits 2 "store ${word%% *}" a b c
        # shellcheck disable=SC2086
        exits 4 "store ${word%% *}" ${word#"${word%% *}"} -c nothing.yaml
    done
fi
if in_table hooks; then
    git init -q -b main hooked
    CODE=1 prose 'hooks status' hooked
    prose 'hooks install' hooked
    js 'hooks install' hooked
    js 'hooks status' hooked
    worst 4 'repository' 'hooks status' run
    prose 'hooks uninstall' hooked
    js 'hooks uninstall' hooked
    for word in status install uninstall; do
        exits 2 "hooks $word" --hook nonsense hooked
        exits 4 "hooks $word" "$DIR/nowhere"
        worst 2 'exclude each other' "hooks $word" --global --template
        elsewhere "hooks $word" 1 3 8 # e2e.hooks_install
    done
fi
if in_table doctor; then
    fettle doctor --no-ping >/dev/null 2>&1
    CODE=$? prose doctor --no-ping
    fettle doctor --no-ping >/dev/null 2>&1
    CODE=$? js doctor --no-ping
    worst 2 'exclude each other' doctor --ping --no-ping
    elsewhere doctor 0 1 # e2e.doctor
fi
if in_table hook-relay; then
    elsewhere hook-relay text 0 1 3 4 5 6 7 # e2e of the hooks
    worst 2 'URL is missing' hook-relay
fi
