/* SPDX-License-Identifier: Apache-2.0 */
/* What effects say that steps and reports have beside statuses, checks and issues. Each is written so that sending it
 * twice can be told from sending it once: by a marker, by a name that can exist once, or by the commit it is for. */
#pragma once
#include <stddef.h>
#include <stdbool.h>
#include <stdint.h>

struct jout;
struct jval;
struct arena;
struct err;

enum thread_kind { THREAD_CHANGE, THREAD_ISSUE }; /* a pull or merge request; GitHub and Gitea number both alike */

struct comment_body { /* the one with the marker is written over in place; there is never a second one */
    int64_t number;   /* of the issue or change at the forge */
    enum thread_kind at;
    const char *body;
    const char *marker; /* the hidden line at its end, as of an issue */
    bool remove;        /* it has nothing to say any more: deleted where it is */
};

struct label_body { /* what is there or gone already stays so */
    int64_t number;
    enum thread_kind at;
    const char **add, **remove;
    size_t n_add, n_remove;
};

struct pull_body {    /* one open change for a head and a base: opened, or its texts written over */
    const char *head; /* branch of the same repository that was pushed */
    const char *base;
    const char *title, *body;
    const char *marker;
    const char **labels;
    size_t n_labels;
    bool draft;
};

enum merge_method { MERGE_BY_MERGE, MERGE_BY_SQUASH, MERGE_BY_REBASE, MERGE_METHOD_N };
extern const char *const merge_method_name[]; /* "merge", "squash", "rebase" */

struct merge_body { /* done only while the head is this commit */
    int64_t number;
    const char *sha;
    enum merge_method method;
    const char *title, *message; /* of the commit; NULL = the forge's own */
};

/* Starts something at the forge. With a workflow: that one by its file name on a ref, where the forge has such;
 * without: an event that others listen to (GitHub's repository_dispatch), a pipeline of a ref at GitLab. */
struct dispatch_body {
    const char *event;    /* event_type; NULL with a workflow or a ref alone */
    const char *workflow; /* file name; NULL = none */
    const char *ref;      /* branch or tag, short; NULL = none */
    const char *inputs;   /* JSON object of texts; NULL = none */
    const char *token;    /* of this one alone, put among the inputs or the payload where it may be found again */
    int64_t hops;         /* how many of our own makings led here, put beside it */
};

/* Members of the body's JSON. Reading allocates in the arena; 0, or -1 ERR_INVALID. */
void comment_write(const struct comment_body *b, struct jout *j);
int comment_read(const struct jval *v, struct arena *arena, struct comment_body *ret, struct err *e);
void label_write(const struct label_body *b, struct jout *j);
int label_read(const struct jval *v, struct arena *arena, struct label_body *ret, struct err *e);
void pull_write(const struct pull_body *b, struct jout *j);
int pull_read(const struct jval *v, struct arena *arena, struct pull_body *ret, struct err *e);
void merge_write(const struct merge_body *b, struct jout *j);
int merge_read(const struct jval *v, struct arena *arena, struct merge_body *ret, struct err *e);
void dispatch_write(const struct dispatch_body *b, struct jout *j);
int dispatch_read(const struct jval *v, struct arena *arena, struct dispatch_body *ret, struct err *e);
/* An array of texts, at most 100: more in one stored body is damage, not use. */
int effect_texts_read(const struct jval *v, struct arena *arena, const char ***ret, size_t *ret_n, struct err *e);
