/* SPDX-License-Identifier: Apache-2.0 */
/* What `fettle doctor` looks at, one room after the other, and what it has found. A room says what is right as well, so
 * that people see what was looked at; it never ends the others. */
#pragma once
#include "base/arena.h"
#include "base/vec.h"
#include "server/cli/desk.h"

enum doctor_level { DOCTOR_OK, DOCTOR_NOTE, DOCTOR_WARNING, DOCTOR_ERROR };

struct finding {
    enum doctor_level level;
    const char *area, *code; /* "tls", "cert-expired"; literals */
    const char *text;        /* one sentence */
    const char *mend;        /* a command, or what a person has to do; NULL = nothing is to be done */
    bool fixed;              /* --fix has done it */
};

enum doctor_server { SERVER_NONE, SERVER_RUNS };
enum doctor_trial { TRIAL_NONE, TRIAL_HARMLESS /* where it is no push */, TRIAL_ALL };

struct doctor {
    struct arena arena;
    bool fix; /* what is safe is mended at once */
    enum doctor_trial trial;
    const char *file;        /* of the configuration */
    const struct conf *conf; /* as much as can be read; NULL = nothing */
    struct desk *desk;       /* NULL: the configuration has errors */
    enum doctor_server server;
    VEC(struct finding) all;
};

/* mend NULL, as in the finding. */
void doctor_say(struct doctor *d, enum doctor_level level, const char *area, const char *code, const char *mend,
                const char *fmt, ...) PRINTF_LIKE(6, 7);
/* The last finding was mended. */
void doctor_mended(struct doctor *d);

void doctor_conf(struct doctor *d, struct conf **ret_conf); /* first: sets conf, and desk */
void doctor_modes(struct doctor *d);                        /* who may read and write what */
void doctor_server(struct doctor *d);                       /* sets server */
void doctor_tls(struct doctor *d);
void doctor_machine(struct doctor *d); /* git, bubblewrap, disk, limits */
void doctor_store(struct doctor *d);
void doctor_forges(struct doctor *d); /* forges, tokens, clock, webhooks */
void doctor_hooks(struct doctor *d);  /* local git hooks */

/* The rows above in a form for people, or as JSON. */
void doctor_put_text(const struct doctor *d, bool quiet, struct buf *out);
void doctor_put_json(const struct doctor *d, struct buf *out);
