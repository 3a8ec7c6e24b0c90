#!/bin/bash
# What a browser can be made to load as script weighs less than 60 KB as it is sent: ours and that of others.
# usage: size.sh FETTLE-PACK FOLDER
set -eu
limit=60000
cd "$2"
sizes=$(find . -name '*.js' -printf '%P\n' | sort | xargs "$1" --size .)
echo "$sizes"
sum=$(sed -n 's/^\([0-9]*\) script$/\1/p' <<< "$sizes")
[ "$sum" -gt 15000 ] || { echo "the script was not found"; exit 1; }
[ "$sum" -lt "$limit" ] || { echo "$sum bytes of script, $limit are the limit"; exit 1; }
