#!/bin/sh
# Does the page know this version of the API?
grep -q "api $1" page.txt || { echo "the page does not know api $1" >&2; exit 1; }
echo "the page knows api $1"
