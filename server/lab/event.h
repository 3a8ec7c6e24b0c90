/* SPDX-License-Identifier: Apache-2.0 */
/* What happens at an emulated forge and is told to webhooks. A call or a control word writes the payload; the sender
 * (send.h) brings it to every hook that wants it, after the answer. In a replay of the ledger nothing is sent. Pure.
 *     struct lab_call e;
 *     struct jout *j = tell_open(&e, c);   … jout_… (j, …) …   tell_put(&e, &(struct lab_event){.event = "push"});  */
#pragma once
#include "server/lab/call.h"

struct lab_event {
    /* As the event header says it: "push", "Push Hook"; Gitea: the value of X-Gitea-Event-Type. What a hook must have
     * in its events; system events of GitLab that need no tick have "System Hook". */
    const char *event;
    const char *action;               /* GitHub: for the lists of deliveries; may be NULL */
    bool system;                      /* GitLab: for system hooks alone, in their form */
    const char *ref;                  /* full; of events that a hook's filter of branches is for; else NULL */
    struct lab_hook *hook;            /* only to this one; NULL: to all that want it */
    const struct lab_delivery *again; /* once more what this one was: under its id, whatever is in `payload` */
    /* set by tell_put */
    int64_t number; /* from 1, also in a replay */
    enum lab_forge forge;
    struct lab_repo *repo; /* may be NULL */
    const char *payload;
};

/* Makes `e` a call that writes a payload: of the repository, forge, time and address of c. */
struct jout *tell_open(struct lab_call *e, const struct lab_call *c);
/* Queues it and ends e. */
void tell_put(struct lab_call *e, const struct lab_event *kind);
/* The members every payload of GitHub and Gitea ends with; who: a login. Written before the closing brace. */
void tell_who(struct lab_call *e, const char *key, const char *who);

/* Things that happen, in each forge's form: payload_github.c, payload_gitlab.c, payload_gitea.c. They are told after
 * the world was changed. */
struct lab_push {
    const char *ref, *before, *after, *who; /* full ref; ZERO_OID where there is none */
    bool forced;
};
/* "opened", "synchronize", "closed", "reopened", "edited", "labeled": GitHub's words for all. */
struct lab_change_told {
    const struct lab_change *change;
    const char *action, *before, *who; /* before: of synchronize; label: of labeled, may be NULL */
    const struct lab_label *label;
};
enum lab_moved { REPO_CREATED, REPO_RENAMED, REPO_TRANSFERRED, REPO_DELETED };
struct lab_repo_told {
    enum lab_moved what;
    const char *from, *who; /* from: the path before, of renamed and transferred */
};
struct lab_teller {
    void (*push)(const struct lab_call *c, const struct lab_push *p);
    /* Several refs of one kind at once. Above three GitHub tells of no tags, GitLab of nothing but repository_update.
     */
    void (*pushes)(const struct lab_call *c, const struct lab_push *p, size_t n);
    void (*change)(const struct lab_call *c, const struct lab_change_told *t);
    void (*repo)(const struct lab_call *c, const struct lab_repo_told *t);
};
extern const struct lab_teller github_teller, gitlab_teller, gitea_teller;
const struct lab_teller *lab_teller(enum lab_forge forge);
/* A status was posted: `status` at GitHub and Gitea, a pipeline at GitLab. payload_status.c */
void tell_status(const struct lab_call *c, const struct lab_context *x, const struct lab_status *s);
/* A number for a login, always the same. */
int64_t login_id(struct sv login);
