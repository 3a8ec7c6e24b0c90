# SPDX-License-Identifier: Apache-2.0
# All repositories of a person, templates, and git 2.54.

# ---- --global on this git: core.hooksPath ----
make_repo wide; make_repo wide2
cp -p "$HOME/.gitconfig" gitconfig
hook_there wide/.git/hooks/pre-push; hook_there wide/.git/hooks/pre-commit
snapshot wide > before
run_ok $HOOKS install --global $TO
run_ok $HOOKS install --global $TO; [ "$(jq '.hooks[0].changed' < out.json)" = false ] || fail "--global twice"
rm -f old.log; push wide; asked_once "pre-push origin $DIR/wide.git"; sed 1d client.log | cmp - <(sed 1d old.log) || fail "own hook's input"
push wide2; asked_once "pre-push origin $DIR/wide2.git"
rm -f old.log; (cd wide && git commit -q --allow-empty -m x < /dev/null); grep -q '^pre-commit:' old.log || fail "other hooks of the repository"
git -C wide worktree add -q ../wide-linked -b wl
(cd wide-linked && git push -q origin wl); asked_once "pre-push origin"
new_commit wide; (cd wide && ! OLD_EXIT=1 git push -q origin main 2> /dev/null) && [ ! -e client.calls ] || fail "own hook says no"
refuse 8 "for all repositories" $HOOKS install $TO wide2
[ "$($HOOKS status --json wide2 | jq -r '.hooks[0].state')" = installed ] || fail "seen from a repository"
run_ok $HOOKS uninstall --global
cmp gitconfig "$HOME/.gitconfig" || fail "--global: the configuration"
[ ! -e "$HOME/.config/fettle" ] || [ -z "$(find "$HOME/.config/fettle" -type f)" ] || fail "$(find "$HOME/.config")"
snapshot wide | cmp - before || fail "--global touched a repository"
# a repository with a hook of its own from us is not asked for twice
run_ok $HOOKS install $TO wide; run_ok $HOOKS install --global $TO
push wide; asked_once "pre-push origin"
run_ok $HOOKS uninstall --global; run_ok $HOOKS uninstall wide; snapshot wide | cmp - before || fail "both"
# a folder of the person's own is joined
git config --global core.hooksPath "$DIR/persons"; hook_there persons/pre-push; find persons -printf '%P %#m %T@\n' | sed 1d > p1
run_ok $HOOKS install --global $TO; rm -f old.log; push wide2; asked_once "pre-push origin"; [ -s old.log ] || fail "persons"
run_ok $HOOKS uninstall --global; find persons -printf '%P %#m %T@\n' | sed 1d | cmp - p1 || fail "persons: uninstall"
git config --global --unset core.hooksPath

# ---- templates ----
refuse 4 "init.templateDir is not set" $HOOKS install --template $TO
git config --global init.templateDir "~/template"; mkdir "$HOME/template"
run_ok $HOOKS install --template $TO
make_repo seeded; push seeded; asked_once "pre-push origin $DIR/seeded.git"
[ "$($HOOKS status --json seeded | jq -r '.hooks[0].state')" = installed ] || fail "seeded"
run_ok $HOOKS uninstall seeded; [ ! -e seeded/.git/hooks/pre-push ] || fail "seeded: uninstall"
run_ok $HOOKS uninstall --template; [ -z "$(ls -A "$HOME/template")" ] || fail "template: $(find "$HOME/template")"
git config --global --unset init.templateDir
refuse 2 "exclude each other" $HOOKS install --global --template $TO

# ---- git 2.54: hooks of the configuration ----
mkdir new-git new-git/run; REAL_GIT=$(command -v git); export REAL_GIT
cat > new-git/git << 'END'
#!/bin/bash
[ "$*" = version ] && { echo "git version 2.54.0"; exit; }
for word in "$@"; do
  [ "$word" = push ] && exec "$REAL_GIT" -c core.hooksPath="$DIR/new-git/run" "$@"
done
exec "$REAL_GIT" "$@"
END
# In the order of the configuration, then the script of the folder; the first failure ends it.
cat > new-git/run/pre-push << 'END'
#!/bin/bash
in=$(mktemp); trap 'rm -f "$in"' EXIT; cat > "$in"
git() { "$REAL_GIT" -c core.hooksPath= "$@"; }
names=$(git config --get-regexp '^hook\..*\.event$' ' *pre-push$' | sed 's/^hook\.\(.*\)\.event .*/\1/' | awk '!seen[$0]++')
for name in $names; do
  [ "$(git config --type=bool --get "hook.$name.enabled")" != false ] || continue
  sh -c "$(git config --get "hook.$name.command")"' "$@"' "$name" "$@" < "$in" || exit
done
script=$("$REAL_GIT" rev-parse --git-common-dir)/hooks/pre-push
[ ! -x "$script" ] || "$script" "$@" < "$in"
END
chmod 755 new-git/git new-git/run/pre-push
OLD_PATH=$PATH
make_repo conf254
hook_there conf254/.git/hooks/pre-push
snapshot conf254 > before
PATH=$DIR/new-git:$PATH
run_ok $HOOKS install --client "$CLIENT" --server unix:"$DIR/server.sock" conf254
[ "$(jq -r '.hooks[0] | .way + " " + .where' < out.json)" = "config hook.fettle-pre-push" ] || fail "$(cat out.json)"
snapshot conf254 | head -n -1 | cmp - <(head -n -1 before) || fail "the folder was touched"
run_ok $HOOKS install --client "$CLIENT" --server unix:"$DIR/server.sock" conf254; [ "$(jq '.hooks[0].changed' < out.json)" = false ] || fail "twice"
rm -f old.log; push conf254; asked_once "pre-push origin $DIR/conf254.git"; sed 1d client.log | cmp - <(sed 1d old.log) || fail "2.54: input"
new_commit conf254; (cd conf254 && ! CLIENT_EXIT=1 git push -q origin main 2> /dev/null) || fail "2.54: denied, and pushed"
git -C conf254 config hook.fettle-pre-push.enabled no
[ "$($HOOKS status --json conf254 | jq -r '.hooks[0].problem.code')" = hook-stale ] || fail "switched off"
run_ok $HOOKS install --client "$CLIENT" --server unix:"$DIR/server.sock" conf254
[ "$($HOOKS status --json conf254 | jq -r '.hooks[0].state')" = installed ] || fail "switched on"
cp conf254/.git/config edited; git -C conf254 config hook.fettle-pre-push.command true
refuse 8 "was edited" $HOOKS uninstall conf254
cp edited conf254/.git/config
PATH=$OLD_PATH # git goes back: its configuration says nothing to it
[ "$($HOOKS status --json conf254 | jq -r '.hooks[0].problem.code')" = hook-not-run ] || fail "2.54 and back"
run_ok $HOOKS install $TO conf254; rm -f client.calls; push conf254; asked_once "pre-push origin"
PATH=$DIR/new-git:$PATH
run_ok $HOOKS install $TO conf254; grep -q '^# fettle-hook' conf254/.git/hooks/pre-push && fail "the script of before is left"
push conf254; asked_once "pre-push origin"
run_ok $HOOKS uninstall conf254; snapshot conf254 | cmp - before || fail "2.54: uninstall"
printf '[core]\n\tbare = false\n\trepositoryformatversion = 0' > conf254/.git/config; cp conf254/.git/config edited # no line end
run_ok $HOOKS install $TO conf254; run_ok $HOOKS uninstall conf254; cmp edited conf254/.git/config || fail "2.54: last byte"
# Any number of them, and all repositories
run_ok $HOOKS install --global $TO
grep -q 'hook "fettle-pre-push"' "$HOME/.gitconfig" && ! git config --global core.hooksPath || fail "2.54 --global"
push wide2; asked_once "pre-push origin $DIR/wide2.git"
run_ok $HOOKS uninstall --global; cmp gitconfig "$HOME/.gitconfig" || fail "2.54 --global: uninstall"
PATH=$OLD_PATH
