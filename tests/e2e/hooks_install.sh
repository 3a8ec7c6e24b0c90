#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# `fettle hooks` with real git and the real tools that put hooks into repositories as well: what was there goes on as it
# did, and is back byte for byte at the end. git 2.54 cannot be had on Debian 12: what is done for it runs against a
# stand-in that says so of itself and runs the hooks of the configuration as git-hook(1) has it.
set -eu
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh" "$1"
TOOLS=$E2E/../hooks-tools/node_modules
# shellcheck source=tests/e2e/hooks_install_lib.sh
. "$E2E/hooks_install_lib.sh"
# Without a fettle-hook beside it: which client the scripts call is said by --client.
mkdir bin; ln "$FETTLE" bin/fettle 2> /dev/null || cp "$FETTLE" bin/fettle
HOOKS="$DIR/bin/fettle hooks"

# ---- a repository without hooks ----
make_repo plain
snapshot plain > before
run_ok $HOOKS install $TO plain
[ "$(jq -r '.hooks[0] | [.hook, .state, .way, .changed] | @csv' < out.json)" = '"pre-push","installed","folder",true' ] || fail "$(cat out.json)"
snapshot plain > installed
run_ok $HOOKS install $TO plain
[ "$(jq '.hooks[0].changed' < out.json)" = false ] || fail "a second install changed something"
snapshot plain | cmp - installed || fail "a second install is not the first"
new_commit plain
(cd plain && git push -q origin main 2> ../err) || fail "$(cat err)"
asked_once "--server unix:$DIR/server.sock --offline allow pre-push origin $DIR/plain.git"
grep -q "^refs/heads/main $(git -C plain rev-parse main) refs/heads/main 0000" client.log || fail "input: $(cat client.log)"
(cd plain && git push -q --dry-run origin main) && asked_once "pre-push origin $DIR/plain.git"
new_commit plain
(cd plain && ! CLIENT_EXIT=1 git push -q origin main 2> /dev/null) || fail "a denied push went through"
(cd plain && git push -q --no-verify origin main)
rm client.calls
(mkdir -p plain/deep && cd plain/deep && $HOOKS status --json) | jq -e '.hooks[0].state == "installed"' > /dev/null || fail "from below"
GIT_DIR=/nowhere GIT_INDEX_FILE=/nowhere $HOOKS status --json plain | jq -e '.hooks[0].state == "installed"' > /dev/null || fail "what a hook leaves"

refuse 4 "fettle-hook is not beside fettle" $HOOKS install --server unix:/x plain

# Options are written in; another set of them is another script.
echo t > token; echo c > ca
refuse 2 "belongs to --server https" $HOOKS install $TO --token-file token plain
refuse 2 "offline" $HOOKS install $TO --offline maybe plain
refuse 2 "deadline" $HOOKS install $TO --deadline 30 plain
refuse 2 "unix:PATH or https" $HOOKS install --client "$CLIENT" --server http://x plain
refuse 4 "cannot be executed" $HOOKS install --server unix:x --client token plain
refuse 4 "cannot be read" $HOOKS install --client "$CLIENT" --server https://ci:8443 --token-file absent plain
refuse 2 "pre-push, pre-receive" $HOOKS install $TO --hook commit-msg plain
refuse 4 "not a git repository" $HOOKS status "$DIR"
run_ok $HOOKS install --client "$CLIENT" --server https://ci:8443 --token-file token --ca ca --offline deny --deadline 5s plain
(cd plain && git push -q origin main)
asked_once "--server https://ci:8443 --token-file $DIR/token --ca $DIR/ca --offline deny --deadline 5000 pre-push origin $DIR/plain.git"
run_ok $HOOKS uninstall plain
snapshot plain | cmp - before || fail "uninstall left something"
run_ok $HOOKS uninstall plain
rc=0; $HOOKS status plain > out || rc=$?
[ "$rc" = 1 ] && grep -q "^no hook of fettle in" out || fail "status of nothing: $rc $(cat out)"
# The configuration of the server says where its socket is.
mkdir conf && (cd conf && "$FETTLE" init > /dev/null)
run_ok $HOOKS install -c conf/fettle.yaml --client "$CLIENT" plain
[ "$(jq -r '.hooks[0].server' < out.json)" = "unix:$DIR/conf/run/fettle.sock" ] || fail "$(cat out.json)"

# ---- what is broken is said, and install mends it ----
problem() { jq -r '.hooks[0].problem.code' < <($HOOKS status --json plain || true); }
[ "$(problem)" = hook-unreachable ] || fail "no socket: $(problem)"
command -v socat > /dev/null || { echo "skipped: socat is missing"; exit 77; }
listening
run_ok $HOOKS install $TO plain
[ "$(problem)" = null ] || fail "$(problem)"
chmod 644 plain/.git/hooks/pre-push
[ "$(problem)" = hook-stale ] || fail "not executable: $(problem)"
run_ok $HOOKS install $TO plain
[ "$(problem)" = null ] || fail "not mended: $(problem)"
echo '# mine' >> plain/.git/hooks/pre-push
[ "$(problem)" = hook-edited ] || fail "edited: $(problem)"
refuse 8 "was edited since" $HOOKS install $TO plain
refuse 8 "was edited since" $HOOKS uninstall plain
rm plain/.git/hooks/pre-push
run_ok $HOOKS uninstall plain
snapshot plain | cmp - before || fail "removed by hand"

# ---- a hook that was there ----
hook_there() { # FILE [LINE]
  mkdir -p "$(dirname "$1")"
  printf '#!/bin/sh\necho "%s:$*" >> "$DIR/old.log"\n%s\ncat >> "$DIR/old.log"\nexit ${OLD_EXIT:-0}\n' "${1##*/}" "${2:-}" > "$1"
  chmod 750 "$1"
  touch -d '2020-02-02 02:02:02.123456789' "$1"
}
hook_there plain/.git/hooks/pre-push
snapshot plain > before
run_ok $HOOKS install $TO plain
[ "$(jq '.hooks[0].chained' < out.json)" = true ] || fail "$(cat out.json)"
new_commit plain
(cd plain && git push -q origin main HEAD:refs/heads/odd\'\$x)
asked_once "pre-push origin $DIR/plain.git"
sed 1d client.log > new.in; sed 1d old.log > old.in
head -n 1 old.log | grep -qx "pre-push:origin $DIR/plain.git" || fail "$(cat old.log)"
cmp new.in old.in && [ "$(wc -l < new.in)" = 2 ] || fail "both get the same input: $(cat new.in old.in)"
new_commit plain; rm -f old.log client.log
rc=0; (cd plain && OLD_EXIT=3 .git/hooks/pre-push origin url < /dev/null) || rc=$?
[ "$rc" = 3 ] && [ ! -e client.log ] || fail "the first failure wins: $rc"
rc=0; (cd plain && CLIENT_EXIT=7 .git/hooks/pre-push origin url < /dev/null) || rc=$?
[ "$rc" = 7 ] && [ "$(wc -c < client.log)" -gt 0 ] || fail "the second failure: $rc"
printf 'no line end' | (cd plain && .git/hooks/pre-push o u); [ "$(tail -c 11 client.log)" = "no line end" ] || fail "last bytes"
run_ok $HOOKS uninstall plain
snapshot plain | cmp - before || fail "what was there is not back"

# One that is a link, and one that nobody may run, are kept as such.
mv plain/.git/hooks/pre-push real-hook; ln -s "$DIR/real-hook" plain/.git/hooks/pre-push
snapshot plain > before
run_ok $HOOKS install $TO plain; rm -f old.log; (cd plain && git push -q origin main); [ -s old.log ] || fail "link"
run_ok $HOOKS uninstall plain; snapshot plain | cmp - before || fail "link is not back"
rm plain/.git/hooks/pre-push; hook_there plain/.git/hooks/pre-push; chmod 640 plain/.git/hooks/pre-push
snapshot plain > before
run_ok $HOOKS install $TO plain; rm -f old.log; new_commit plain; (cd plain && git push -q origin main); [ ! -e old.log ] || fail "ran"
run_ok $HOOKS uninstall plain; snapshot plain | cmp - before || fail "mode is not back"
# One that asks for its own name would not know itself.
hook_there plain/.git/hooks/pre-push 'case ${0##*/} in pre-push) ;; *) exit 9 ;; esac'
snapshot plain > before
refuse 8 "by which name it was called" $HOOKS install $TO plain
snapshot plain | cmp - before || fail "a refusal changed something"
rm plain/.git/hooks/pre-push; mkdir plain/.git/hooks/pre-push
refuse 8 "is no file" $HOOKS install $TO plain
rmdir plain/.git/hooks/pre-push

# ---- working copies that share a repository; core.hooksPath ----
git -C plain worktree add -q ../linked -b linked
run_ok $HOOKS install $TO linked; rm -f client.calls
(cd linked && git push -q origin linked); asked_once "pre-push origin"
new_commit plain; (cd plain && git push -q origin main); asked_once "pre-push origin"
run_ok $HOOKS uninstall plain
git -C plain config core.hooksPath my-hooks
hook_there plain/my-hooks/pre-push; snapshot plain > before
run_ok $HOOKS install $TO plain
$HOOKS status plain | grep -q 'its paths are those of this machine' || fail "no word on a file of the working copy"
new_commit plain; rm -f old.log; (cd plain && git push -q origin main); asked_once "pre-push origin"; [ -s old.log ] || fail "hooksPath"
git -C plain config core.hooksPath other
[ "$(problem)" = null ] && $HOOKS status plain > out && fail "a folder that is no longer looked into"
git -C plain config core.hooksPath my-hooks; run_ok $HOOKS uninstall plain; snapshot plain | cmp - before || fail "hooksPath"
run_ok $HOOKS install $TO plain
git -C plain config --unset core.hooksPath # the folder is forgotten; what stands in .git/hooks would be found
run_ok $HOOKS install $TO plain
git -C plain config core.hooksPath my-other
[ "$(problem)" = hook-not-run ] || fail "not where git looks: $(problem)"
run_ok $HOOKS install $TO plain
[ ! -e plain/.git/hooks/pre-push ] && [ -x plain/my-other/pre-push ] || fail "it moves along"
run_ok $HOOKS uninstall plain; [ ! -e plain/my-other ] || fail "a folder that was made is left"
git -C plain config core.hooksPath /dev/null
refuse 8 "git runs no hooks here" $HOOKS install $TO plain
git -C plain config --unset core.hooksPath

# ---- a bare repository ----
git -C plain.git config receive.advertisePushOptions true
snapshot plain.git > before
run_ok $HOOKS install $TO plain.git
[ "$(jq -r '[.hooks[].hook] | join(" ")' < out.json)" = "pre-receive post-receive" ] || fail "$(cat out.json)"
new_commit plain
(cd plain && CLIENT_SAYS='a verdict' git push -o why=x origin main 2> ../err)
grep -q '^remote: a verdict' err || fail "$(cat err)"
grep -c '^remote: a verdict' err | grep -qx 2 || fail "both hooks speak"
new_commit plain
(cd plain && ! CLIENT_EXIT=1 git push -q origin main 2> ../err) && grep -q 'pre-receive hook declined' err || fail "$(cat err)"
run_ok $HOOKS uninstall plain.git
snapshot plain.git | cmp - before || fail "bare"

# ---- the real client: nobody answers ----
make_repo real
run_ok "$FETTLE" hooks install --server unix:"$DIR/nobody" real
push real; grep -q . err.txt || fail "it says nothing when nobody answers"
[ "$("$FETTLE" hooks status --json real | jq -r '.hooks[0].problem.code')" = hook-unreachable ] || fail "real: status"
run_ok "$FETTLE" hooks install --server unix:"$DIR/nobody" --offline deny --deadline 2s real
new_commit real; (cd real && ! git push -q origin main 2> ../err.txt) || fail "offline: deny, and pushed"
ln "$BIN/fettle-hook" other-hook 2> /dev/null || cp "$BIN/fettle-hook" other-hook
run_ok "$FETTLE" hooks install --server unix:"$DIR/nobody" --client other-hook real
[ "$("$FETTLE" hooks status --json real | jq -r '.hooks[0].problem.code')" = hook-stale ] || fail "another client than ours"

. "$E2E/hooks_install_tools.sh"
. "$E2E/hooks_install_wide.sh"
echo "hooks_install: ok"
