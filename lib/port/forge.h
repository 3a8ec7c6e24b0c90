/* SPDX-License-Identifier: Apache-2.0 */
/* What the core asks of a forge. A forge is a pure protocol: it reads heads and bodies, and it says which HTTP request
 * comes next and what an answer means; it opens no socket, reads no clock and keeps no state. Every function may be
 * called on any thread. */
#pragma once
#include "base/arena.h"
#include "core/delivery.h"
#include "core/effect.h"
#include "core/hook_event.h"
#include "core/limit.h"
#include "core/member.h"
#include "core/own_event.h"

/* ---- intake ---- */

struct hook_head { /* the head of a webhook request; values are borrowed from the request */
    struct sv (*header)(const void *ctx, const char *name); /* SV_NONE if absent; name in any case */
    const void *ctx;
    bool system; /* configured with system: true */
};

enum hook_scheme {
    SCHEME_HMAC,  /* HMAC-SHA256 of prefix + signed bytes, keys used as they are */
    SCHEME_WHSEC, /* the same, keys are the base64 behind whsec_ (or the bare base64) */
    SCHEME_TOKEN  /* the secret itself came in a header: compared in constant time */
};

enum { HOOK_DIGESTS = 8 }; /* more candidate signatures than this in one header are refused */

struct hook_plan { /* how to check one request; filled from the head alone */
    enum hook_scheme scheme;
    uint8_t digests[HOOK_DIGESTS * SHA256_LEN]; /* decoded candidates; n_digests = 0 refuses */
    size_t n_digests;
    struct sv token;  /* SCHEME_TOKEN: borrowed */
    char prefix[512]; /* signed in front of the bytes: "id.timestamp." */
    size_t prefix_n;
    int64_t timestamp_s;   /* signed time, checked to be within 300 s of now; 0 = none */
    bool form;             /* the body is a form with one field `payload` */
    bool over_payload;     /* sign over the decoded payload (Gitea) instead of the raw body (GitHub) */
    struct sv event, guid; /* borrowed; guid may be absent */
    int64_t hook_id;       /* the forge's number of the hook that sent it; 0 = it does not say */
};

enum hook_refusal { /* reason codes of refusals before the signature is checked */
                    HOOK_OK,
                    HOOK_NO_SIGNATURE,  /* 401 */
                    HOOK_BAD_SIGNATURE, /* 401: malformed */
                    HOOK_NO_EVENT,      /* 400 */
                    HOOK_BAD_HEADER,    /* 400 */
                    HOOK_BAD_TYPE       /* 415 */
};

/* ---- calls ---- */

/* What a credential is for: one that is made for one thing can do no more than that. */
enum credential_use {
    USE_API,      /* statuses, check runs, issues, comments, questions about people and changes */
    USE_MERGE,    /* of a pull request, by the API */
    USE_DISPATCH, /* of workflows of the forge's own */
    USE_FETCH,    /* git */
    USE_PUSH,
    USE_HOOKS,    /* webhooks of a repository */
    USE_N,        /* those above are for one repository each */
    USE_APP       /* the App's own webhook: no repository's, and asked with the App's own token */
};

struct api_request {
    const char *method;     /* literal */
    struct buf path;        /* always below the API base, with its query: "/repos/acme/x/statuses/…" */
    struct buf body;        /* JSON, which the sender says in Content-Type; empty = none */
    const char *headers[6]; /* further "Name: value" literals, NULL at the end */
    struct buf repo; /* path of the repository it is about, and what for; whoever asks the host for a call sets it: */
    enum credential_use use; /* whoever sends it may have a credential for that alone */
};
void api_request_done(struct api_request *r);

struct api_reply {
    int status;      /* HTTP status; 0 = no (whole) answer */
    bool maybe_sent; /* status 0: bytes of the request may have reached the forge */
    bool no_call;    /* there was none: an answer of before is handed out again, or there is no credential */
    struct sv body;
    /* Headers, absent = SV_NONE. The rate_ ones are x-ratelimit-remaining, -reset and -resource, or GitLab's without
     * the x-. */
    struct sv link, location, retry_after, rate_remaining, rate_reset, rate_resource, date;
    const char *problem; /* status 0: what went wrong, for people */
};

enum talk_next {
    TALK_CALL,      /* send *request and come back with the reply */
    TALK_SENT,      /* settled; talk->remote_id / remote_url are set where there is one */
    TALK_RETRY,     /* not arrived: again after e->retry_after_ms (0 = by back-off); e says why */
    TALK_UNCERTAIN, /* may have arrived: again, and the next talk starts by looking */
    TALK_DEAD       /* never: e says why */
};

struct effect_talk { /* one conversation about one effect; zero at its start, volatile */
    struct arena arena;
    int stage;              /* the forge's own */
    int page, spare, turns; /* the forge's own */
    void *own;              /* the forge's own, in the arena */
    bool look_first;        /* set by the engine: an earlier try is uncertain */
    char remote_id[64];     /* in: what is known from earlier effects of the same fingerprint; out: what was learned */
    char remote_url[512];
};
void effect_talk_done(struct effect_talk *t);

struct forge_app_ops; /* port/forge_app.h */
struct hook_ops;      /* port/hook_talk.h */

/* How a hook that is switched off is known as one that things came by; only such a one is switched on again. */
enum hook_naming {
    HOOKS_UNNAMED,   /* none is switched on again: people cannot switch them off, or it cannot be told */
    HOOKS_BY_NUMBER, /* each delivery says the hook's number: "12" */
    HOOKS_BY_PLACE   /* deliveries name no hook: the path it leads to, and the repository's number: "/hook/gitea 7" */
};

enum forge_page { PAGE_REPOSITORY, PAGE_COMMIT, PAGE_CHANGE };

struct look;
struct missed;
struct forge_ops {
    const char *kind;        /* "github" */
    const char *default_url; /* API base, NULL = must be configured */
    bool local;              /* repositories of this machine: no API, no token and no webhooks. Its requests are those
                              * of port/local_talk.h */
    bool has_checks;         /* takes EFFECT_CHECK; else `talk` ends one as TALK_DEAD */
    const struct call_limits *limits; /* of the public service, as documented; NULL = none are */

    /* Fills *ret from the head. NULL: no request can be of this kind, and no forge can be configured with it (the
     * events that the server makes itself). */
    enum hook_refusal (*read_head)(const struct hook_head *h, struct hook_plan *ret);
    /* Raw payload JSON (already taken out of a form) -> *ret with text in the arena. ret->forge and ret->delivery are
     * set by the caller; ids of repositories are "<ret->forge>:<path>". 0; 1 = unknown or unwanted event, e says
     * which (the delivery is ignored); -1 = ERR_INVALID, e says what is wrong. */
    int (*decode)(const struct delivery *d, struct sv payload, struct arena *arena, struct hook_event *ret,
                  struct err *e);
    /* One step of a conversation. reply is NULL at the first call. *ret_request is filled for TALK_CALL. */
    enum talk_next (*talk)(const struct effect *x, struct effect_talk *t, const struct api_reply *reply,
                           struct api_request *ret_request, struct err *e);
    /* What the sender of an event may do in the event's repository. False: the event does not say who it was. */
    bool (*ask_member)(const struct hook_event *ev, struct api_request *ret);
    /* What the answer means. 0, or -1: ERR_TRANSIENT, ERR_LIMITED ask again, ERR_DENIED our credential may not ask. */
    int (*read_member)(const struct api_reply *r, enum member_level *ret, struct err *e);
    /* Is the sender of the event in this team, "organisation/team"? False: cannot be asked. NULL: nor can any. */
    bool (*ask_team)(struct sv team, const struct hook_event *ev, struct api_request *ret);
    /* What the answer means; 0, or -1 as read_member. */
    int (*read_team)(const struct api_reply *r, const struct hook_event *ev, bool *ret, struct err *e);
    /* The open change of a branch in the repository "acme/web" (its own branches, not those of forks). */
    void (*ask_change)(const char *repo, const char *branch, struct api_request *ret);
    /* 1 = *ret_number and the whole id of its head are set, 0 = there is none, -1 as read_member. */
    int (*read_change)(const struct api_reply *r, const char *branch, int64_t *ret_number, char ret_sha[65],
                       struct err *e);
    /* Whose credential ours is; NULL = the forge has no accounts. read_self: 0, or -1: it cannot be told. */
    void (*ask_self)(struct api_request *ret);
    int (*read_self)(const struct api_reply *r, struct arena *a, struct own_account *ret, struct err *e);
    /* One step of a conversation about what repositories look like (port/look.h): TALK_CALL; TALK_SENT, it is over and
     * each repository of it is whole, gone or has a problem; TALK_RETRY and TALK_DEAD, nothing of it counts. */
    enum talk_next (*look)(struct look *l, const struct api_reply *reply, struct api_request *ret, struct err *e);
    size_t looks_at; /* so many repositories in one conversation */
    /* One step of a conversation about hooks, and the deliveries that did not arrive where the forge has a list of them
     * (port/missed.h). TALK_SENT: it is over; TALK_RETRY, TALK_DEAD: what was found counts, and it was not looked
     * through. */
    enum talk_next (*missed)(struct missed *m, const struct api_reply *reply, struct api_request *ret, struct err *e);
    enum hook_naming naming;
    /* Where a request goes, when that is not the API base with its path behind it; NULL = it always is. */
    void (*address)(struct sv api_base, struct sv path, struct buf *out);
    /* "Authorization: Bearer …" and the like, appended to out without CRLF. */
    void (*authorize)(struct sv token, struct buf *out);
    /* What git fetches when repositories.yaml names no url, and the user name for the token over https. */
    void (*clone_url)(struct sv api_base, struct sv path, struct buf *out);
    /* Where people see a repository, a commit of it (what: its id), or a change of it (what: its number). NULL: nobody
     * does. */
    void (*page_url)(struct sv api_base, struct sv path, enum forge_page page, struct sv what, struct buf *out);
    const char *git_user;            /* "x-access-token", "oauth2", … */
    bool folds_contexts;             /* names of statuses that differ by case alone are one */
    const struct forge_app_ops *app; /* NULL = has none */
    const struct hook_ops *hooks;    /* NULL = its webhooks cannot be made by an API */
    /* A header of its answers that says when the token expires; NULL = there is none. */
    const char *expiry_header;
    /* Asks when our token expires; NULL = it cannot be asked. read_expiry: 0, *ret = 0: never. */
    void (*ask_expiry)(struct api_request *ret);
    int (*read_expiry)(const struct api_reply *r, msec_t *ret, struct err *e);
};

extern const struct forge_ops *const forge_all[];                /* generated; NULL at the end */
static inline const struct forge_ops *forge_find(struct sv kind) /* NULL if there is none */
{
    for (const struct forge_ops *const *f = forge_all; *f; f++)
        if (sv_is(kind, (*f)->kind))
            return *f;
    return NULL;
}
