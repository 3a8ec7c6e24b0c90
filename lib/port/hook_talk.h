/* SPDX-License-Identifier: Apache-2.0 */
/* Conversations about the webhooks of a repository: what there is at our address, making it, mending it, asking the
 * forge to try it, removing it. What points elsewhere is never touched. Pure; any thread.
 *
 * A forge cannot be asked for the secret of a hook, so setting one always writes it; that is the same as often as it is
 * done. Each conversation looks first: a lost answer is mended by holding it again. */
#pragma once
#include "core/workflow_trigger.h"
#include "fmt/json.h"
#include "port/talk.h"

/* ---- which events ---- */

enum hook_row_kind {
    ROW_EVENT,    /* wanted when a workflow listens to the event */
    ROW_BRANCHES, /* when it listens to pushes of branches */
    ROW_TAGS,     /* of tags */
    ROW_ALWAYS,   /* fettle itself needs it */
    ROW_APP,      /* like ROW_EVENT, and a forge tells of it an App's own webhook alone */
    ROW_RERUNS    /* the same, wanted when a workflow reports check runs */
};
struct hook_row {
    enum hook_row_kind kind;
    enum wf_event event;
    const char *name; /* the forge's; NULL ends the table */
    const char *more; /* the forge adds events that begin so by itself; NULL = none */
};

/* ---- hooks ---- */

struct hook_found { /* a hook at our address */
    int64_t id;
    const char *url;
    const char **events;
    size_t n_events;
    bool active, json, verifies; /* on; sends JSON; verifies our certificate */
    const char *branches, *authorization; /* Gitea: a filter of branches, a header that it sends; may be NULL */
};

enum hook_verb {
    HOOK_LOOK,   /* only tells what is there */
    HOOK_SET,    /* one hook, with exactly these events; more of them at the same address are removed */
    HOOK_SECRET, /* the secret alone, of each hook at the address */
    HOOK_PING,   /* the forge sends a delivery to the hook `id` */
    HOOK_REMOVE  /* each hook at the address */
};
enum hook_done { HOOK_NOTHING, HOOK_CREATED, HOOK_REPAIRED, HOOK_KEPT, HOOK_REMOVED, HOOK_PINGED };

struct hook_answer {
    struct arena arena;
    VEC(struct hook_found) found; /* as they were before anything was done */
    enum hook_done done;          /* HOOK_KEPT: only its secret was written again */
    int64_t id;                   /* of the hook, after HOOK_SET */
    size_t n_done;                /* written or removed */
};
void hook_answer_free(struct hook_answer *a); /* fits AUTO(hook_answer_free) */

struct hook_ops; /* below: what a forge says about itself */
struct hook_wish {
    struct effect effect; /* forge and repo are set; the driver of conversations takes nothing else */
    const struct hook_ops *ops;
    enum hook_verb verb;
    const char *url, *secret;
    const char *const *events; /* in the forge's names, of rows that a repository's hook is told */
    size_t n_events;
    int64_t id;
    struct hook_answer *answer;
};

struct hook_ops {
    const struct hook_row *rows;
    const struct talk_dialect *dialect;
    /* Where the hooks of a repository are; "/{id}" and the tails come behind it. */
    void (*path)(const char *repo, struct buf *out);
    const char *page_query; /* behind the path of the list, before the number of a page: "?per_page=100&page=" */
    const char *change;     /* method that changes one */
    const char *ping;       /* tail of the path that tries one */
    const char *ping_event; /* the event header of what comes then */
    /* Does the forge take the secret? Asked before the first call of HOOK_SET and HOOK_SECRET; else -1 and ERR_INVALID,
     * which says what it takes. NULL: it takes every text. */
    int (*check)(const struct hook_wish *w, struct err *e);
    /* The body that makes a hook (old NULL) or changes it; with HOOK_SECRET it says nothing of events. */
    void (*put)(const struct hook_wish *w, const struct hook_found *old, struct jout *j);
    /* One item of the list; text in the arena. False: it is none that posts to an address. */
    bool (*read)(const struct jval *item, struct arena *a, struct hook_found *ret);
};

/* One step, as forge_ops.talk; TALK_SENT: *w->answer is whole. TALK_DEAD before any call: ERR_INVALID. */
enum talk_next hook_talk(const struct hook_wish *w, struct effect_talk *t, const struct api_reply *reply,
                         struct api_request *ret_request, struct err *e);

/* ---- for the forges ---- */

/* Is the event wanted? Also of one that the forge adds by itself to a wanted one. */
bool hook_is_wanted(const struct hook_wish *w, const char *event);
bool hook_is_added(const struct hook_wish *w, const char *event);
/* True when nothing but the secret would change. */
bool hook_is_right(const struct hook_wish *w, const struct hook_found *f);
/* {"url", "content_type": "json", "secret"} and more behind them, as GitHub and Gitea have it. */
void hook_put_config(const struct hook_wish *w, const char *key, const char *value, struct jout *j);
void hook_put_events(const struct hook_wish *w, struct jout *j); /* an array of names */
/* id, active, events (an array) and config{url, content_type} of an item, as GitHub and Gitea have it. */
bool hook_read_config(const struct jval *item, struct arena *a, struct hook_found *ret);
