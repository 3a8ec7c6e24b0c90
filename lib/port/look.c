/* SPDX-License-Identifier: Apache-2.0 */
#include "port/look.h"
#include "core/forge_read.h"

static const struct json_limits page_limits = {.bytes = 16 << 20, .depth = 32, .nodes = 1000000};

void look_add(struct look *l, struct look_repo *r, const char *name, const char *sha)
{
    struct look_ref x = {.name = arena_strdup(&l->arena, name), .sha = arena_strdup(&l->arena, sha)};
    if (name && sha && oid_is_valid(sv_of(sha)) && (sv_starts(sv_of(name), SV("change/")) || ref_is_valid(sv_of(name))))
        VEC_PUSH(&r->refs, x);
}

void look_free(struct look *l)
{
    for (size_t i = 0; i < l->n; i++)
        VEC_FREE(&l->repos[i].refs);
    arena_free(&l->arena);
}

static bool skips(const struct look *l, const struct look_turn *t)
{
    return t->only == LOOK_TAGS && l->tags != LOOK_TAGS;
}

/* The next request, or the end. */
static enum talk_next go_on(const struct talk_dialect *d, const struct look_turn *turns, struct look *l,
                            struct api_request *ret)
{
    while (l->at < l->n && (!turns[l->stage].ask || skips(l, &turns[l->stage]))) {
        if (turns[l->stage].ask) {
            l->stage++;
            continue;
        }
        l->repos[l->at].whole = true;
        l->at++;
        l->stage = 0;
    }
    if (l->at == l->n)
        return TALK_SENT;
    ret->method = "GET";
    if (l->next)
        buf_str(&ret->path, l->next);
    else
        turns[l->stage].ask(&l->repos[l->at], &ret->path);
    for (size_t i = 0; d->headers && d->headers[i]; i++)
        ret->headers[i] = d->headers[i];
    l->calls++;
    return TALK_CALL;
}

static void next_repo(struct look *l)
{
    l->at++;
    l->stage = 0;
    l->next = NULL;
}

static void turn_page(const struct talk_dialect *d, struct look *l, const struct api_reply *r)
{
    AUTO(buf_free) struct buf path = {0};
    struct sv next = talk_link_next(r->link);
    l->next = next.p && talk_below(d, next, &path) ? arena_dup(&l->arena, buf_view(&path)) : NULL;
    if (!l->next)
        l->stage++;
}

/* A repository that moved: what is asked stays the same. */
static bool is_elsewhere(const struct talk_dialect *d, struct look *l, const struct api_reply *r)
{
    AUTO(buf_free) struct buf path = {0};
    bool moved = r->status == 301 || r->status == 302 || r->status == 307 || r->status == 308;
    if (!moved || l->calls >= LOOK_CALLS || !talk_below(d, r->location, &path))
        return false;
    l->next = arena_dup(&l->arena, buf_view(&path));
    return true;
}

enum talk_next look_lists(const struct talk_dialect *d, const struct look_turn *turns, struct look *l,
                          const struct api_reply *reply, struct api_request *ret, struct err *e)
{
    static const struct effect nothing;
    AUTO(jdoc_free) struct jdoc *doc = NULL;
    if (!reply)
        return go_on(d, turns, l, ret);
    struct look_repo *r = &l->repos[l->at];
    if (is_elsewhere(d, l, reply))
        return go_on(d, turns, l, ret);
    if (reply->status != 200) {
        if (talk_refused(&nothing, reply, TURN_READS, e) == TALK_RETRY && e->cls != ERR_DENIED)
            return TALK_RETRY;
        r->gone = reply->status == 404 && l->stage == 0;
        r->problem = arena_strdup(&l->arena, e->msg);
        next_repo(l);
    } else if (l->calls >= LOOK_CALLS) {
        r->problem = "it has too many refs to be looked through";
        next_repo(l);
    } else if (jdoc_parse(reply->body, &page_limits, &doc, e) < 0 ||
               turns[l->stage].read(l, r, jdoc_root(doc), e) < 0) {
        r->problem = arena_strdup(&l->arena, e->msg);
        next_repo(l);
    } else {
        turn_page(d, l, reply);
    }
    *e = (struct err){0};
    return go_on(d, turns, l, ret);
}
