/* SPDX-License-Identifier: Apache-2.0 */
/* hooks.json (or .yaml) of adnanh/webhook: each hook becomes a webhook and a workflow. */
#include "config/conf.h"
#include "server/cli/import_hook.h"

enum { HOOKS_MAX = 200 };

const char *hook_forge_kind(enum hook_forge f)
{
    return f == HOOK_GITLAB ? "gitlab" : f == HOOK_GITEA ? "gitea" : "github";
}

void hook_word(struct hook_words *l, const char *word)
{
    for (size_t i = 0; i < l->n; i++)
        if (strcmp(l->at[i], word) == 0)
            return;
    if (l->n < HOOK_WORDS)
        l->at[l->n++] = word;
}

const char *hook_text(const struct ynode *map, const char *key)
{
    const struct ynode *n = map && map->kind == Y_MAP ? ynode_get(map, key) : NULL;
    return n && n->kind == Y_SCALAR && !ynode_is_null(n) ? n->text.p : NULL;
}

void hook_refuse(struct hook *h, const struct ynode *at, const char *code, const char *instead, const char *fmt, ...)
{
    AUTO(buf_free) struct buf text = {0};
    va_list ap;
    va_start(ap, fmt);
    buf_vfmt(&text, fmt, ap);
    va_end(ap);
    h->strict = true;
    import_say(h->x, at->at, IMPORT_REFUSED, code, instead, "%s", text.p);
}

/* ---- the keys of a hook ---- */

static const struct {
    const char *key;
    enum import_verdict verdict; /* IMPORT_RUNS: taken over elsewhere */
    const char *text, *instead;
} keys[] = {
    {"id", IMPORT_RUNS, NULL, NULL},
    {"execute-command", IMPORT_RUNS, NULL, NULL},
    {"command-working-directory", IMPORT_RUNS, NULL, NULL},
    {"pass-arguments-to-command", IMPORT_RUNS, NULL, NULL},
    {"pass-environment-to-command", IMPORT_RUNS, NULL, NULL},
    {"pass-file-to-command", IMPORT_RUNS, NULL, NULL},
    {"parse-parameters-as-json", IMPORT_RUNS, NULL, NULL},
    {"trigger-rule", IMPORT_RUNS, NULL, NULL},
    {"response-message", IMPORT_NOTE, "the answer is always {\"delivery\": …, \"status\": \"accepted\"}", NULL},
    {"response-headers", IMPORT_NOTE, "the answer has no headers of one's own", NULL},
    {"success-http-response-code", IMPORT_NOTE, "a delivery that is stored is answered with 202", NULL},
    {"trigger-rule-mismatch-http-response-code", IMPORT_NOTE,
     "what starts nothing is answered with 202 too: forges switch off hooks that fail", "fettle deliveries"},
    {"trigger-signature-soft-failures", IMPORT_NOTE, "a wrong signature is answered with 401 and nothing is read",
     NULL},
    {"incoming-payload-content-type", IMPORT_NOTE, "the content type of the request decides", NULL},
    {"include-command-output-in-response", IMPORT_REFUSED,
     "the answer is given before the command starts, so that a forge need not wait", "fettle runs logs RUN"},
    {"include-command-output-in-response-on-error", IMPORT_REFUSED,
     "the answer is given before the command starts, so that a forge need not wait",
     "fettle runs logs RUN, and the status at the forge"},
};

/* A flag that is off asks for nothing. */
static bool is_off(const struct ynode *n)
{
    bool on = true;
    return n->kind == Y_SCALAR && ynode_bool(n, &on) && !on;
}

static void check_methods(struct hook *h, const struct ynode *key, const struct ynode *n)
{
    bool post = n->kind == Y_SEQ && n->n == 0;
    for (size_t i = 0; n->kind == Y_SEQ && i < n->n; i++)
        post = post || (n->items[i]->kind == Y_SCALAR && sv_ieq(n->items[i]->text, SV("POST")));
    import_say(h->x, key->at, post ? IMPORT_NOTE : IMPORT_REFUSED, "http-methods", NULL,
               "webhooks are taken by POST alone");
}

static void check_keys(struct hook *h)
{
    for (size_t i = 0; i < h->node->n; i++) {
        const struct ynode *key = h->node->keys[i], *n = h->node->items[i];
        size_t k = 0;
        if (sv_is(key->text, "http-methods")) {
            check_methods(h, key, n);
            continue;
        }
        while (k < ARRAY_LEN(keys) && !sv_is(key->text, keys[k].key))
            k++;
        if (k == ARRAY_LEN(keys))
            import_say(h->x, key->at, IMPORT_REFUSED, "unknown-key", NULL, "the key \"%.*s\" is not known",
                       SV_ARG(sv_cut_chars(key->text, 60)));
        else if (keys[k].verdict != IMPORT_RUNS && !is_off(n))
            import_say(h->x, key->at, keys[k].verdict, keys[k].key, keys[k].instead, "%s", keys[k].text);
    }
}

/* ---- files ---- */

/* What may be a part of a path. */
static const char *file_name(struct arena *a, const char *id)
{
    AUTO(buf_free) struct buf b = {0};
    for (const char *p = id; *p && b.n < 80; p++) {
        bool plain = (*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') || (*p >= '0' && *p <= '9') ||
                     strchr("-_~", *p) || (*p == '.' && b.n);
        buf_chr(&b, plain ? *p : '-');
    }
    return arena_dup(a, buf_view(&b));
}

struct sections { /* of fettle.yaml and repositories.yaml */
    struct buf webhooks[HOOK_GITEA + 1];
    struct buf repositories;
    struct hook_words repos, aliases;
};

static void put_webhook(struct hook *h, struct buf *b)
{
    struct arena *a = &h->x->arena;
    const char *name = file_name(a, h->id);
    size_t n = h->secrets.n ? h->secrets.n : 1;
    buf_fmt(b, "      - path: /hooks/%s\n        secrets:\n", name);
    for (size_t i = 0; i < n; i++) {
        const char *file = arena_fmt(a, i ? "secrets/hook-%s.%zu" : "secrets/hook-%s", name, i + 1);
        buf_fmt(b, "          - {file: %s}\n", file);
        if (i < h->secrets.n)
            import_output(h->x, file, 0600, sv_of(arena_fmt(a, "%s\n", h->secrets.at[i])));
    }
    if (strcmp(name, h->id) != 0)
        import_say(h->x, h->node->at, IMPORT_NOTE, "path", NULL, "the path is /hooks/%s: change it at the forge", name);
}

/* "acme/web/app", as forges name them. */
static bool is_path(struct sv s)
{
    struct sv part;
    size_t n = 0;
    for (; s.n && sv_next(&s, '/', &part); n++) {
        if (part.n == 0 || part.n > 60 || part.p[0] == '.' || part.p[0] == '-' || s.n > 200)
            return false;
        for (size_t i = 0; i < part.n; i++) {
            char c = part.p[i];
            if (!((c | 0x20) >= 'a' && (c | 0x20) <= 'z') && !(c >= '0' && c <= '9') && !(c && strchr("._-", c)))
                return false;
        }
    }
    return n > 1;
}

static void put_repositories(struct hook *h, struct sections *to)
{
    for (size_t i = 0; i < h->repos.n; i++) {
        struct sv path = sv_of(h->repos.at[i]), name = sv_from(path, (size_t)(sv_rchr(path, '/') + 1));
        const char *alias = arena_dup(&h->x->arena, name);
        size_t before = to->repos.n;
        if (is_path(path))
            hook_word(&to->repos, arena_fmt(&h->x->arena, "%s:%s", hook_forge_kind(h->forge), path.p));
        if (to->repos.n == before)
            continue;
        size_t others = to->aliases.n;
        hook_word(&to->aliases, alias);
        if (to->aliases.n == others) /* of another owner */
            alias = arena_fmt(&h->x->arena, "%s-%zu", alias, to->repos.n);
        buf_fmt(&to->repositories, "  - {name: '%s', id: '%s'}\n", alias, to->repos.at[before]);
    }
}

static void write_sections(struct import *x, struct sections *s)
{
    static const char *const urls[] = {[HOOK_GITHUB] = "https://api.github.com", [HOOK_GITLAB] = "https://gitlab.com",
                                       [HOOK_GITEA] = "https://gitea.example.com"};
    AUTO(buf_free) struct buf b = {0};
    buf_str(&b, "# For fettle.yaml. A url is that of the forge's API; a token there lets it post statuses.\nforges:\n");
    for (enum hook_forge f = HOOK_GITHUB; f <= HOOK_GITEA; f++)
        if (s->webhooks[f].n)
            buf_fmt(&b, "  %s:\n    kind: %s\n    url: %s\n    webhooks:\n%s", hook_forge_kind(f), hook_forge_kind(f),
                    urls[f], s->webhooks[f].p);
    import_output(x, "fettle.forges.yaml", 0644, buf_view(&b));
    if (s->repositories.n)
        import_output(x, "repositories.yaml", 0644,
                      sv_of(arena_fmt(&x->arena, "repositories:\n%s", s->repositories.p)));
}

/* ---- hooks ---- */

static void say_sum(struct hook *h)
{
    struct ymark at = h->node->at;
    import_say(h->x, at, IMPORT_RUNS, "hook", NULL, "the hook %s: a webhook at /hooks/%s, and a workflow", h->id,
               file_name(&h->x->arena, h->id));
    import_say(h->x, at, IMPORT_NOTE, "isolation",
               "runner: {isolation: none} in fettle.yaml, for commands that change it",
               "the command sees the machine read-only and has a folder of its own");
    if (h->events.n == 0)
        import_say(h->x, at, IMPORT_NOTE, "event", "the event under \"on\"",
                   "the rule names no event: push is assumed");
    if (h->secrets.n == 0)
        import_say(h->x, at, IMPORT_REFUSED, "secret",
                   arena_fmt(&h->x->arena, "a secret at the forge, the same in secrets/hook-%s",
                             file_name(&h->x->arena, h->id)),
                   "no webhook is taken without a signature, and the rule has none that a forge makes%s",
                   h->forge == HOOK_UNKNOWN ? "; other senders sign as Standard Webhooks do (kind: standard)" : "");
    if (h->cond)
        import_say(h->x, at, IMPORT_NOTE, "case", NULL, "== and startsWith() do not look at the case of letters");
}

/* What is wrong with what was made, as the reader of workflow files sees it: paths that are no expression, say. False:
 * it is not even YAML, for a name that has line ends in it. */
static bool check_made(struct hook *h, struct sv text)
{
    AUTO(arena_free) struct arena a = {0};
    struct problems problems = {0};
    struct ynode *ignored;
    struct ymark at;
    struct err e = {0};
    (void)workflow_read(text, h->x->file, NULL, NULL, &a, &problems);
    for (size_t i = 0; i < problems.list.n; i++) {
        const struct problem *p = &problems.list.at[i];
        if (p->level == PROBLEM_ERROR)
            import_say(h->x, h->node->at, IMPORT_REFUSED, p->code, NULL, "the workflow of the hook %s: %s", h->id,
                       p->text);
    }
    problems_free(&problems);
    return yaml_load(text, NULL, &a, &ignored, &at, &e) == 0;
}

/* Two ids may also become one path. */
static bool is_second(const struct hook *h)
{
    const char *name = arena_fmt(&h->x->arena, "workflows/%s.yml", file_name(&h->x->arena, h->id));
    for (size_t i = 0; i < h->x->outputs.n; i++)
        if (strcmp(h->x->outputs.at[i].name, name) == 0)
            return true;
    return false;
}

static void one_hook(struct import *x, const struct ynode *n, struct sections *to)
{
    struct hook *h = arena_new(&x->arena, sizeof *h);
    AUTO(buf_free) struct buf text = {0};
    *h = (struct hook){.x = x, .node = n, .id = hook_text(n, "id")};
    if (!h->id || !*h->id || !hook_text(n, "execute-command")) {
        hook_refuse(h, n, "missing-key", NULL, "a hook needs \"id\" and \"execute-command\"");
        return;
    }
    if (is_second(h)) {
        hook_refuse(h, n, "duplicate", "another id for it, and a webhook of its own at the forge",
                    "the id \"%s\" stands twice", h->id);
        return;
    }
    check_keys(h);
    hook_rule(h);
    say_sum(h);
    if (h->events.n == 0)
        hook_word(&h->events, "push");
    hook_workflow(h, &text);
    if (!check_made(h, buf_view(&text)))
        return;
    import_output(x, arena_fmt(&x->arena, "workflows/%s.yml", file_name(&x->arena, h->id)), 0644, buf_view(&text));
    put_webhook(h, &to->webhooks[h->forge == HOOK_UNKNOWN ? HOOK_GITHUB : h->forge]);
    put_repositories(h, to);
}

void import_hooks(struct import *x)
{
    struct sections s = {0};
    if (x->root->n > HOOKS_MAX)
        import_say(x, x->root->at, IMPORT_REFUSED, "too-large", "several files", "only the first %d hooks are read",
                   HOOKS_MAX);
    for (size_t i = 0; i < x->root->n && i < HOOKS_MAX; i++)
        one_hook(x, x->root->items[i], &s);
    write_sections(x, &s);
    for (size_t i = 0; i < ARRAY_LEN(s.webhooks); i++)
        buf_free(&s.webhooks[i]);
    buf_free(&s.repositories);
}
