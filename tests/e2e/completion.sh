#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Tab in a real bash, zsh and fish, each in a terminal of its own; and the man pages under groff and mandoc.
#     completion.sh BIN-FOLDER
. "$(dirname "$0")/verbs_lib.sh" "$@"

# ---- man pages ----
run 0 fettle _man "$tmp/man"
if command -v mandoc >/dev/null && command -v man >/dev/null; then
    for page in "$tmp"/man/*.1; do
        said=$(mandoc -T lint -W warning "$page" 2>&1) || true
        same "mandoc of ${page##*/}" "$said" ''
        same "man --warnings of ${page##*/}" "$(man --warnings -E UTF-8 -l -Tutf8 -Z "$page" 2>&1 >/dev/null)" ''
    done
    fettle help | sed -n 's/^  \([a-z-]*\)  .*/\1/p' >verbs
    for verb in $(<verbs); do
        same "a page for $verb" "$(ls man/fettle-"$verb".1)" "man/fettle-$verb.1"
    done
    has 'a page shows options' "$(MANWIDTH=80 man -P cat -l man/fettle-runs.1)" '--state STATE'
    has 'a page shows exit codes' "$(MANWIDTH=80 man -P cat -l man/fettle-glob.1)" 'no match'
    # A planted mistake is found.
    echo '.XX' >>man/fettle-version.1
    same 'a wrong page is told' "$(mandoc -T lint -W warning man/fettle-version.1 | grep -c XX)" 1
else
    echo 'man pages: there is no mandoc or man here'
fi

# ---- Tab ----
command -v tmux >/dev/null || { echo 'completion: there is no tmux here'; finish; exit; }
export TERM=xterm
socket=fettle-complete-$$
t() { tmux -L "$socket" -f /dev/null "$@"; }
trap 't kill-server 2>/dev/null; rm -rf "$tmp"' EXIT
mkdir -p work/folder stub
touch work/only-one.yml work/folded.txt 'work/two words.yml'
# One that knows what no server tells here.
cat >stub/fettle <<STUB
#!/bin/sh
case "\$3 \$4 \$5" in
"connect "*) printf 'words\ngithub:acme/api\tapi\n' ;;
"runs show "*) printf 'words\n0apmxcxtg0000\tci main\n' ;;
*) exec "$bin/fettle" "\$@" ;;
esac
STUB
chmod +x stub/fettle
export PATH=$tmp/stub:$PATH

# screen PART: waits until the screen has it
screen() {
    local i
    for ((i = 0; i < 250; i++)); do
        shown=$(t capture-pane -p -t "$shell")
        [[ $shown == *"$1"* ]] && return 0
        sleep 0.02
    done
    return 1
}
# tab LINE WANTED [MORE]: what the line becomes, when MORE is written behind it
tab() {
    t send-keys -t "$shell" -l -- "$1"
    screen "> $1" || true
    t send-keys -t "$shell" Tab
    [ -z "${3:-}" ] || t send-keys -t "$shell" -l -- "$3"
    if screen "$2"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        printf 'FAILED: %s: "%s" becomes no "%s":\n%s\n' "$shell" "$1" "$2" "$shown"
    fi
    t send-keys -t "$shell" C-u C-l
}
each() {
    tab 'fettle deliv' 'fettle deliveries x' x
    tab 'fettle runs wat' 'fettle runs watch x' x
    tab 'fettle runs list --sta' 'fettle runs list --state'
    tab 'fettle runs --state fai' 'fettle runs --state failure'
    tab 'fettle runs list --state=fai' 'fettle runs list --state=failure'
    tab 'fettle check only' 'fettle check only-one.yml'
    tab 'fettle check two' 'fettle check two\ words.yml'
    tab 'fettle init fol' 'fettle init folder/'
    tab 'fettle help exit' 'fettle help exit-codes'
    tab 'fettle lab change reo' 'fettle lab change reopen'
    tab 'fettle connect github:ac' 'fettle connect github:acme/api'
    tab 'fettle runs show 0ap' 'fettle runs show 0apmxcxtg0000'
    tab 'fettle runs --no' 'fettle runs --no-pager'
}
start() {
    shell=$1
    shift
    if t has-session 2>/dev/null; then
        t new-window -d -n "$shell" -c "$tmp/work" "$@"
    else
        t new-session -d -x 100 -y 30 -n "$shell" -c "$tmp/work" "$@"
    fi
}

fettle completion bash >complete.bash
fettle completion zsh >complete.zsh
fettle completion fish >complete.fish
printf 'PS1="bash> "\n. %s/complete.bash\n' "$tmp" >bashrc
start bash bash --noprofile --rcfile "$tmp/bashrc" -i
if command -v zsh >/dev/null; then
    mkdir -p zdot zdot2/functions
    cp complete.zsh zdot2/functions/_fettle
    cat >zdot/.zshrc <<ZSHRC
PS1="zsh> "
autoload -Uz compinit
compinit -u -d $tmp/dump
. $tmp/complete.zsh
ZSHRC
    # As a file in a folder of fpath, found by compinit
    cat >zdot2/.zshrc <<ZSHRC
PS1="zsh2> "
fpath=($tmp/zdot2/functions \$fpath)
autoload -Uz compinit
compinit -u -d $tmp/dump2
ZSHRC
    start zsh env ZDOTDIR="$tmp/zdot" zsh -i
    start zsh2 env ZDOTDIR="$tmp/zdot2" zsh -i
else
    echo 'completion: there is no zsh here'
fi
if command -v fish >/dev/null; then
    start fish env HOME="$tmp" XDG_CONFIG_HOME="$tmp/config" fish --no-config \
        -C "function fish_prompt; echo -n 'fish> '; end; function fish_greeting; end; source $tmp/complete.fish"
else
    echo 'completion: there is no fish here'
fi
for shell in $(t list-windows -F '#W'); do
    screen "$shell>" || { failed=$((failed + 1)); echo "FAILED: $shell does not start: $shown"; continue; }
    if [ "$shell" = zsh2 ]; then tab 'fettle deliv' 'fettle deliveries x' x; else each; fi
done
finish
