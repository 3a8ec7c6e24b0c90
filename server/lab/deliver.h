/* SPDX-License-Identifier: Apache-2.0 */
/* Sends webhooks: signed as the forge does it, several at once if asked, a line on stdout for each answer:
 * "<id> <HTTP status, 0 without an answer> <answer's body or what went wrong>". Blocks until all are answered. */
#pragma once
#include "server/lab/sign.h"

struct deliver {
    struct hook_sign sign;    /* id: of the first delivery, absent: fresh ones */
    struct sv payload;        /* a template: @KEY@ is replaced, see below */
    const char *const *pairs; /* n_pairs texts "KEY=VALUE" */
    size_t n_pairs;
    const char *url, *ca_file, *unix_path; /* ca_file, unix_path: may be NULL */
    bool insecure; /* the certificate is not checked */
    bool same_id;  /* all deliveries have one id: resent */
    int64_t count, connections;
};
/* Replaced in every payload besides the pairs: @ID@ its id, @SEQ@ its number from 1, @OID@ a fresh object id of 40
 * digits. */

struct deliver_sum {
    int64_t accepted, refused, unanswered; /* 2xx, other answers, none */
};
MUST_USE int deliver_run(const struct deliver *d, struct deliver_sum *ret, struct err *e);
