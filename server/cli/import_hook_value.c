/* SPDX-License-Identifier: Apache-2.0 */
#include "server/cli/import_hook.h"

const char *hook_quoted(struct arena *a, const char *text)
{
    AUTO(buf_free) struct buf b = {0};
    buf_chr(&b, '\'');
    for (; *text; text++)
        buf_fmt(&b, *text == '\'' ? "''" : "%c", *text);
    buf_chr(&b, '\'');
    return arena_dup(a, buf_view(&b));
}

static bool is_number(struct sv s)
{
    int64_t v;
    return s.n && s.p[0] != '-' && sv_int(s, &v);
}

static bool is_name(struct sv s)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
        if (!letter && (i == 0 || !((c >= '0' && c <= '9') || c == '-')))
            return false;
    }
    return s.n > 0;
}

/* The parameter of the payload that is JSON in a string. */
static bool is_json_text(const struct hook *h, struct sv name)
{
    const struct ynode *list = ynode_get(h->node, "parse-parameters-as-json");
    for (size_t i = 0; list && list->kind == Y_SEQ && i < list->n; i++) {
        const char *n = hook_text(list->items[i], "name");
        if (n && sv_is(name, n))
            return true;
    }
    return false;
}

static const char *payload_path(struct hook *h, struct sv name)
{
    AUTO(buf_free) struct buf b = {0};
    struct sv part;
    bool first = true;
    buf_str(&b, "github.event");
    for (; sv_next(&name, '.', &part); first = false) {
        if (first && is_json_text(h, part)) {
            /* A form with one field `payload` is decoded by the server. */
            if (!sv_is(part, "payload")) {
                buf_clear(&b);
                buf_fmt(&b, "fromJSON(github.event.%.*s)", SV_ARG(part));
            }
        } else if (is_number(part)) {
            buf_fmt(&b, "[%.*s]", SV_ARG(part));
        } else if (is_name(part)) {
            buf_fmt(&b, ".%.*s", SV_ARG(part));
        } else {
            AUTO(mem_freep) char *z = sv_dup(part);
            buf_fmt(&b, "[%s]", hook_quoted(&h->x->arena, z));
        }
    }
    return arena_dup(&h->x->arena, buf_view(&b));
}

static bool header_value(struct hook *h, const struct ynode *at, struct sv name, struct hook_value *ret)
{
    static const struct {
        const char *header;
        enum hook_forge forge;
        const char *expression;
    } known[] = {
        {"X-GitHub-Event", HOOK_GITHUB, "github.event_name"}, {"X-Gitea-Event", HOOK_GITEA, "github.event_name"},
        {"X-Gogs-Event", HOOK_GITEA, "github.event_name"},    {"X-Gitlab-Event", HOOK_GITLAB, "github.event_name"},
        {"X-GitHub-Delivery", HOOK_GITHUB, "event.delivery"}, {"X-Gitea-Delivery", HOOK_GITEA, "event.delivery"},
        {"X-Gogs-Delivery", HOOK_GITEA, "event.delivery"},    {"X-Gitlab-Event-UUID", HOOK_GITLAB, "event.delivery"},
    };
    for (size_t i = 0; i < ARRAY_LEN(known); i++) {
        if (!sv_ieq(name, sv_of(known[i].header)))
            continue;
        if (h->forge == HOOK_UNKNOWN || known[i].forge == HOOK_GITEA)
            h->forge = known[i].forge;
        if (known[i].forge == HOOK_GITLAB && i == 3)
            import_say(h->x, at->at, IMPORT_NOTE, "event-name", NULL,
                       "github.event_name has GitHub's words: push for \"Push Hook\", pull_request for \"Merge Request "
                       "Hook\"");
        ret->expression = known[i].expression;
        return true;
    }
    hook_refuse(h, at, "header", "take the value from the payload", "the header %.*s is not known to workflows",
                SV_ARG(name));
    return false;
}

bool hook_value(struct hook *h, const struct ynode *n, struct hook_value *ret)
{
    const char *source = hook_text(n, "source"), *name = hook_text(n, "name");
    struct sv s = sv_of(source ? source : "");
    *ret = (struct hook_value){0};
    if (sv_is(s, "payload") && name) {
        ret->expression = payload_path(h, sv_of(name));
    } else if (sv_is(s, "entire-payload")) {
        import_say(h->x, n->at, IMPORT_NOTE, "entire-payload", NULL, "the payload is JSON over several lines");
        ret->expression = "toJSON(github.event)";
    } else if (sv_is(s, "header") && name) {
        return header_value(h, n, sv_of(name), ret);
    } else if (sv_is(s, "string") && name) {
        ret->literal = name;
    } else if (sv_is(s, "request") && name && sv_ieq(sv_of(name), SV("method"))) {
        ret->literal = "POST";
    } else if (sv_is(s, "url") || sv_is(s, "query") || sv_is(s, "entire-query")) {
        hook_refuse(h, n, "query", "take the value from the payload, or start a workflow with inputs by hand",
                    "what stands in the URL behind the ? is not known to workflows");
    } else if (sv_is(s, "raw-request-body")) {
        hook_refuse(h, n, "raw-body", "entire-payload: toJSON(github.event)",
                    "the body as it came is not known to workflows");
    } else if (sv_is(s, "request") || sv_is(s, "entire-headers")) {
        hook_refuse(h, n, "request", NULL, "the address of the sender and the headers are not known to workflows");
    } else {
        hook_refuse(h, n, "bad-value", NULL, "this names no value: it needs \"source\" and \"name\"");
    }
    return ret->expression || ret->literal;
}
