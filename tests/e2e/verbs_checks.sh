# SPDX-License-Identifier: Apache-2.0
# Looking at what a command says: run, same, has, json; needs an empty folder $tmp. Counts in $passed and $failed.
passed=0 failed=0
# run CODE WORDS…: runs, keeps what it says in $out and $err, and looks at the exit code.
run() {
    local want=$1 got
    shift
    "$@" >"$tmp/.out" 2>"$tmp/.err" </dev/null
    got=$?
    out=$(<"$tmp/.out") err=$(<"$tmp/.err")
    if [ "$got" -eq "$want" ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        printf 'FAILED: %s\n  exit code %s instead of %s\n%s\n%s\n' "$*" "$got" "$want" "${out:0:800}" "${err:0:1600}"
    fi
}
# same WHAT GOT WANTED
same() {
    if [ "$2" = "$3" ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        printf 'FAILED: %s\n  got    %s\n  wanted %s\n' "$1" "$2" "$3"
    fi
}
# has WHAT TEXT PART
has() {
    case $2 in
    *"$3"*) passed=$((passed + 1)) ;;
    *)
        failed=$((failed + 1))
        printf 'FAILED: %s\n  %s\n  is not in: %s\n' "$1" "$3" "$2"
        ;;
    esac
}
# json WHAT FILTER WANTED: of $out
json() { same "$1" "$(jq -c "$2" <<<"$out" 2>&1)" "$3"; }
