#!/bin/bash
# What a browser loads as script for any one page weighs less than 60 KB as it is sent: the frame, the page, and all that
# these import. Pages are loaded when they are wanted, so the sum of all of them is what nobody loads; it is said too.
# usage: size.sh FETTLE-PACK FOLDER
set -eu
limit=60000
cd "$2"
{
  find . -name '*.js' -printf '%P\n' | sort | xargs "$1" --size .
  # "FROM imports TO", for `import … from './x.js'`, `export … from` and import('./x.js')
  grep -oE "(from|import\() ?['\"]\.[^'\"]*\.js['\"]" -r --include='*.js' . | sed -E "s|^\./||; s|:[^'\"]*['\"]| imports |; s|['\"]\$||"
} | awk -v limit=$limit '
  function whole(from, to,   n, parts, i, out, k, kept) { # "lib/run/log.js" and "../api.js": "lib/api.js"
    sub(/[^\/]*$/, "", from)
    n = split(from to, parts, "/")
    k = 0
    for (i = 1; i <= n; i++) {
      if (parts[i] == ".." && k) k--
      else if (parts[i] != "." && parts[i] != "") kept[++k] = parts[i]
    }
    out = kept[1]
    for (i = 2; i <= k; i++) out = out "/" kept[i]
    return out
  }
  function take(file,   n, list, i) {
    if (file in seen) return
    if (!(file in size)) { print file " is imported and not there"; bad = 1; return }
    seen[file] = 1; used[file] = 1; sum += size[file]
    n = split(imports[file], list, " ")
    for (i = 1; i <= n; i++) take(list[i])
  }
  $2 == "imports" { imports[$1] = imports[$1] " " whole($1, $3); next }
  $2 == "script" { all = $1; next }
  { size[$2] = $1 }
  END {
    for (file in size) if (file ~ /^pages\//) {
      split("", seen); sum = 0
      take("boot.js"); take("app.js"); take(file)
      print sum " " file
      pages++
      if (sum >= limit) { print file " loads " sum " bytes of script, " limit " are the limit"; bad = 1 }
      if (sum < 15000) { print file " cannot weigh as little as " sum; bad = 1 }
    }
    for (file in size) if (!(file in used)) { print file " is loaded by no page"; bad = 1 }
    print all " all pages together"
    exit bad || !pages
  }'
