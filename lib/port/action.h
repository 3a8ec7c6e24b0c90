/* SPDX-License-Identifier: Apache-2.0 */
/* What a step can `use`. An action is pure: it checks its inputs when the file is read and turns them into a request
 * that the engine carries out; it does nothing itself. */
#pragma once
#include "base/arena.h"
#include "core/effect.h"
#include "port/archive.h"

struct action_param {
    const char *name; /* key under `with`; NULL ends the table */
    bool required;
    const char *doc;
};

struct action_input {         /* one `with` entry, in the order of the file */
    const char *name, *value; /* a list in YAML is joined with newlines */
};

struct action_call {
    const struct action_input *with;
    size_t n_with;
    struct arena *arena; /* results live here */
    /* What the job knows, for defaults: may be NULL when only checking. */
    const char *workflow, *job, *run_url;
};

/* Is the step over when its effect is written down, or when the forge has taken or refused it? */
enum effect_wait { EFFECT_GOES, EFFECT_AWAITED };

enum action_does { ACTION_CHECKOUT, ACTION_EFFECT, ACTION_ARCHIVE };

struct action_result {
    enum action_does does;
    struct {              /* ACTION_CHECKOUT */
        const char *path; /* below the workspace; NULL = the workspace itself */
        const char *repo; /* alias, or owner/name of one; NULL = the job's repository */
        const char *ref;  /* NULL = the job's commit */
        int64_t depth;    /* 0 = whole history; default 1 */
    } checkout;
    struct { /* ACTION_EFFECT */
        enum effect_kind kind;
        enum effect_wait wait;
        const char *repo; /* alias; NULL = the job's repository */
        /* What makes it the same one, plain text out of `with` or a default: EFFECT_ISSUE, EFFECT_COMMENT. */
        const char *fingerprint;
        /* The one of the kind, its text in the arena. Unset, as the engine knows them: markers; the number of a
         * comment, of labels and of a merge where it is 0 (the change or issue of the event); the sha of a status, a
         * check and a merge where it is NULL (the job's commit); a change's base where it is NULL (the default branch);
         * a dispatch's token and hops. */
        struct issue_body issue;
        struct status_body status;
        struct check_body check;
        struct comment_body comment;
        struct label_body label;
        struct pull_body pull;
        struct merge_body merge;
        struct dispatch_body dispatch;
    } effect;
    struct archive_want archive; /* ACTION_ARCHIVE */
};

struct action_ops {
    const char *name;           /* "checkout" */
    const char *const *aliases; /* "actions/checkout" (with any @version), NULL at the end */
    const struct action_param *params;
    /* 0, or -1 ERR_INVALID; e->code is 1 + the index in `with` of the input at fault, 0 = none. Called with the inputs
     * already checked against params. */
    int (*resolve)(const struct action_call *c, struct action_result *ret, struct err *e);
    /* An action (by its name) that follows at the end of the job, if all went well: it is given `path`, and `key` as it
     * was; NULL = none. */
    const char *post;
};

extern const struct action_ops *const action_all[]; /* generated; NULL at the end */
/* `uses` word, with or without @version; NULL if there is none. */
static inline const struct action_ops *action_find(struct sv uses)
{
    ptrdiff_t at = sv_chr(uses, '@');
    struct sv name = at < 0 ? uses : sv_cut(uses, (size_t)at);
    for (const struct action_ops *const *a = action_all; *a; a++) {
        if (sv_is(uses, (*a)->name))
            return *a;
        for (const char *const *x = (*a)->aliases; x && *x; x++)
            if (sv_is(name, *x))
                return *a;
    }
    return NULL;
}
