#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Holds tests/TRAPS.md to the tests that it names: 71 rows in their order, each with a test or a reason (it begins with
# a dash), and every file, name and text that stands in a pair of backticks is there:
#     `PATH [NAME][: TEXT]`   PATH below tests/; NAME a test of a unit, or a function or word of another file; TEXT
#                             somewhere in the file: a row of a table, a line of a script
# A + before PATH stands for a test of work that is not merged yet: it may be missing, and then this is a skip (77).
# --planted: spoils the table in several ways, each of which has to be found.
# usage: traps.sh [TABLE] | --planted
set -eu
cd "$(dirname "$0")/.."
TRAPS=71

is_there() { # PATH NAME TEXT
  [ -f "$1" ] || return 1
  [ -z "$3" ] || grep -qF -- "$3" "$1" || return 1
  case $2,$1 in
  ,*) ;;
  *,unit/*) grep -qE "cmocka_unit_test[a-z_]*\($2[,)]" "$1" ;;
  *) grep -qwF -- "$2" "$1" ;;
  esac
}

check() { # TABLE: one line a finding; the tests that are not merged yet go to $later
  local n=0 row number rest ref path name text sign
  while IFS= read -r row; do
    number=${row#| }
    number=${number%% *}
    rest=${row#| * | * | }
    n=$((n + 1))
    [ "$number" = $n ] || echo "row $n has the number $number"
    grep -oE '`[^`]+`' <<< "$rest" | tr -d '`' > "$refs" || true
    [ -s "$refs" ] || [[ $rest == '– '?* ]] || echo "trap $number has neither a test nor a reason"
    while IFS= read -r ref; do
      text=
      case $ref in *': '*) text=${ref#*: } ref=${ref%%: *} ;; esac
      read -r path name <<< "$ref"
      sign=${path%%[!+]*}
      is_there "${path#+}" "$name" "$text" && continue
      if [ -n "$sign" ]; then echo "$path $name" >> "$later"; else echo "trap $number: no $path $name${text:+: $text}"; fi
    done < "$refs"
  done < <(grep -E '^\| [0-9]+ ' "$1")
  [ $n -eq $TRAPS ] || echo "$n rows, not $TRAPS"
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
refs=$work/refs later=$work/later
: > "$later"

if [ "${1:-}" = --planted ]; then
  spoil() { # WHAT SED-SCRIPT
    sed "$2" TRAPS.md > "$work/table"
    cmp -s TRAPS.md "$work/table" && { echo "$1: the table is as it was"; exit 1; }
    [ -n "$(check "$work/table")" ] || { echo "$1: not found"; exit 1; }
  }
  spoil "a test that has another name" 's/ every_vector_holds_or_fails_as_published/&_x/'
  spoil "a part of a name" 's/ every_vector_holds_or_fails_as_published/ every_vector_holds/'
  spoil "a row of a table that is gone" 's/: a form, signed as it is/: a form, signed as it was/'
  spoil "a file that is gone" 's/unit\/handlers\/test_heads.c/unit\/handlers\/test_head.c/'
  spoil "a scenario that is gone" 's/a-long-run-says-little.scn/a-long-run-says-much.scn/'
  spoil "a case that is gone" 's/ annotated_tag`/ annotated_tags`/'
  spoil "a row that is gone" '/^| 40 /d'
  spoil "a row that says nothing" 's/^\(| 46 | [^|]*| \).*/\1|/'
  echo "each was found"
  exit 0
fi

check "${1:-TRAPS.md}" > "$work/found"
cat "$work/found"
echo "traps: $(wc -l < "$work/found") findings, $(wc -l < "$later") tests that are not merged yet"
[ ! -s "$work/found" ] || exit 1
[ ! -s "$later" ] || exit 77
