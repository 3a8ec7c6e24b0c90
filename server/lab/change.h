/* SPDX-License-Identifier: Apache-2.0 */
/* The code side of an emulated repository: refs, commits as far as somebody named them, and changes (pull requests,
 * merge requests). Pure; one thread; all memory is the world's. */
#pragma once
#include "server/lab/world.h"

struct lab_commit {
    const char *sha, *message, *author; /* author: a login */
    msec_t at;                          /* when the forge first saw it */
};

struct lab_ref {
    const char *name, *sha; /* name: full, "refs/heads/main" */
    msec_t updated;
};

struct lab_change {
    /* What it shares with issues: number, title, body, labels, closed, times. GitHub and Gitea count and list both
     * together; GitLab counts changes for themselves. */
    struct lab_issue *issue;
    const char *head_ref, *head_sha, *base_ref, *base_sha; /* refs: short */
    struct lab_repo *head_repo;                            /* the repository itself, or a fork */
    const char *author;
    bool draft, merged;
    msec_t merged_at;
    const char *merge_sha; /* NULL: not merged */
    const char *checked;   /* GitHub: the head that was asked about; of another one it is not known yet how it merges */
};

extern const char ZERO_OID[]; /* 40 times '0': no commit */
bool is_oid(struct sv s);     /* 40 or 64 hex digits in lower case */
/* The object id that follows from the seed and how many there were: the same for the same run. */
void world_oid(struct lab_world *w, char ret[41]);

struct lab_ref *ref_find(const struct lab_repo *r, struct sv name); /* full name; NULL if there is none */
/* Moves or makes the ref; a sha of zeros takes it away. Open changes whose head it is move along. Returns what was
 * before: ZERO_OID for a new one. */
const char *ref_set(struct lab_world *w, struct lab_repo *r, struct sv name, struct sv sha, msec_t now);
/* Those below the prefix, by name. mem_free. */
size_t refs_below(const struct lab_repo *r, struct sv prefix, struct lab_ref ***ret);
struct sv ref_short(const struct lab_ref *r); /* behind refs/heads/ or refs/tags/ */

/* Made when it is not there. */
struct lab_commit *commit_add(struct lab_world *w, struct lab_repo *r, struct sv sha, struct sv message,
                              struct sv author, msec_t now);
struct lab_commit *commit_find(const struct lab_repo *r, struct sv sha);
/* A sha, the name of a branch or tag, or a full ref → sha; absent if the repository knows of none. */
struct sv commit_named(const struct lab_repo *r, struct sv name);

struct lab_change_new {
    struct sv title, body, head_ref, head_sha, base_ref, author;
    struct lab_repo *head_repo; /* NULL: the repository itself */
    bool draft;
};
struct lab_change *change_make(struct lab_world *w, struct lab_repo *r, const struct lab_change_new *n, msec_t now);
struct lab_change *change_find(const struct lab_repo *r, int64_t number); /* NULL if there is none */
/* The open change from that branch of that repository into that base; base absent: any. NULL if there is none. */
struct lab_change *change_open_of(const struct lab_repo *r, const struct lab_repo *head_repo, struct sv head_ref,
                                  struct sv base_ref);
void change_sync(struct lab_world *w, struct lab_change *x, struct sv sha, msec_t now);
void change_merge(struct lab_world *w, struct lab_repo *r, struct lab_change *x, struct sv sha, msec_t now);
void changes_free(struct lab_repo *r);
/* For tests: all that is known of the refs and changes, as members "refs" and "changes" of an open object. */
void changes_state(const struct lab_world *w, struct jout *j);
