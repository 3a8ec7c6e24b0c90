#!/bin/sh
set -e
mkdir -p out
echo "greeting v1" > out/api.txt
