/* SPDX-License-Identifier: Apache-2.0 */
#include "core/effect_body.h"
#include "base/arena.h"
#include "fmt/json.h"

enum { MAX_TEXTS = 100 };
const char *const merge_method_name[] = {
    [MERGE_BY_MERGE] = "merge", [MERGE_BY_SQUASH] = "squash", [MERGE_BY_REBASE] = "rebase"};
static const char *const thread_name[] = {[THREAD_CHANGE] = "change", [THREAD_ISSUE] = "issue"};

static const char *text(const struct jval *v, const char *key, struct arena *arena)
{
    return arena_dup(arena, jval_str(jval_get(v, key)));
}

static bool number_of(const struct jval *v, int64_t *ret)
{
    return jval_int(jval_get(v, "number"), ret) && *ret > 0;
}

static bool thread_of(const struct jval *v, enum thread_kind *ret)
{
    struct sv s = jval_str(jval_get(v, "at"));
    *ret = sv_is(s, thread_name[THREAD_ISSUE]) ? THREAD_ISSUE : THREAD_CHANGE;
    return *ret == THREAD_ISSUE || sv_is(s, thread_name[THREAD_CHANGE]);
}

int effect_texts_read(const struct jval *v, struct arena *arena, const char ***ret, size_t *ret_n, struct err *e)
{
    size_t n = jval_len(v);
    if (n > MAX_TEXTS)
        return err_set(e, ERR_INVALID, "more than %d labels", MAX_TEXTS);
    const char **all = arena_new(arena, (n + 1) * sizeof *all);
    for (size_t i = 0; i < n; i++) {
        struct sv s = jval_str(jval_item(v, i));
        if (!s.p)
            return err_set(e, ERR_INVALID, "a label is not text");
        all[i] = arena_dup(arena, s);
    }
    *ret = all;
    *ret_n = n;
    return 0;
}

void comment_write(const struct comment_body *b, struct jout *j)
{
    jout_kint(j, "number", b->number);
    jout_kstrz(j, "at", thread_name[b->at]);
    jout_kstrz(j, "body", b->body);
    jout_kstrz(j, "marker", b->marker);
    jout_kbool(j, "remove", b->remove);
}

int comment_read(const struct jval *v, struct arena *arena, struct comment_body *ret, struct err *e)
{
    struct comment_body b = {
        .body = text(v, "body", arena), .marker = text(v, "marker", arena), .remove = jval_true(jval_get(v, "remove"))};
    if (!number_of(v, &b.number) || !thread_of(v, &b.at) || !b.marker || !b.marker[0] || (!b.body && !b.remove))
        return err_set(e, ERR_INVALID, "comment without its place, marker or text");
    *ret = b;
    return 0;
}

void label_write(const struct label_body *b, struct jout *j)
{
    jout_kint(j, "number", b->number);
    jout_kstrz(j, "at", thread_name[b->at]);
    jout_key(j, "add");
    jout_strs(j, b->add, b->n_add);
    jout_key(j, "remove");
    jout_strs(j, b->remove, b->n_remove);
}

int label_read(const struct jval *v, struct arena *arena, struct label_body *ret, struct err *e)
{
    struct label_body b = {0};
    if (!number_of(v, &b.number) || !thread_of(v, &b.at))
        return err_set(e, ERR_INVALID, "labels without their place");
    if (effect_texts_read(jval_get(v, "add"), arena, &b.add, &b.n_add, e) < 0 ||
        effect_texts_read(jval_get(v, "remove"), arena, &b.remove, &b.n_remove, e) < 0)
        return -1;
    *ret = b;
    return 0;
}

void pull_write(const struct pull_body *b, struct jout *j)
{
    jout_kstrz(j, "head", b->head);
    jout_kstrz(j, "base", b->base);
    jout_kstrz(j, "title", b->title);
    jout_kstrz(j, "body", b->body);
    jout_kstrz(j, "marker", b->marker);
    jout_key(j, "labels");
    jout_strs(j, b->labels, b->n_labels);
    jout_kbool(j, "draft", b->draft);
}

int pull_read(const struct jval *v, struct arena *arena, struct pull_body *ret, struct err *e)
{
    struct pull_body b = {.head = text(v, "head", arena),
                          .base = text(v, "base", arena),
                          .title = text(v, "title", arena),
                          .body = text(v, "body", arena),
                          .marker = text(v, "marker", arena),
                          .draft = jval_true(jval_get(v, "draft"))};
    if (!b.head || !b.base || !b.title || !b.marker || !b.marker[0])
        return err_set(e, ERR_INVALID, "change without head, base, title or marker");
    if (!b.body)
        b.body = "";
    if (effect_texts_read(jval_get(v, "labels"), arena, &b.labels, &b.n_labels, e) < 0)
        return -1;
    *ret = b;
    return 0;
}

void merge_write(const struct merge_body *b, struct jout *j)
{
    jout_kint(j, "number", b->number);
    jout_kstrz(j, "sha", b->sha);
    jout_kstrz(j, "method", merge_method_name[b->method]);
    jout_kstrz(j, "title", b->title);
    jout_kstrz(j, "message", b->message);
}

int merge_read(const struct jval *v, struct arena *arena, struct merge_body *ret, struct err *e)
{
    struct merge_body b = {
        .sha = text(v, "sha", arena), .title = text(v, "title", arena), .message = text(v, "message", arena)};
    struct sv method = jval_str(jval_get(v, "method"));
    while (b.method < MERGE_METHOD_N && !sv_is(method, merge_method_name[b.method]))
        b.method++;
    if (!number_of(v, &b.number) || !b.sha || b.method == MERGE_METHOD_N)
        return err_set(e, ERR_INVALID, "merge without number, sha or method");
    *ret = b;
    return 0;
}

void dispatch_write(const struct dispatch_body *b, struct jout *j)
{
    jout_kstrz(j, "event", b->event);
    jout_kstrz(j, "workflow", b->workflow);
    jout_kstrz(j, "ref", b->ref);
    jout_kstrz(j, "inputs", b->inputs);
    jout_kstrz(j, "token", b->token);
    jout_kint(j, "hops", b->hops);
}

int dispatch_read(const struct jval *v, struct arena *arena, struct dispatch_body *ret, struct err *e)
{
    struct dispatch_body b = {.event = text(v, "event", arena),
                              .workflow = text(v, "workflow", arena),
                              .ref = text(v, "ref", arena),
                              .inputs = text(v, "inputs", arena),
                              .token = text(v, "token", arena)};
    if (!b.token || (!b.event && !b.workflow && !b.ref) || (b.workflow && !b.ref))
        return err_set(e, ERR_INVALID, "dispatch without token, or without what is started");
    if (!jval_int(jval_get(v, "hops"), &b.hops) || b.hops < 0)
        b.hops = 0;
    *ret = b;
    return 0;
}
