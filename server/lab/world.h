/* SPDX-License-Identifier: Apache-2.0 */
/* What the emulated forges hold: repositories with commit statuses, check runs, issues and labels; refs and changes are
 * in change.h, webhooks in hook.h. Memory is freed with the world. Ids depend only on what was stored and in which
 * order, so a replay of the ledger gives the same world. Pure; one thread. */
#pragma once
#include "base/arena.h"
#include "base/clk.h"
#include "base/map.h"
#include "base/vec.h"
#include "core/member.h"
#include "fmt/json.h"

enum lab_forge { LAB_GITHUB, LAB_GITLAB, LAB_GITEA, LAB_FORGES };
extern const char *const lab_forge_names[LAB_FORGES];

struct lab_status { /* one row */
    int64_t id, pipeline;
    const char *state, *description, *target_url, *ref; /* in the forge's words; description and target may be NULL */
    msec_t created, updated, started, finished;         /* started, finished: 0 = not yet */
};

struct lab_context {        /* the rows of one name at one commit */
    const char *sha, *name; /* the name as it was written last */
    VEC(struct lab_status *) rows;
    VEC(const char *) history; /* every state that was accepted, in order */
};

struct lab_pipeline { /* GitLab */
    int64_t id;
    const char *sha, *ref;
};

struct lab_label {
    int64_t id;
    const char *name, *color, *description;
};

struct lab_issue {
    int64_t id, number;
    const char *title, *body; /* body may be NULL */
    bool closed;
    msec_t created, updated, closed_at;
    VEC(struct lab_label *) labels;
    struct lab_change *change; /* NULL: it is an issue and no more */
};

struct lab_member {
    const char *login;
    int64_t id;
    enum member_level level;
};

struct lab_check; /* check.h */
struct lab_hook;  /* hook.h */
struct lab_event; /* event.h */
struct lab_ref;   /* change.h, as the next two */
struct lab_commit;
struct lab_change;
struct lab_comment; /* comment.h */
struct lab_start;   /* start.h */

struct lab_repo {
    enum lab_forge forge;
    int64_t id; /* from the path it was made with */
    const char *path, *default_branch;
    bool is_private, deleted;
    struct map by_context; /* sha, NUL, name in lower case where the forge ignores case → struct lab_context */
    VEC(struct lab_context *) contexts;
    VEC(struct lab_pipeline *) pipelines;
    VEC(struct lab_issue *) issues; /* the issue n is at n - 1 */
    VEC(struct lab_label *) labels;
    VEC(struct lab_member *) members;
    VEC(struct lab_check *) checks; /* GitHub */
    VEC(struct lab_ref *) refs;
    VEC(struct lab_commit *) commits;
    VEC(struct lab_change *) changes;
    VEC(struct lab_comment *) comments; /* comment.h */
};

struct lab_token { /* that an emulated forge gave out itself: of an App's installation */
    const char *text;
    msec_t minted, expires; /* expires: 0 = never */
};

struct lab_apps; /* app.h */

struct lab_world {
    struct arena arena;
    struct lab_apps *apps; /* borrowed; NULL: there is none */
    const char *token_ends; /* borrowed; a day; NULL: never */
    VEC(struct lab_repo *) repos;
    struct map by_path;             /* a digit of the forge and a path, also one it had before → struct lab_repo */
    VEC(struct lab_event *) events; /* that hooks are not told of yet */
    VEC(struct lab_token *) tokens;
    VEC(struct lab_hook *) hooks; /* the hook n is at n - 1 */
    int64_t seed;                 /* of ids that look random */
    int64_t last_status, last_pipeline, last_issue, last_label, last_check, last_hook, last_delivery;
    int64_t last_oid, last_event, last_comment;
    VEC(struct lab_start *) starts; /* start.h */
};

void world_free(struct lab_world *w);

/* Made when it is not there: every repository exists. The path may be one that it had before (it is then not the one in
 * ->path), or that of a deleted one (->deleted). */
struct lab_repo *world_repo(struct lab_world *w, enum lab_forge forge, struct sv path);
struct lab_repo *world_repo_by_id(struct lab_world *w, enum lab_forge forge, int64_t id); /* NULL if unknown */
/* A new one where another was that moved away or was deleted; else the same as world_repo. */
struct lab_repo *world_make(struct lab_world *w, enum lab_forge forge, struct sv path);
void world_move(struct lab_world *w, struct lab_repo *r, struct sv path); /* renamed or transferred */

struct lab_context *repo_context(struct lab_world *w, struct lab_repo *r, struct sv sha, struct sv name);
struct lab_context *repo_context_find(const struct lab_repo *r, struct sv sha, struct sv name); /* or NULL */
/* A new row with an id and the times; the caller sets the rest with status_set. */
struct lab_status *context_add(struct lab_world *w, struct lab_context *c, msec_t now);
/* Absent texts stay as they are. */
void status_set(struct lab_world *w, struct lab_context *c, struct lab_status *s, struct sv state,
                struct sv description, struct sv target_url);
struct lab_status *context_last(const struct lab_context *c); /* the newest row */
/* The newest pipeline of the commit, and of the ref unless absent; made when there is none. */
struct lab_pipeline *repo_pipeline(struct lab_world *w, struct lab_repo *r, struct sv sha, struct sv ref);

struct lab_issue *issue_add(struct lab_world *w, struct lab_repo *r, struct sv title, struct sv body, msec_t now);
struct lab_issue *issue_find(const struct lab_repo *r, struct sv number); /* NULL if there is none */
struct lab_label *label_find(const struct lab_repo *r, struct sv name);   /* any case */
struct lab_label *label_find_id(const struct lab_repo *r, int64_t id);
struct lab_label *label_add(struct lab_world *w, struct lab_repo *r, struct sv name, struct sv color,
                            struct sv description);
bool issue_has_label(const struct lab_issue *i, struct sv name);
void issue_label(struct lab_issue *i, struct lab_label *l); /* does nothing if it has it */
void issue_unlabel(struct lab_issue *i, struct sv name);
void issue_close(struct lab_issue *i, msec_t now);
void issue_reopen(struct lab_issue *i);

/* By login or, where that is absent, by id; NULL if nobody said what they are. */
const struct lab_member *member_find(const struct lab_repo *r, struct sv login, int64_t id);
void member_set(struct lab_world *w, struct lab_repo *r, struct sv login, int64_t id, enum member_level level);

/* Tokens given out: a call with one of these is let in until it expires. */
void world_mint(struct lab_world *w, struct sv text, msec_t now, msec_t expires);
const struct lab_token *world_token(const struct lab_world *w, struct sv text); /* NULL: it gave out no such */

/* {"statuses":[…],"issues":[…],"checks":[…],"refs":[…],"changes":[…],"comments":[…],"starts":[…],
 * "hooks":[…]}: what tests compare. */
void world_state(const struct lab_world *w, struct buf *out);
