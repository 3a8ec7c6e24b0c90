/* SPDX-License-Identifier: Apache-2.0 */
#include "config/sections.h"
#include "config/address.h"
#include "config/app_part.h"
#include "config/field.h"
#include "config/secret.h"

static const msec_t RECONCILE_MS = 300000;
enum { SECRETS_MAX = 8, WEBHOOKS_MAX = 64, FORGES_MAX = 64 };

/* What `fettle secret rotate` keeps beside the first one while it is exchanged. They come and go, also where the list
 * names them. */
static const char *const rotating[] = {".next", ".old"};

static bool is_rotating(struct reading *r, const struct ynode *item, const char *first)
{
    const struct ynode *file = ynode_get(item, "file");
    if (!first || !file || file->kind != Y_SCALAR || item->n != 1)
        return false;
    struct sv name = file->text, whole = sv_of(first);
    if (name.n && name.p[0] != '/' && r->dir)
        name = sv_of(arena_fmt(r->arena, "%s/%s", r->dir, name.p));
    for (size_t i = 0; i < ARRAY_LEN(rotating); i++)
        if (sv_starts(name, whole) && sv_is(sv_from(name, whole.n), rotating[i]))
            return true;
    return false;
}

static void rotating_read(struct reading *r, const struct ynode *at, const char *path, struct conf_webhook *w)
{
    if (secret_beside_read(r, at, path, &w->secrets[w->n_secrets]) && w->secrets[w->n_secrets].file)
        w->n_secrets++;
}

static void secret_list_read(struct reading *r, const struct ynode *n, void *into)
{
    struct conf_webhook *w = into;
    if (!want_seq(r, n, "\"secrets\""))
        return;
    if (n->n == 0 || n->n > SECRETS_MAX) {
        say(r, n, "bad-value", "\"secrets\" needs 1 to %d entries", SECRETS_MAX);
        return;
    }
    bool whole = true;
    w->secrets = arena_new(r->arena, (n->n + 2) * sizeof *w->secrets);
    for (size_t i = 0; i < n->n; i++) {
        const char *first = w->n_secrets ? w->secrets[0].file : NULL;
        if (i > 0 && is_rotating(r, n->items[i], first))
            continue;
        if (secret_read(r, n->items[i], "a webhook secret", &w->secrets[w->n_secrets]))
            w->n_secrets++;
        else
            whole = false;
    }
    const char *first = whole ? w->secrets[0].file : NULL;
    for (size_t i = 0; first && i < ARRAY_LEN(rotating); i++)
        rotating_read(r, n->items[0], arena_fmt(r->arena, "%s%s", first, rotating[i]), w);
}

static bool path_is_plain(struct sv s)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!plain && (c == 0 || !strchr("/-._~", c)))
            return false;
    }
    return s.n > 1 && s.n <= 200 && s.p[0] == '/' && sv_find(s, SV("//")) < 0 && sv_find(s, SV("/.")) < 0;
}

/* Paths of the server itself. */
static bool path_is_taken(struct sv s)
{
    static const char *const taken[] = {"/api", "/runs", "/deliveries", "/healthz", "/readyz", "/metrics", "/a"};
    for (size_t i = 0; i < ARRAY_LEN(taken); i++) {
        struct sv t = sv_of(taken[i]);
        if (sv_starts(s, t) && (s.n == t.n || s.p[t.n] == '/'))
            return true;
    }
    return false;
}

static void hook_path_read(struct reading *r, const struct ynode *n, void *into)
{
    struct sv s;
    if (!node_text(r, n, "\"path\"", &s))
        return;
    if (!path_is_plain(s))
        say(r, n, "bad-path", "\"path\" must look like /hook/github: a slash, then letters, digits and -._~/");
    else if (path_is_taken(s))
        say(r, n, "bad-path", "the path %s belongs to the server itself: use one like /hook/github", s.p);
    else
        *(const char **)into = s.p;
}

static const struct shape shape_hook_path = {SHAPE_TEXT, .pattern = "^/[A-Za-z0-9._~/-]{1,199}$",
                                             .looks = "/hook/NAME"};
static const struct shape shape_hook_secrets = {SHAPE_LIST, .min = 1, .max = SECRETS_MAX, .of = &shape_secret};
static const struct field webhook_fields[] = {
    {"path", F_READ, .read = hook_path_read, .shape = &shape_hook_path, .at = offsetof(struct conf_webhook, path),
     .required = true, .doc = "where the forge posts to; the identity of the hook"},
    {"system", F_FLAG, .at = offsetof(struct conf_webhook, system), .doc = "GitLab system hook", .otherwise = "false"},
    {"secrets", F_READ, .read = secret_list_read, .shape = &shape_hook_secrets, .required = true, .secret = true,
     .doc = "all valid at once, for rotation"},
};

static const struct conf_webhook *webhook_by_path(const struct conf *c, const char *path)
{
    for (size_t i = 0; path && i < c->n_forges; i++)
        for (size_t k = 0; k < c->forges[i].n_webhooks; k++)
            if (c->forges[i].webhooks[k].path && strcmp(c->forges[i].webhooks[k].path, path) == 0)
                return &c->forges[i].webhooks[k];
    return NULL;
}

/* Webhooks are read after the keys of their forge, because they depend on its kind and on all other forges. */
static void webhooks_read(struct reading *r, const struct ynode *n, const struct conf *c, struct conf_forge *f)
{
    if (!want_seq(r, n, "\"webhooks\""))
        return;
    if (n->n > WEBHOOKS_MAX) {
        say(r, n, "bad-value", "\"webhooks\" has more than %d entries", WEBHOOKS_MAX);
        return;
    }
    f->webhooks = arena_new(r->arena, (n->n + 1) * sizeof *f->webhooks);
    for (size_t i = 0; i < n->n; i++) {
        struct conf_webhook w = {0};
        FIELDS_READ(r, n->items[i], "a webhook", webhook_fields, &w);
        const struct ynode *path = ynode_get(n->items[i], "path"), *system = ynode_get(n->items[i], "system");
        if (webhook_by_path(c, w.path))
            say(r, path, "duplicate", "a webhook with the path %s stands further up already", w.path);
        if (w.system && f->kind && strcmp(f->kind, "gitlab") != 0)
            say(r, system, "bad-value", "only GitLab has system hooks, and this forge is of kind %s", f->kind);
        f->webhooks[f->n_webhooks++] = w;
    }
}

/* Not only for events that the server makes itself. */
static bool is_of_people(const struct forge_ops *ops)
{
    return ops->read_head || ops->local;
}

static void kind_read(struct reading *r, const struct ynode *n, void *into)
{
    struct conf_forge *f = into;
    const char *names[32];
    size_t count = 0;
    AUTO(buf_free) struct buf all = {0};
    if (!node_name(r, n, "\"kind\"", &f->kind))
        return;
    f->ops = forge_find(sv_of(f->kind));
    if (f->ops && is_of_people(f->ops))
        return;
    f->ops = NULL;
    for (size_t i = 0; count < ARRAY_LEN(names) && forge_all[i]; i++) {
        if (!is_of_people(forge_all[i]))
            continue;
        names[count] = forge_all[i]->kind;
        buf_fmt(&all, "%s%s", count ? ", " : "", names[count]);
        count++;
    }
    say(r, n, "bad-value", "unknown kind of forge \"%s\"%s: this version knows %s", f->kind,
        did_you_mean(r, sv_of(f->kind), names, count), count ? all.p : "none");
    f->kind = NULL;
}

static void forge_url_read(struct reading *r, const struct ynode *n, void *into)
{
    struct sv url;
    if (!url_read(r, n, "\"url\"", &url))
        return;
    if (url_is_open(url))
        say_warning(r, n, "plain-http", "the token goes to %s unencrypted: use https", url.p);
    *(const char **)into = url.p;
}

static void token_read(struct reading *r, const struct ynode *n, void *into)
{
    struct conf_forge *f = into;
    f->has_token = secret_read(r, n, "\"token\"", &f->token);
}

/* Behind the keys of the forge: it depends on its kind, and on what else stands there. */
static void app_key(struct reading *r, const struct ynode *map, struct conf_forge *f)
{
    const struct ynode *n = ynode_get(map, "app");
    if (!n)
        return;
    if (f->ops && !f->ops->app)
        say(r, n, "bad-value", "only GitHub has Apps, and this forge is of kind %s: use \"token\"", f->kind);
    else if (ynode_get(map, "token"))
        say(r, n, "bad-value", "a forge has \"token\" or \"app\", not both");
    else
        f->has_app = app_read(r, n, &f->app);
}

/* Repositories of this machine have no API, and git's hooks speak for them. */
static void local_check(struct reading *r, const struct ynode *map, const struct conf_forge *f)
{
    static const char *const no[] = {"url", "token", "app", "webhooks", "limits"};
    for (size_t i = 0; f->ops && f->ops->local && i < ARRAY_LEN(no); i++)
        if (ynode_get(map, no[i]))
            say(r, ynode_get(map, no[i]), "bad-value",
                "a forge of kind %s has no \"%s\": its repositories are folders of this machine (\"url\" of each in "
                "repositories.yaml)",
                f->kind, no[i]);
}

static void reconcile_read(struct reading *r, const struct ynode *n, void *into)
{
    enum { MINUTE = 60000, DAY = 24 * 3600 * 1000 };
    struct sv s;
    msec_t ms;
    if (!node_text(r, n, "\"reconcile\"", &s))
        return;
    if (sv_is(s, "off"))
        *(msec_t *)into = 0;
    else if (!when_duration(s, &ms))
        say(r, n, "bad-value", "\"reconcile\" is a time like 5m, or off");
    else if (ms < MINUTE || ms > DAY)
        say(r, n, "bad-value", "\"reconcile\" must be between 1m and 24h, or off");
    else
        *(msec_t *)into = ms;
}

static const struct shape shape_reconcile = {SHAPE_TEXT, .pattern = "^(off|([0-9]+(ms|s|m|h|d))+)$",
                                             .looks = "5m or off"};
static const struct object webhook_object = {OBJECT("webhook", "a webhook", webhook_fields)};
static const struct shape shape_webhook = {SHAPE_OBJECT, .object = &webhook_object};
static const struct shape shape_webhooks = {SHAPE_LIST, .max = WEBHOOKS_MAX, .of = &shape_webhook};
static const struct field forge_fields[] = {
    {"kind", F_READ, .read = kind_read, .shape = &shape_line, .required = true,
     .doc = "github, gitlab, gitea, or bare: repositories of this machine without a server"},
    {"url", F_READ, .read = forge_url_read, .shape = &shape_url, .at = offsetof(struct conf_forge, url),
     .doc = "base of the API", .otherwise = "that of the public service"},
    {"token", F_READ, .read = token_read, .shape = &shape_secret, .secret = true,
     .doc = "for the API, and for git over https"},
    {"reconcile", F_READ, .read = reconcile_read, .shape = &shape_reconcile,
     .at = offsetof(struct conf_forge, reconcile),
     .doc = "how often the forge is asked for what it could not deliver, 1m to 24h, or off; default 5m",
     .otherwise = "5m"},
    {"webhooks", F_READ, .read = field_skip, .shape = &shape_webhooks, .doc = "where deliveries come in"},
    {"limits", F_READ, .read = field_skip, .shape = &shape_forge_limits,
     .doc = "how often its API is called; default: auto, what github.com and gitlab.com document, else off",
     .otherwise = "auto"},
    {"app", F_READ, .read = field_skip, .shape = &shape_app, .secret = true,
     .doc = "a GitHub App, in place of the token: {id, key, installation}"},
    {"git", F_UNSUPPORTED, .doc = "git uses the token over https"},
};

static const struct object forge_object = {OBJECT("forge", "a forge", forge_fields)};
static const struct shape shape_forge = {SHAPE_OBJECT, .object = &forge_object};
const struct shape shape_forges = {SHAPE_MAP, .max = FORGES_MAX, .pattern = "^[A-Za-z0-9_][A-Za-z0-9._-]{0,99}$",
                                   .of = &shape_forge, .looks = "forges by name"};

/* People paste the API's address as well as the site's. */
static const char *without_suffix(struct reading *r, const char *kind, const char *url)
{
    const char *suffix = strcmp(kind, "gitlab") == 0 ? "/api/v4" : strcmp(kind, "gitea") == 0 ? "/api/v1" : NULL;
    struct sv s = sv_of(url);
    if (!suffix || !sv_ends(s, sv_of(suffix)))
        return url;
    return arena_dup(r->arena, sv_cut(s, s.n - strlen(suffix)));
}

static void forge_read(struct reading *r, const struct ynode *key, const struct ynode *n, struct conf *c)
{
    struct conf_forge f = {.name = key->text.p, .reconcile = RECONCILE_MS};
    if (!is_word(key->text, "._-")) {
        say(r, key, "bad-name", "a forge's name is made of letters, digits and ._-");
        return;
    }
    FIELDS_READ(r, n, "a forge", forge_fields, &f);
    if (n->kind != Y_MAP)
        return;
    if (f.ops && !f.url && !ynode_get(n, "url")) {
        f.url = f.ops->default_url;
        /* Senders of Standard Webhooks have no API. */
        if (!f.url && !f.ops->local && strcmp(f.kind, "standard") != 0)
            say(r, key, "missing-key", "a forge of kind %s needs \"url\"", f.kind);
    }
    app_key(r, n, &f);
    local_check(r, n, &f);
    if (f.kind && f.url)
        f.url = without_suffix(r, f.kind, f.url);
    forge_limits_read(r, ynode_get(n, "limits"), &f);
    struct conf_forge *at = &c->forges[c->n_forges++];
    *at = f;
    if (ynode_get(n, "webhooks"))
        webhooks_read(r, ynode_get(n, "webhooks"), c, at);
}

void forges_read(struct reading *r, const struct ynode *n, struct conf *c)
{
    if (!want_map(r, n, "\"forges\""))
        return;
    if (n->n > FORGES_MAX) {
        say(r, n, "bad-value", "\"forges\" has more than %d entries", FORGES_MAX);
        return;
    }
    c->forges = arena_new(r->arena, (n->n + 1) * sizeof *c->forges);
    for (size_t i = 0; i < n->n; i++)
        forge_read(r, n->keys[i], n->items[i], c);
}
