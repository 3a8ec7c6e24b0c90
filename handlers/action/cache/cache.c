/* SPDX-License-Identifier: Apache-2.0 */
/* `uses: cache`, `cache/restore`, `cache/save`: files that make later runs faster. Inputs, outputs and rules are those
 * of https://github.com/actions/cache (v4). `cache` restores, and saves in a step of its own at the end of the job. */
#include "port/action.h"

static const char *const cache_aliases[] = {"actions/cache", NULL};
static const char *const restore_aliases[] = {"actions/cache/restore", NULL};
static const char *const save_aliases[] = {"actions/cache/save", NULL};

static const struct action_param cache_params[] = {
    {"path", true, "files and folders, one a line, with * ? ** and ! for exceptions; below the workspace or ~"},
    {"key", true, "a cache is saved once under its key, and never changed"},
    {"restore-keys", false, "beginnings of keys, one a line: the newest cache of the first that fits"},
    {"fail-on-cache-miss", false, "true: the step fails when nothing is found"},
    {"lookup-only", false, "true: only say whether there is one"},
    {"enableCrossOsArchive", false, "has no meaning here"},
    {"upload-chunk-size", false, "has no meaning here"},
    {"save-always", false, "only false"},
    {NULL, false, NULL},
};

static const struct action_param save_params[] = {
    {"path", true, "files and folders, one a line"},
    {"key", true, "a cache is saved once under its key, and never changed"},
    {"enableCrossOsArchive", false, "has no meaning here"},
    {"upload-chunk-size", false, "has no meaning here"},
    {NULL, false, NULL},
};

static int refuse(struct err *e, const struct action_call *c, size_t i, const char *why)
{
    (void)err_set(e, ERR_INVALID, "\"%s\" of cache %s", c->with[i].name, why);
    e->code = (int)i + 1;
    return -1;
}

static bool key_is_ok(struct sv key)
{
    return key.n <= ARCHIVE_KEY_MAX && sv_chr(key, ',') < 0 && sv_chr(key, '\n') < 0;
}

static int set_restore_keys(const struct action_call *c, size_t i, struct archive_want *w, struct err *e)
{
    struct sv rest = sv_of(c->with[i].value), line;
    size_t n = 0;
    while (sv_next(&rest, '\n', &line)) {
        if (!key_is_ok(sv_trim(line)))
            return refuse(e, c, i, "has a line that is longer than 512 bytes or has a comma in it");
        n += sv_trim(line).n > 0;
    }
    if (n > ARCHIVE_RESTORE_KEYS - 1)
        return refuse(e, c, i, "has more than 9 lines");
    w->restore_keys = c->with[i].value;
    return 0;
}

static int set_flag(const struct action_call *c, size_t i, bool *ret, struct err *e)
{
    struct sv v = sv_of(c->with[i].value);
    *ret = sv_ieq(v, SV("true"));
    return *ret || sv_ieq(v, SV("false")) ? 0 : refuse(e, c, i, "must be true or false");
}

static int set_input(const struct action_call *c, size_t i, struct archive_want *w, struct err *e)
{
    struct sv name = sv_of(c->with[i].name), value = sv_trim(sv_of(c->with[i].value));
    bool always = false;
    if (value.n == 0)
        return 0;
    if (sv_is(name, "path"))
        w->path = c->with[i].value;
    else if (sv_is(name, "restore-keys"))
        return set_restore_keys(c, i, w, e);
    else if (sv_is(name, "fail-on-cache-miss"))
        return set_flag(c, i, &w->must_hit, e);
    else if (sv_is(name, "lookup-only"))
        return set_flag(c, i, &w->look_only, e);
    else if (sv_is(name, "save-always"))
        return set_flag(c, i, &always, e) < 0 ? -1
               : always ? refuse(e, c, i, "never worked and is gone: use cache/save in a step with `if: always()`")
                        : 0;
    else if (sv_is(name, "key")) {
        w->key = arena_dup(c->arena, value);
        if (!key_is_ok(value))
            return refuse(e, c, i, "is longer than 512 bytes or has a comma in it");
    }
    return 0;
}

static int resolve(const struct action_call *c, enum archive_kind kind, struct action_result *ret, struct err *e)
{
    *ret = (struct action_result){.does = ACTION_ARCHIVE, .archive = {.kind = kind}};
    for (size_t i = 0; i < c->n_with; i++)
        if (set_input(c, i, &ret->archive, e) < 0)
            return -1;
    if (!ret->archive.path || !ret->archive.key)
        return err_set(e, ERR_INVALID, "cache needs \"path\" and \"key\"");
    return 0;
}

static int restore_resolve(const struct action_call *c, struct action_result *ret, struct err *e)
{
    return resolve(c, ARCHIVE_RESTORE, ret, e);
}

static int save_resolve(const struct action_call *c, struct action_result *ret, struct err *e)
{
    return resolve(c, ARCHIVE_SAVE, ret, e);
}

const struct action_ops action_cache = {
    .name = "cache",
    .aliases = cache_aliases,
    .params = cache_params,
    .resolve = restore_resolve,
    .post = "cache/save",
};
const struct action_ops action_cache_restore = {
    .name = "cache/restore",
    .aliases = restore_aliases,
    .params = cache_params,
    .resolve = restore_resolve,
};
const struct action_ops action_cache_save = {
    .name = "cache/save",
    .aliases = save_aliases,
    .params = save_params,
    .resolve = save_resolve,
};
