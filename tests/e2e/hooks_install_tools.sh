# SPDX-License-Identifier: Apache-2.0
# husky and lefthook (npm, tests/hooks-tools), pre-commit and git-lfs (Debian): before us and after us. One that is not
# there is left out with a line.

without() {
  echo "hooks_install: without $1, which is not installed here"
}

# ---- husky: owns core.hooksPath ----
if [ -f "$TOOLS/husky/bin.js" ] && command -v node > /dev/null; then
  make_repo husky
  (cd husky && echo '{}' > package.json && node "$TOOLS/husky/bin.js")
  printf 'cat > "$DIR/husky.log"; exit ${HUSKY_EXIT:-0}' > husky/.husky/pre-push # no line end
  touch -d '2020-02-02 02:02:02.5' husky/.husky/pre-push
  snapshot husky > before
  run_ok $HOOKS install --client "$CLIENT" --server unix:"$DIR/server.sock" husky
  [ "$(jq -r '.hooks[0] | .way + .beside' < out.json)" = huskyhusky ] || fail "$(cat out.json)"
  [ "$(git -C husky config core.hooksPath)" = .husky/_ ] || fail "core.hooksPath is husky's"
  push husky; asked_once "pre-push origin $DIR/husky.git"
  sed 1d client.log | cmp - husky.log || fail "husky's lines get the input too: $(cat client.log husky.log)"
  new_commit husky
  (cd husky && ! CLIENT_EXIT=1 git push -q origin main 2> /dev/null) || fail "denied, and pushed"
  (cd husky && ! HUSKY_EXIT=1 git push -q origin main 2> /dev/null) || fail "husky says no, and pushed"
  (cd husky && node "$TOOLS/husky/bin.js") # npm install does that
  push husky; asked_once "pre-push origin"
  (cd husky && .husky/_/pre-push origin url < /dev/null) && [ ! -s husky.log ] || fail "no input: $(cat husky.log)"
  chmod 644 "$CLIENT"; push husky; [ ! -e client.calls ] && [ -s husky.log ] || fail "a clone without fettle"; chmod 755 "$CLIENT"
  run_ok $HOOKS uninstall husky
  snapshot husky | cmp - before || fail "husky: uninstall"
  rm husky/.husky/pre-push; snapshot husky > before
  run_ok $HOOKS install $TO husky; push husky; asked_once "pre-push origin"
  run_ok $HOOKS uninstall husky; snapshot husky | cmp - before || fail "husky without a hook: uninstall"
  # First fettle, then husky: the folder of before is looked at no more.
  make_repo late; run_ok $HOOKS install $TO late
  (cd late && echo '{}' > package.json && node "$TOOLS/husky/bin.js")
  [ "$($HOOKS status --json late | jq -r '.hooks[0].problem.code')" = hook-not-run ] || fail "husky after us"
  run_ok $HOOKS install $TO late; push late; asked_once "pre-push origin"
  [ ! -e late/.git/hooks/pre-push ] || fail "the old place is not empty"
else
  without husky
fi

# ---- lefthook: moves what is there to .old, and runs it no more ----
LEFTHOOK=$TOOLS/lefthook-linux-x64/bin/lefthook
if [ -x "$LEFTHOOK" ] && "$LEFTHOOK" version > /dev/null 2>&1; then
  PATH=$(dirname "$LEFTHOOK"):$PATH
  make_repo left
  printf 'pre-push:\n  jobs:\n    - run: cat > "$DIR/left.log"\n      use_stdin: true\n' > left/lefthook.yml
  (cd left && lefthook install > /dev/null 2>&1) || fail "lefthook install"
  snapshot left > before
  run_ok $HOOKS install $TO left
  [ "$(jq -r '.hooks[0].beside' < out.json)" = lefthook ] || fail "$(cat out.json)"
  push left; asked_once "pre-push origin $DIR/left.git"; sed 1d client.log | cmp - left.log || fail "lefthook's input"
  run_ok $HOOKS uninstall left; snapshot left | cmp - before || fail "lefthook: uninstall"
  # lefthook comes (again) after us
  rm -f left/.git/hooks/pre-push left/.git/info/lefthook.checksum; snapshot left > before
  run_ok $HOOKS install $TO left
  (cd left && lefthook install -f > /dev/null 2>&1)
  rc=0; $HOOKS status --json left > out.json || rc=$?
  [ "$rc" = 1 ] && [ "$(jq -r '.hooks[0].problem.code' < out.json)" = hook-overwritten ] || fail "lefthook over us: $(cat out.json)"
  run_ok $HOOKS install $TO left
  rm -f left.log; push left; asked_once "pre-push origin"; [ -s left.log ] || fail "lefthook does not run"
  run_ok $HOOKS uninstall left
  [ "$(find left/.git/hooks -name 'pre-push*' ! -name '*.sample' -printf '%f ')" = "pre-push " ] || fail "$(ls left/.git/hooks)"
  grep -q call_lefthook left/.git/hooks/pre-push || fail "lefthook's is not back"
else
  without lefthook
fi

# ---- pre-commit: moves what is there to .legacy, and runs it ----
if command -v pre-commit > /dev/null; then
  make_repo prec
  cat > prec/.pre-commit-config.yaml << 'END'
repos:
  - repo: local
    hooks: [{id: note, name: note, entry: sh -c 'echo ran >> "$DIR/prec.log"', language: system, stages: [push], always_run: true}]
END
  git -C prec add -A; new_commit prec
  (cd prec && pre-commit install -t pre-push > /dev/null) || fail "pre-commit install"
  snapshot prec > before
  run_ok $HOOKS install $TO prec
  [ "$(jq -r '.hooks[0].beside' < out.json)" = pre-commit ] || fail "$(cat out.json)"
  push prec; asked_once "pre-push origin $DIR/prec.git"; [ -s prec.log ] || fail "pre-commit does not run"
  # pre-commit comes again: it runs ours, which it has moved to .legacy, and everything runs once
  (cd prec && pre-commit install -t pre-push > /dev/null)
  [ "$($HOOKS status --json prec | jq -r '.hooks[0] | .state + .beside')" = installedpre-commit ] || fail "through pre-commit"
  rm prec.log; push prec; asked_once "pre-push origin"; [ "$(wc -l < prec.log)" = 1 ] || fail "pre-commit twice"
  run_ok $HOOKS install $TO prec; [ "$(jq '.hooks[0].changed' < out.json)" = false ] || fail "nothing was to do"
  run_ok $HOOKS uninstall prec
  snapshot prec | sed 's/ [0-9.]* $//' > after; sed 's/ [0-9.]* $//' before | cmp - after || fail "pre-commit: uninstall"
  (cd prec && pre-commit uninstall -t pre-push > /dev/null); [ ! -e prec/.git/hooks/pre-push ] || fail "pre-commit uninstall"
else
  without pre-commit
fi

# ---- git-lfs: needs the input of the hook ----
if command -v git-lfs > /dev/null; then
  make_repo lfs
  (cd lfs && git lfs install --local > /dev/null && git lfs track '*.bin' > /dev/null && git add -A)
  snapshot lfs > before
  run_ok $HOOKS install $TO lfs
  [ "$(jq -r '.hooks[0].beside' < out.json)" = git-lfs ] || fail "$(cat out.json)"
  head -c 3000 /dev/urandom > lfs/big.bin; git -C lfs add -A; push lfs; asked_once "pre-push origin $DIR/lfs.git"
  find lfs.git/lfs/objects -type f -size 3000c | grep -q . || fail "git-lfs has uploaded nothing"
  run_ok $HOOKS uninstall lfs; snapshot lfs | cmp - before || fail "git-lfs: uninstall"
else
  without git-lfs
fi
