/* SPDX-License-Identifier: Apache-2.0 */
/* One arrival of one hook call. Stored, with the raw bytes, before it is answered. */
#pragma once
#include "base/clk.h"
#include "base/id.h"
#include "fmt/hmac.h"

/* received -> matched | ignored | invalid; suspect -> received (released by a person); `received` is every delivery
 * nobody has decided about yet, and is what a restart goes on with. */
#define DELIVERY_STATES(X)                                                                                             \
    X(RECEIVED, "received") X(SUSPECT, "suspect") X(MATCHED, "matched") X(IGNORED, "ignored") X(INVALID, "invalid")
enum delivery_state {
#define X(id, name) DELIVERY_##id,
    DELIVERY_STATES(X)
#undef X
        DELIVERY_STATE_N
};
extern const char *const delivery_state_name[];

/* How it came: called in by the forge, fetched later from the forge's list of deliveries, or made up from the state of
 * the repository where the forge's word never came. */
#define DELIVERY_SOURCES(X) X(HOOK, "hook") X(RECOVERED, "recovered") X(RECONCILED, "reconciled")
enum delivery_source {
#define X(id, name) SOURCE_##id,
    DELIVERY_SOURCES(X)
#undef X
        DELIVERY_SOURCE_N
};
extern const char *const delivery_source_name[];

struct delivery {
    int64_t id;
    const char *forge;   /* configured name */
    const char *kind;    /* forge kind: github, gitlab, gitea */
    const char *hook;    /* path of the webhook: the identity of the hook */
    const char *event;   /* event header, word for word */
    const char *guid;    /* the forge's delivery id; NULL when it sends none */
    int64_t hook_id;     /* the forge's number of the hook; 0 = it does not say, or this is read from the store */
    bool system;         /* hook is configured as a GitLab system hook */
    bool form;           /* body is a form with `payload` */
    const char *headers; /* JSON object of the headers kept (no secrets), for people */
    uint8_t digest[SHA256_LEN]; /* of the raw body */
    int64_t size;               /* of the raw body */
    msec_t received_at;
    msec_t happened_at; /* when it was first sent, where that is known to be earlier; else 0 */
    enum delivery_source source;
    enum delivery_state state;
    const char *reason; /* why ignored, invalid or suspect; NULL else */
    const char *trace;  /* as of trace_keep (core/trace.h); NULL = a row of before */
};

struct hook_arrival {  /* the webhook that a delivery came by */
    const char *forge; /* configured name; NULL = it came otherwise */
    const char *hook;  /* its path here */
    int64_t hook_id;   /* as in struct delivery */
};
