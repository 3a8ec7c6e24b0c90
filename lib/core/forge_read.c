/* SPDX-License-Identifier: Apache-2.0 */
#include "core/forge_read.h"
#include <stdio.h>
#include "fmt/enc.h"
#include "fmt/hmac.h"

enum { WORD_MAX = 400, REF_MAX = 1024, REPO_PATH_MAX = 512 };

void read_fault(struct forge_read *r, const char *fmt, ...)
{
    if (read_end(r) != 0)
        return;
    char text[sizeof r->e->msg];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    err_set(r->e, ERR_INVALID, "%s%s%s", r->under ? r->under : "", r->under ? "." : "", text);
}

static const struct jval *member(const struct forge_read *r, const struct jval *object, struct sv key)
{
    char name[64];
    MUST(key.n < sizeof name); /* paths are literals of ours */
    memcpy(name, key.p, key.n);
    name[key.n] = '\0';
    const struct jval *v = jval_get(object, name);
    if (v || !r->loose_keys)
        return v;
    size_t at = 0;
    struct sv found;
    const struct jval *value;
    while (jval_each(object, &at, &found, &value))
        if (sv_eq(sv_trim(found), key))
            return value;
    return NULL;
}

const struct jval *read_at(const struct forge_read *r, const char *path)
{
    const struct jval *v = read_end(r) != 0 ? NULL : r->root;
    struct sv rest = sv_of(path), key;
    while (v && sv_next(&rest, '.', &key))
        v = member(r, v, key);
    return jval_kind(v) == J_NULL ? NULL : v;
}

/* The value if it is there and of this kind; faults otherwise say so. */
static const struct jval *of_kind(struct forge_read *r, const char *path, enum jkind kind, enum need need)
{
    static const char *const name[] = {[J_BOOL] = "true or false", [J_INT] = "an integer", [J_STRING] = "a string",
                                       [J_ARRAY] = "an array", [J_OBJECT] = "an object"};
    const struct jval *v = read_at(r, path);
    if (!v) {
        if (need == NEEDED)
            read_fault(r, "%s is missing", path);
        return NULL;
    }
    if (jval_kind(v) != kind) {
        read_fault(r, "%s is not %s", path, name[kind]);
        return NULL;
    }
    return v;
}

static struct sv text_at(struct forge_read *r, const char *path, enum need need)
{
    const struct jval *v = of_kind(r, path, J_STRING, need);
    return v ? jval_str(v) : SV_NONE;
}

const char *read_text(struct forge_read *r, const char *path, enum need need)
{
    return arena_dup(r->arena, text_at(r, path, need));
}

int64_t read_int(struct forge_read *r, const char *path, enum need need)
{
    int64_t n = 0;
    const struct jval *v = of_kind(r, path, J_INT, need);
    return v && jval_int(v, &n) ? n : 0;
}

enum tristate read_bool(struct forge_read *r, const char *path)
{
    const struct jval *v = of_kind(r, path, J_BOOL, OPTIONAL);
    return !v ? UNKNOWN : jval_true(v) ? YES : NO;
}

const char *read_json(struct forge_read *r, const char *path)
{
    AUTO(buf_free) struct buf text = {0};
    struct jout j = {.buf = &text};
    const struct jval *v = of_kind(r, path, J_OBJECT, OPTIONAL);
    if (!v)
        return NULL;
    jout_val(&j, v);
    return arena_dup(r->arena, buf_view(&text));
}

void read_object(struct forge_read *r, const char *path)
{
    (void)of_kind(r, path, J_OBJECT, NEEDED);
}

void read_nothing(struct forge_read *r, const char *path)
{
    if (read_has(r, path))
        read_fault(r, "%s does not belong into this event", path);
}

struct forge_read read_below(struct forge_read *r, const char *path)
{
    struct forge_read below = *r;
    read_object(r, path);
    below.root = read_at(r, path);
    below.under = path;
    return below;
}

bool read_array(struct forge_read *r, const char *path, size_t *ret_n)
{
    const struct jval *v = of_kind(r, path, J_ARRAY, OPTIONAL);
    *ret_n = jval_len(v);
    return v != NULL;
}

static bool has_control(struct sv s)
{
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] < 0x20 || s.p[i] == 0x7f)
            return true;
    return false;
}

const char *read_oid(struct forge_read *r, const char *path, enum need need)
{
    struct sv s = text_at(r, path, need);
    if (s.p && !oid_is_valid(s)) {
        read_fault(r, "%s is not an object id of 40 or 64 digits", path);
        return NULL;
    }
    return arena_dup(r->arena, s);
}

const char *read_word(struct forge_read *r, const char *path, enum need need)
{
    struct sv s = text_at(r, path, need);
    if (s.p && (s.n == 0 || s.n > WORD_MAX || has_control(s))) {
        read_fault(r, "%s is empty, longer than %d bytes or has control characters", path, (int)WORD_MAX);
        return NULL;
    }
    return arena_dup(r->arena, s);
}

const char *read_ref(struct forge_read *r, const char *path, enum need need)
{
    struct sv s = text_at(r, path, need);
    if (s.p && !ref_is_valid(s)) {
        read_fault(r, "%s is not a full ref that git would allow", path);
        return NULL;
    }
    return arena_dup(r->arena, s);
}

const char *read_ref_in(struct forge_read *r, const char *folder, const char *path, enum need need)
{
    struct sv s = text_at(r, path, need);
    if (!s.p)
        return NULL;
    const char *ref = s.n > REF_MAX ? "" : arena_fmt(r->arena, "%s%.*s", folder, SV_ARG(s));
    if (!ref_is_valid(sv_of(ref))) {
        read_fault(r, "%s is not the name of a branch or tag that git would allow", path);
        return NULL;
    }
    return ref;
}

const char *read_branch(struct forge_read *r, const char *path, enum need need)
{
    static const char folder[] = "refs/heads/";
    const char *ref = read_ref_in(r, folder, path, need);
    return ref ? ref + sizeof folder - 1 : NULL;
}

const char *read_repo_path(struct forge_read *r, const char *path, enum need need)
{
    struct sv s = text_at(r, path, need);
    if (s.p && !r->is_repo_path(s)) {
        read_fault(r, "%s is not the path of a repository", path);
        return NULL;
    }
    return arena_dup(r->arena, s);
}

const char *read_repo_id(struct forge_read *r, const char *path, enum need need)
{
    const char *name = read_repo_path(r, path, need);
    return name ? arena_fmt(r->arena, "%s:%s", r->ev->forge, name) : NULL;
}

void read_labels(struct forge_read *r, const char *path, const char *field, const char ***ret, size_t *ret_n)
{
    *ret = NULL;
    *ret_n = 0;
    const struct jval *list = of_kind(r, path, J_ARRAY, OPTIONAL);
    size_t n = jval_len(list);
    if (n == 0)
        return;
    const char **names = arena_new(r->arena, n * sizeof *names);
    for (size_t i = 0; i < n; i++) {
        struct sv name = jval_str(jval_get(jval_item(list, i), field));
        if (!name.p) {
            read_fault(r, "%s[%zu].%s is not a string", path, i, field);
            return;
        }
        names[i] = arena_dup(r->arena, name);
    }
    *ret = names;
    *ret_n = n;
}

/* One part of a ref between slashes, after git check-ref-format(1). */
static bool ref_part_is_valid(struct sv part)
{
    if (part.n == 0 || part.p[0] == '.' || sv_ends(part, SV(".lock")))
        return false;
    for (size_t i = 0; i < part.n; i++)
        if ((unsigned char)part.p[i] <= ' ' || part.p[i] == 0x7f || strchr("~^:?*[\\", part.p[i]))
            return false;
    return true;
}

bool ref_is_valid(struct sv ref)
{
    if (!sv_starts(ref, SV("refs/")) || ref.n > REF_MAX || sv_ends(ref, SV("/")) || sv_ends(ref, SV(".")) ||
        sv_find(ref, SV("..")) >= 0 || sv_find(ref, SV("@{")) >= 0 || sv_bad_utf8(ref) >= 0)
        return false;
    if (sv_starts(ref, SV("refs/heads/-")) || sv_starts(ref, SV("refs/tags/-")))
        return false;
    struct sv rest = ref, part;
    int parts = 0;
    for (; sv_next(&rest, '/', &part); parts++)
        if (!ref_part_is_valid(part))
            return false;
    return parts >= 3;
}

bool repo_path_is_plain(struct sv path)
{
    if (path.n > REPO_PATH_MAX || sv_starts(path, SV("-")))
        return false;
    struct sv rest = path, part;
    int parts = 0;
    for (; sv_next(&rest, '/', &part); parts++) {
        if (part.n == 0 || sv_is(part, ".") || sv_is(part, ".."))
            return false;
        for (size_t i = 0; i < part.n; i++)
            if (!((part.p[i] >= 'a' && part.p[i] <= 'z') || (part.p[i] >= 'A' && part.p[i] <= 'Z') ||
                  (part.p[i] >= '-' && part.p[i] <= '9') || part.p[i] == '_'))
                return false;
    }
    return parts == 2;
}

bool repo_path_is_nested(struct sv path)
{
    if (path.n > REPO_PATH_MAX || has_control(path) || sv_bad_utf8(path) >= 0)
        return false;
    struct sv rest = path, part;
    int parts = 0;
    for (; sv_next(&rest, '/', &part); parts++)
        if (part.n == 0 || sv_is(part, ".") || sv_is(part, "..") || part.p[0] == '-' || sv_chr(part, ' ') >= 0 ||
            sv_chr(part, '\\') >= 0)
            return false;
    return parts >= 2;
}

void read_identity(struct forge_read *r)
{
    AUTO(buf_free) struct buf json = {0}, hex = {0};
    struct jout j = {.buf = &json};
    uint8_t digest[SHA256_LEN];
    jout_val(&j, r->root);
    sha256(json.p, json.n, digest);
    hex_put(&hex, digest, 16);
    r->ev->identity = arena_dup(r->arena, buf_view(&hex));
}
