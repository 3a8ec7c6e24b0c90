/* SPDX-License-Identifier: Apache-2.0 */
/* What a forge says of its own deliveries: which hooks lead here, what it could not deliver, and the bodies of that.
 * A conversation about one repository and the organisation above it, or about the webhook of an App. It reads, and
 * makes hooks work again that the forge gave up, or that may be switched on. Pure. */
#pragma once
#include "base/vec.h"
#include "port/talk.h"

enum { MISSED_CALLS = 150, MISSED_PAGES = 30 };

struct missed_place { /* where webhooks come in here */
    const char *path; /* "/hook/github" */
    bool system;
};

enum hook_trouble {
    HOOK_WORKS,
    HOOK_DISABLED,
    HOOK_RESTING, /* the forge tries it again by itself */
    HOOK_SILENT,  /* it is on, and nothing of what it sends arrives */
    HOOK_GONE     /* it is there no more, and no other leads here */
};
struct missed_hook {    /* of the forge, that leads here */
    const char *name;   /* below the API, "/repos/acme/api/hooks/7": the same as long as the hook lives */
    const char *place;  /* path of struct missed_place */
    const char *source; /* as enum hook_naming of the forge says it: what came by it came under this name */
    bool system;
    bool of_owner;             /* not the repository's own */
    enum hook_trouble trouble; /* one of the first three */
    const char *until;         /* of HOOK_RESTING: till when, as the forge has it; NULL = not said */
    const char *url;           /* as the forge has it */
    const char *edit;          /* the forge's own */
    bool mended;               /* it had a trouble, and was told to work again */
    const char *refused;       /* why that was refused; NULL = it was not asked for, or was not refused */
    /* Of those sent since the server is up: when the newest that arrived was sent, and the newest that did not. 0 = of
     * those that were looked through there is none. */
    msec_t arrived, failed;
    /* What was looked through before: a time or a number that only rises, as the forge has it; 0 = nothing yet, so that
     * nothing can be missing. In: set when it is looked through; out: how far this conversation came. */
    int64_t since;
};

struct missed_delivery {
    const char *guid, *event; /* as its head had them */
    const char *place;
    bool system;
    struct sv payload; /* JSON */
    msec_t at;         /* when it was sent; 0 = not said */
};

enum missed_of { MISSED_REPO, MISSED_APP /* asked with the App's own token */ };
struct missed {
    struct arena arena; /* of all text; freed with missed_free */
    /* in: */
    enum missed_of of;
    msec_t now, up;         /* up: since when the server is there */
    const char *repo;       /* of MISSED_REPO, and so the next two */
    int64_t repo_id;        /* 0 = not known */
    const char *owner;      /* its hooks are looked at too; NULL = not in this conversation */
    const char *public_url; /* a hook leads here when its address begins with it; NULL = whatever its host */
    const struct missed_place *places;
    size_t n_places;
    /* The number of `name` that was kept; 0 = none. */
    int64_t (*since)(void *ctx, const char *name);
    /* May a hook that is switched off be switched on? A yes is given once: it is asked for right before the request. */
    bool (*may_switch)(void *ctx, const struct missed_hook *h);
    void *ctx;
    /* out: */
    VEC(struct missed_hook) hooks;
    VEC(struct missed_delivery) found; /* oldest first; whoever takes them empties it between two turns */
    const char *problem;               /* why hooks of the repository cannot be seen; NULL = they can */
    bool listed, owner_listed;         /* those of the repository, of the owner: all of them were seen */
    unsigned calls;
    /* the forge's own: */
    int stage;
    size_t at, item;
    unsigned pages;
    const char *next;
    VEC(struct missed_item {
        int64_t id;
        const char *guid;
        msec_t at;
        bool ok;
        const void *more;
    })
    items;
};
void missed_free(struct missed *m); /* what is in it */

/* ---- for forges ---- */

/* The place that a hook's address leads to; NULL = none of ours. */
const struct missed_place *missed_place_of(const struct missed *m, struct sv url);
void missed_item_add(struct missed *m, const struct missed_item *x); /* text in m->arena */
/* Of the items (newest first): those whose guid was never delivered, oldest first, each guid once. */
void missed_items_left(struct missed *m);
