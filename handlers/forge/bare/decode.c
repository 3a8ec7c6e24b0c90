/* SPDX-License-Identifier: Apache-2.0 */
#include "core/forge_read.h"
#include "handlers/forge/bare/bare.h"

enum { CALL_MAX = 64, ACTOR_MAX = 255, OPTIONS_MAX = 64, OPTION_MAX = 1024, REFS_MAX = 10000 };

static const char *const keys[] = {"hook", "call", "repository", "ref",  "before", "after",  "actor",
                                   "user", "uid",  "options",    "refs", "skip",   "trusted"};
static const char *const repo_keys[] = {"id", "full_name", "default_branch"};

/* We wrote it: a key too many or too few is another version's body, and must not be half understood. */
static void check_keys(struct forge_read *r, const struct jval *object, const char *const *want, size_t n_want)
{
    size_t at = 0, n = 0;
    struct sv key;
    const struct jval *value;
    for (; jval_each(object, &at, &key, &value); n++) {
        size_t i = 0;
        while (i < n_want && !sv_is(key, want[i]))
            i++;
        if (i == n_want)
            read_fault(r, "the key \"%.*s\" is not known", SV_ARG(sv_cut_utf8(key, 40)));
    }
    if (n != n_want)
        read_fault(r, "there are %zu keys instead of %zu", n, n_want);
}

static void read_hook(struct forge_read *r)
{
    static const struct {
        const char *hook, *event;
    } hooks[] = {
        {"pre-push", "pre_push"}, {"pre-receive", "pre_receive"}, {"update", "pre_receive"}, {"post-receive", "push"}};
    const char *hook = read_word(r, "hook", NEEDED);
    for (size_t i = 0; hook && i < ARRAY_LEN(hooks); i++)
        if (strcmp(hook, hooks[i].hook) == 0) {
            r->ev->name = hooks[i].event;
            r->ev->received = strcmp(hook, "post-receive") == 0;
            return;
        }
    read_fault(r, "hook is none that is known");
}

static void read_repo(struct forge_read *r)
{
    struct event_repo *repo = &r->ev->repo;
    struct forge_read x = read_below(r, "repository");
    check_keys(r, x.root, repo_keys, ARRAY_LEN(repo_keys));
    repo->is_private = UNKNOWN;
    repo->full_name = read_repo_path(&x, "full_name", NEEDED);
    repo->default_branch = read_branch(&x, "default_branch", OPTIONAL);
    struct sv id = sv_of(read_word(&x, "id", NEEDED)), forge = sv_of(r->ev->forge);
    bool fits = repo->full_name && sv_starts(id, forge) && sv_is(sv_from(id, forge.n + 1), repo->full_name) &&
                id.p[forge.n] == ':';
    if (!fits)
        read_fault(&x, "id is not the delivery's forge with full_name");
    repo->id = id.p;
    if (fits && r->ev->received)
        repo->forge_id = bare_number(sv_of(repo->full_name));
}

static void read_ends(struct forge_read *r)
{
    static const char tags[] = "refs/tags/";
    struct hook_event *ev = r->ev;
    ev->ref = read_ref(r, "ref", NEEDED);
    ev->before = read_oid(r, "before", NEEDED);
    ev->after = read_oid(r, "after", NEEDED);
    if (read_end(r) != 0)
        return;
    ev->tag = strncmp(ev->ref, tags, sizeof tags - 1) == 0 ? ev->ref + sizeof tags - 1 : NULL;
    ev->created = oid_is_zero(ev->before) ? YES : NO;
    ev->deleted = oid_is_zero(ev->after) ? YES : NO;
    ev->forced = ev->created == YES || ev->deleted == YES ? NO : UNKNOWN;
    ev->commits_truncated = !ev->tag && ev->deleted == NO;
    if (strlen(ev->before) != strlen(ev->after))
        read_fault(r, "before and after are ids of two kinds");
    else if (ev->created == YES && ev->deleted == YES)
        read_fault(r, "before and after are both absent");
}

static const char *read_name(struct forge_read *r, const char *path)
{
    const char *name = read_word(r, path, OPTIONAL);
    if (name && strlen(name) > ACTOR_MAX)
        read_fault(r, "%s is longer than %d bytes", path, (int)ACTOR_MAX);
    return name;
}

/* Who pushes is what the machine says: the name of a key or of a login, else that of the account. */
static void read_actor(struct forge_read *r)
{
    const char *actor = read_name(r, "actor"), *user = read_name(r, "user");
    if (read_int(r, "uid", OPTIONAL) < 0)
        read_fault(r, "uid is negative");
    r->ev->sender.login = actor ? actor : user;
    r->ev->sender.present = r->ev->sender.login != NULL;
    r->ev->sender.bot = UNKNOWN;
}

static void check_call(struct forge_read *r)
{
    struct sv call = sv_of(read_word(r, "call", NEEDED));
    for (size_t i = 0; i < call.n; i++)
        if (!((call.p[i] >= 'a' && call.p[i] <= 'z') || (call.p[i] >= 'A' && call.p[i] <= 'Z') ||
              (call.p[i] >= '0' && call.p[i] <= '9') || call.p[i] == '-'))
            read_fault(r, "call has more than letters, digits and -");
    if (call.n > CALL_MAX)
        read_fault(r, "call is longer than %d bytes", (int)CALL_MAX);
    int64_t refs = read_int(r, "refs", NEEDED);
    if (refs < 1 || refs > REFS_MAX)
        read_fault(r, "refs is not between 1 and %d", (int)REFS_MAX);
}

static void check_options(struct forge_read *r)
{
    size_t n;
    if (!read_array(r, "options", &n))
        read_fault(r, "options is missing");
    if (n > OPTIONS_MAX)
        read_fault(r, "options are more than %d", (int)OPTIONS_MAX);
    const struct jval *options = read_at(r, "options");
    for (size_t i = 0; i < jval_len(options); i++) {
        struct sv text = jval_str(jval_item(options, i));
        bool bad = jval_kind(jval_item(options, i)) != J_STRING || text.n > OPTION_MAX;
        for (size_t k = 0; !bad && k < text.n; k++)
            bad = (unsigned char)text.p[k] < 0x20 || text.p[k] == 0x7f;
        if (bad)
            read_fault(r, "options[%zu] is no text of up to %d bytes without control characters", i, (int)OPTION_MAX);
    }
}

int bare_decode(const struct delivery *d, struct sv payload, struct arena *arena, struct hook_event *ret, struct err *e)
{
    (void)d;
    struct jdoc *doc;
    *e = (struct err){0};
    if (jdoc_parse(payload, NULL, &doc, e) != 0)
        return -1;
    struct forge_read r = {
        .root = jdoc_root(doc), .arena = arena, .ev = ret, .e = e, .is_repo_path = repo_path_is_nested};
    check_keys(&r, r.root, keys, ARRAY_LEN(keys));
    read_hook(&r);
    check_call(&r);
    read_repo(&r);
    read_ends(&r);
    read_actor(&r);
    check_options(&r);
    enum tristate skip = read_bool(&r, "skip");
    ret->trusted = read_bool(&r, "trusted");
    if (skip == UNKNOWN || ret->trusted == UNKNOWN)
        read_fault(&r, "skip or trusted is missing");
    jdoc_free(&doc);
    if (read_end(&r) == 0 && skip == YES) {
        err_set(e, ERR_INVALID, "skipped: %s pushes without being judged (FETTLE_SKIP)",
                ret->sender.present ? ret->sender.login : "somebody");
        return 1;
    }
    return read_end(&r);
}
