#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What a person sees: verbs in a terminal of tmux, and its screen compared with the texts in terminal/. Ids, times and the
# version are made alike before. UPDATE=1 writes the texts.
# usage: terminal.sh FOLDER-OF-THE-PROGRAMS
set -eu
command -v tmux > /dev/null || { echo "skipped: tmux is missing"; exit 77; }
. "$(dirname "$0")/lib.sh" "$1"
. "$(dirname "$0")/cases.sh"

TEXTS=$E2E/terminal
cd "$DIR"
mkdir -p workflows run
cat > fettle.yaml << END
listen: [{http: 127.0.0.1:0, serves: [hooks]}, {unix: run/fettle.sock}]
workflows: workflows
runner: {isolation: none}
slots: 3
forges:
  github: {kind: github, url: "http://127.0.0.1:1", reconcile: off, limits: {calls-per-hour: 5000}}
END
# A step "wait" goes on when its file is there.
cat > workflows/ship.yml << END
name: ship
on: workflow_dispatch
env: {GATE: $DIR/gate}
jobs:
  lint: {steps: [{name: look, run: 'true'}]}
  build:
    needs: lint
    strategy: {matrix: {os: [debian-12, debian-13]}}
    steps: [{name: make, run: 'true'}, {name: wait, run: 'until [ -e "\$GATE" ]; do sleep 0.05; done'}]
  docs: {steps: [{name: spell, run: 'echo "wrong word"; exit 3'}], continue-on-error: true}
  release: {needs: [build, docs], steps: [{name: tag, run: 'true'}]}
  tell: {needs: release, if: failure(), steps: [{run: 'true'}]}
END
TMUX_SOCKET=$DIR/tmux
no_terminal() { tm kill-server 2> /dev/null || true; }

tm() { tmux -S "$TMUX_SOCKET" -f /dev/null "$@"; }
terminal() { # COLUMNS ROWS: a shell in it
  no_terminal
  TMUX_SOCKET=$DIR/tmux.$BASHPID # the old one may take its time
  trap 'no_terminal; stop_world' EXIT
  tm new-session -d -x "$1" -y "$2" \
    "env -u FETTLE_URL -u FETTLE_TOKEN -u NO_COLOR LC_ALL=C.UTF-8 PATH='$BIN:$PATH' PS1='$ ' bash --norc --noprofile -i"
  tm set-option -g status off
  wait_until 'screen | grep -q "^\$"' "$LONG"
}
type_line() { tm send-keys -l "$1" && tm send-keys Enter; }
screen() { tm capture-pane -p | sed 's/ *$//'; }
shows() { wait_until "screen | grep -q -- '$1'" "$LONG"; }
# The screen is the text of that name.
looks_like() { # NAME [FILTER]
  local text
  text=$(screen | ${2:-cat} | sed -E "s|$DIR|DIR|g; s/\b0[0-9a-z]{12}\b/0aaaaaaaaaaaa/g; s/ +[0-9]+(m [0-9]+)?s\b/ 0s/g
    s/hour [0-9]+/hour 0/; s/fettle [0-9]+\.[0-9.]+/fettle 0.0.0/" | sed -e :a -e '/^\n*$/{$d;N;ba' -e '}')
  [ -z "${UPDATE:-}" ] || printf '%s\n' "$text" > "$TEXTS/$1.txt"
  diff <(printf '%s\n' "$text") "$TEXTS/$1.txt" || fail "the screen is not as in terminal/$1.txt"
}
begin() { # a run of ship, as far as its gate; its id into $run_id
  touch gate # for what an earlier case has left
  wait_until "[ -z \"\$('$FETTLE' runs --state running -o name)\" ]" "$LONG"
  rm -f gate
  "$FETTLE" dispatch ship --quiet
  wait_until "\"$FETTLE\" runs --state running -o name | grep -q ." "$LONG"
  run_id=$("$FETTLE" runs --state running -o name | head -1)
  wait_until "[ \"\$('$FETTLE' runs show $run_id --json | jq '[.jobs[].steps[] | select(.name == \"wait\" and .state == \"running\")] | length')\" = 2 ]" "$LONG"
}
over() { touch gate; wait_until "'$FETTLE' runs show $run_id --json | jq -e '.state == \"done\"'" "$LONG"; }
unset FETTLE_URL FETTLE_TOKEN
start_fettle "$DIR"

init_says_what_is_next() {
  terminal 82 30
  type_line 'clear; fettle init site; echo rc=$?'
  shows 'rc=0'
  looks_like init
}

# What depends on the machine is not compared.
of_fettle_alone() {
  awk '/^[a-z]+ +[a-z]+ / { skip = $2 ~ /^(git|clock|isolation|disk|limits)$/ } /^[0-9]+ errors/ { skip = 1 } !skip'
}
doctor_says_what_mends_it() {
  "$FETTLE" init sick > init.out
  chmod 644 sick/secrets/github-hook
  terminal 200 40
  type_line 'clear; fettle doctor -c sick/fettle.yaml; echo rc=$?'
  shows 'rc=1'
  looks_like doctor of_fettle_alone
  type_line 'clear; fettle doctor --fix -q -c sick/fettle.yaml; echo rc=$?'
  shows 'rc=0'
  looks_like doctor_fixed of_fettle_alone
}

a_run_is_drawn_until_its_end() {
  begin
  terminal 80 24
  type_line "clear; fettle runs watch $run_id; echo rc=\$?"
  shows '2/2 wait'
  looks_like watch
  touch gate
  shows 'rc=0'
  looks_like watch_done
}

the_terminal_is_as_before_after_an_interrupt() {
  begin
  terminal 80 24
  type_line "fettle runs watch $run_id; echo rc=\$?"
  shows '2/2 wait'
  same "the cursor is hidden" "$(tm display -p '#{cursor_flag}')" 0
  tm send-keys C-c
  shows 'rc=130'
  same "the cursor is there" "$(tm display -p '#{cursor_flag}')" 1
  type_line 'clear; stty -a | tr " ;" "\n\n" | grep -xE -e "-?(echo|icanon)"'
  shows '^icanon'
  has "it echoes" "$(screen)" $'\necho'
  over
}

few_lines_show_what_matters() {
  begin
  terminal 60 8
  type_line "clear; fettle runs watch $run_id"
  shows 'more: '
  looks_like watch_small
  over
}

a_server_is_seen_live() {
  begin
  terminal 80 24
  type_line 'clear; fettle top; echo rc=$?'
  shows 'make\|wait'
  looks_like top
  same "a screen of its own" "$(tm display -p '#{alternate_on}')" 1
  tm resize-window -x 60 -y 14
  wait_until '[ "$(screen | head -1 | cut -c1-6)" = fettle ]' "$LONG"
  stop_fettle KILL
  shows 'the server does not answer for'
  start_fettle "$DIR"
  wait_until '! screen | grep -q "does not answer"' "$LONG"
  tm send-keys q
  shows 'rc=0'
  same "the screen from before" "$(tm display -p '#{alternate_on}')" 0
  over
}

without_a_terminal_there_are_lines() {
  begin
  touch gate
  LC_ALL=C.UTF-8 "$FETTLE" runs watch "$run_id" > lines
  ! grep -q $'\033' lines || fail "sequences: $(cat -v lines)"
  has "lines" "$(cat lines)" "job release  success"
  local rc=0
  "$FETTLE" top > out 2> err || rc=$?
  same "no terminal" $rc 2
  has "the advice" "$(cat err)" "--once"
  "$FETTLE" top --once > out
  ! grep -q $'\033' out || fail "sequences: $(cat -v out)"
  has "as text" "$(cat out)" "FORGES"
  same "as JSON" "$("$FETTLE" top --json | jq -c '[.schema, .stats.slots, (.queue.jobs | length)]')" '[1,3,0]'
  rc=0
  TERM=dumb script -qec "'$FETTLE' runs watch $run_id" /dev/null > dumb < /dev/null || rc=$?
  same "a dumb terminal" $rc 0
  ! grep -q $'\033' dumb || fail "sequences: $(cat -v dumb)"
}

case_of 'init says what is next' init_says_what_is_next
case_of 'doctor says what mends it' doctor_says_what_mends_it
case_of 'a run is drawn until its end' a_run_is_drawn_until_its_end
case_of 'the terminal is as before after an interrupt' the_terminal_is_as_before_after_an_interrupt
case_of 'few lines show what matters' few_lines_show_what_matters
case_of 'a server is seen live, over a restart' a_server_is_seen_live
case_of 'without a terminal there are lines' without_a_terminal_there_are_lines
finish_cases
