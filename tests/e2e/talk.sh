#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Comments, labels, changes, merges and what is started, held with the emulated forges under every fault: talk_lab.c.
# usage: talk.sh FOLDER-OF-THE-PROGRAMS TALK_LAB
set -eu
. "$(dirname "$0")/lib.sh" "$1"

start_lab "$DIR"
for forge in github gitlab gitea; do
  "$2" "$LAB_URL" $forge || fail "$forge: what is said above"
done
