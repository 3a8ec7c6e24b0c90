#!/bin/bash
# Keeps the house in order: include layers, sizes of files and functions, who asks for the time, banned calls and words.
# One line a finding; exceptions.txt lists what is allowed to differ, with a reason.
# usage: lint.sh layers|sizes|clocks|words|pages
set -eu
cd "$(dirname "$0")/../.."
here=tests/lint
sources() { git ls-files --cached --others --exclude-standard 'lib/*.[ch]' 'handlers/*.[ch]' 'config/*.[ch]' 'server/*.[ch]' \
  'hooks/*.[ch]'; }

excepted() { # rule path
  grep -q "^$1 $2 " $here/exceptions.txt
}

report() { # rule path text
  excepted "$1" "$2" || { echo "$1 $2: $3"; echo x >> "$bad"; }
}

room_of() {
  case $1 in
  lib/exec/shim/*) echo exec/shim ;;
  lib/*) r=${1#lib/}; echo "${r%%/*}" ;;
  *) echo "${1%%/*}" ;;
  esac
}

layers() {
  sources | while read -r f; do
    room=$(room_of "$f")
    [ "$room" = server ] && continue
    allowed=" $(sed -n "s|^$room:||p" $here/layers.txt) $room "
    # exec/shim includes its own files as "exec/shim/…" or "shim.h"
    sed -n 's/^#include "\(.*\)"$/\1/p' "$f" | while read -r inc; do
      case $inc in
      */*) to=${inc%%/*} ;;
      *) to=$room ;;
      esac
      case "$allowed" in
      *" $to "*) ;;
      *) report layers "$f" "may not include $inc" ;;
      esac
    done
  done
  # A handler never includes another handler.
  git ls-files 'handlers/*/*/*.[ch]' | while read -r f; do
    own=$(dirname "$f")
    sed -n 's/^#include "\(handlers\/.*\)"$/\1/p' "$f" | while read -r inc; do
      [ "$(dirname "$inc")" = "$own" ] || report layers "$f" "includes another handler: $inc"
    done
  done
}

sizes() {
  sources | while read -r f; do
    lines=$(wc -l < "$f")
    incs=$(grep -c '^#include' "$f" || true)
    case $f in
    *.c) [ "$lines" -le 600 ] || report size "$f" "$lines lines, 600 are the limit"
         [ "$incs" -le 15 ] || report includes "$f" "$incs includes, 15 are the limit" ;;
    *.h) [ "$lines" -le 200 ] || report size "$f" "$lines lines, 200 are the limit"
         [ "$incs" -le 8 ] || report includes "$f" "$incs includes, 8 are the limit" ;;
    esac
    LC_ALL=C awk -v f="$f" '
      /^[a-zA-Z_].*\(/ { name = $0; sub(/\(.*/, "", name); sub(/.*[ *]/, "", name) }
      /^\{/ { start = NR }
      /^\}/ { if (start && NR - start - 1 > 60) print f ":" name " " NR - start - 1; start = 0 }
      { chars = $0; gsub(/[\200-\277]/, "", chars); if (length(chars) > 120) print f ":" NR " wide" }' "$f"
  done | while read -r what n; do
    if [ "$n" = wide ]; then report width "$what" "wider than 120 columns"; else report function "$what" "$n lines, 60 are the limit"; fi
  done
}

clocks() {
  sources | grep -v -e '^lib/base/clk.c$' -e '^lib/io/loop.c$' | while read -r f; do
    grep -nE '(^|[^a-zA-Z0-9_.>])(time|clock_gettime|gettimeofday|event_new|sleep|usleep|nanosleep)\(' "$f" | while read -r hit; do
      report clock "$f" "$hit"
    done
  done
}

words() {
  sources | while read -r f; do
    grep -nE '(^|[^a-zA-Z0-9_])(sprintf|strcpy|strcat|gets|system|popen|tmpnam|strtok|atoi)\(' "$f" | while read -r hit; do
      report banned "$f" "$hit"
    done
    grep -nwiE 'TODO|FIXME|XXX|not implemented|HACK' "$f" | while read -r hit; do
      report unfinished "$f" "$hit"
    done
    grep -nwE "$(grep -v '^#' $here/words.txt | cut -d' ' -f1 | paste -sd'|')" "$f" | while read -r hit; do
      report synonym "$f" "$hit"
    done
    head -1 "$f" | grep -q 'SPDX-License-Identifier: Apache-2.0' || report licence "$f" "no SPDX line"
  done
}

# The dashboard's own files: outside text is text, and the policy of its pages (no inline script or style) can be kept.
pages() {
  git ls-files --cached --others --exclude-standard 'server/dash/web/*.js' 'server/dash/web/*.css' 'server/dash/web/*.html' |
    grep -v -e '/vendor/' -e '/uplot.css$' | while read -r f; do
    [ "$(wc -l < "$f")" -le 350 ] || report size "$f" "$(wc -l < "$f") lines, 350 are the limit"
    head -3 "$f" | grep -q 'SPDX-License-Identifier: Apache-2.0' || report licence "$f" "no SPDX line"
    grep -nE '(inner|outer)HTML|insertAdjacentHTML|dangerouslySetInnerHTML|document\.write|(^|[^a-zA-Z.])eval\(|new Function|DOMParser|srcdoc|javascript:|setAttribute\(.style|\bon[a-z]+="|style="|<style|https?://[a-z]' "$f" |
      while read -r hit; do report inert "$f" "$hit"; done
    grep -nwiE 'TODO|FIXME|XXX|not implemented|HACK' "$f" | while read -r hit; do report unfinished "$f" "$hit"; done
  done
  styles
}

# All styles are one file: a class that two pages lay out is laid out by both.
styles() {
  for f in server/dash/web/style/page-*.css; do grep -oE '^\.[a-z][a-z0-9-]*' "$f" | sort -u; done | sort | uniq -d | while read -r class; do
    report style "$(grep -lE "^\\$class( |,|\{|:|\.)" server/dash/web/style/page-*.css | paste -sd' ')" "two pages lay out $class"
  done
}

bad=$(mktemp)
trap 'rm -f "$bad"' EXIT
"$1"
n=$(wc -l < "$bad")
echo "lint $1: $n findings"
[ "$n" -eq 0 ]
