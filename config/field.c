/* SPDX-License-Identifier: Apache-2.0 */
#include "config/field.h"
#include "base/clk.h"

enum { KEYS_MAX = 64 };

void field_keep(struct reading *r, const struct ynode *n, void *into)
{
    (void)r;
    *(const struct ynode **)into = n;
}

void field_skip(struct reading *r, const struct ynode *n, void *into)
{
    (void)r, (void)n, (void)into;
}

static const struct field *field_by_key(const struct field *table, size_t n, struct sv key)
{
    for (size_t i = 0; i < n; i++)
        if (sv_is(key, table[i].key))
            return &table[i];
    return NULL;
}

/* Returns the key that was probably meant, or NULL. */
static const char *refuse_unknown(struct reading *r, const struct ynode *key, const char *what,
                                  const struct field *table, size_t n)
{
    const char *names[KEYS_MAX + 1];
    size_t known = 0;
    for (size_t i = 0; i < n && known < KEYS_MAX; i++)
        if (table[i].kind != F_UNSUPPORTED)
            names[known++] = table[i].key;
    names[known] = NULL;
    const char *meant = suggest(key->text, names, known);
    if (only_counted(r))
        return meant;
    struct sv shown = sv_cut_chars(key->text, 60);
    const struct field *f = meant ? field_by_key(table, n, sv_of(meant)) : NULL;
    if (f && f->secret)
        say_hidden(r, key, "unknown-key", "unknown key \"%.*s\" (did you mean \"%s\"?)", SV_ARG(shown), meant);
    else if (meant)
        say(r, key, "unknown-key", "unknown key \"%.*s\" (did you mean \"%s\"?)", SV_ARG(shown), meant);
    else
        say(r, key, "unknown-key", "unknown key \"%.*s\": %s takes %s", SV_ARG(shown), what,
            words_text(r, names));
    return meant;
}

static bool text_of(struct reading *r, const struct ynode *n, const char *what, struct sv *ret)
{
    const char *name;
    if (!node_name(r, n, what, &name))
        return false;
    *ret = n->text;
    return true;
}

/* Bounds in the words the file uses. */
static const char *bound_text(struct reading *r, enum field_kind kind, int64_t v)
{
    static const struct {
        int64_t unit;
        const char *name;
    } times[] = {{86400000, "d"}, {3600000, "h"}, {60000, "m"}, {1000, "s"}, {1, "ms"}},
      sizes[] = {{1 << 30, "GiB"}, {1 << 20, "MiB"}, {1 << 10, "KiB"}};
    if (kind == F_DURATION)
        for (size_t i = 0; i < ARRAY_LEN(times); i++)
            if (v % times[i].unit == 0)
                return arena_fmt(r->arena, "%lld%s", (long long)(v / times[i].unit), times[i].name);
    if (kind == F_SIZE)
        for (size_t i = 0; i < ARRAY_LEN(sizes); i++)
            if (v % sizes[i].unit == 0)
                return arena_fmt(r->arena, "%lld%s", (long long)(v / sizes[i].unit), sizes[i].name);
    return arena_fmt(r->arena, "%lld", (long long)v);
}

static bool number_parse(enum field_kind kind, struct sv s, int64_t *ret)
{
    return kind == F_SIZE ? size_parse(s, ret) : kind == F_DURATION ? when_duration(s, ret) : sv_int(s, ret);
}

static void read_number(struct reading *r, const struct field *f, const struct ynode *n, const char *what, void *into)
{
    static const char *const looks[] = {[F_INT] = "a whole number",
                                        [F_SIZE] = "a size like 512KiB or 26MiB",
                                        [F_DURATION] = "a duration like 30s or 1h30m"};
    struct sv s;
    int64_t v;
    if (!text_of(r, n, what, &s))
        return;
    if (!number_parse(f->kind, s, &v)) {
        say(r, n, "bad-value", "%s must be %s", what, looks[f->kind]);
        return;
    }
    if (v < f->min || v > f->max)
        say(r, n, "bad-value", "%s must be between %s and %s", what, bound_text(r, f->kind, f->min),
            bound_text(r, f->kind, f->max));
    else if (f->kind == F_INT)
        *(int *)into = (int)v;
    else
        *(int64_t *)into = v;
}

static void read_word(struct reading *r, const struct field *f, const struct ynode *n, const char *what, void *into)
{
    struct sv s;
    if (!text_of(r, n, what, &s))
        return;
    AUTO(buf_free) struct buf all = {0};
    size_t count = 0;
    for (; f->words[count]; count++) {
        if (sv_is(s, f->words[count])) {
            *(unsigned *)into = (unsigned)count;
            return;
        }
        buf_fmt(&all, "%s%s", count ? ", " : "", f->words[count]);
    }
    say(r, n, "bad-value", "%s must be one of: %s%s", what, all.p, did_you_mean(r, s, f->words, count));
}

static void read_flag(struct reading *r, const struct ynode *n, const char *what, bool *into)
{
    struct sv s;
    if (n->kind == Y_SCALAR && !ynode_is_null(n) && !node_text(r, n, what, &s))
        return;
    if (!ynode_bool(n, into))
        say(r, n, "bad-value", "%s must be true or false", what);
}

static void read_field(struct reading *r, const struct field *f, const struct ynode *n, void *base)
{
    void *into = (char *)base + f->at;
    const char *what = r->key = quoted(r->arena, sv_of(f->key));
    switch (f->kind) {
    case F_TEXT:
        (void)node_name(r, n, what, into);
        return;
    case F_PATH:
        (void)node_path(r, n, what, into);
        return;
    case F_INT:
    case F_SIZE:
    case F_DURATION:
        read_number(r, f, n, what, into);
        return;
    case F_FLAG:
        read_flag(r, n, what, into);
        return;
    case F_WORD:
        read_word(r, f, n, what, into);
        return;
    case F_EXPR:
        (void)expr_line(r, n, what, f->scope, into);
        return;
    case F_READ:
        r->scope = f->scope;
        f->read(r, n, into);
        return;
    case F_UNSUPPORTED:
        return;
    }
}

static void preset_fields(struct reading *r, const struct field *table, size_t n, void *into)
{
    for (size_t i = 0; i < n; i++)
        if (table[i].preset) {
            const struct ynode value = {.kind = Y_SCALAR, .plain = true, .text = sv_of(table[i].preset)};
            read_field(r, &table[i], &value, into);
        }
}

static bool is_meant(const char *const *meant, size_t n, const char *key)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(meant[i], key) == 0)
            return true;
    return false;
}

void fields_read(struct reading *r, const struct ynode *map, const char *what, const struct field *table, size_t n,
                 void *into)
{
    const char *meant[KEYS_MAX] = {NULL};
    size_t misspelt = 0;
    preset_fields(r, table, n, into);
    if (!map || !want_map(r, map, what))
        return;
    for (size_t i = 0; i < map->n; i++) {
        const struct field *f = field_by_key(table, n, map->keys[i]->text);
        if (!f)
            misspelt += (meant[misspelt] = refuse_unknown(r, map->keys[i], what, table, n)) && misspelt + 1 < KEYS_MAX;
        else if (f->kind == F_UNSUPPORTED) {
            meant[misspelt] = f->key;
            misspelt += misspelt + 1 < KEYS_MAX;
            say(r, map->keys[i], "unsupported-key", "\"%s\" is not supported by this version%s%s", f->key,
                f->doc ? ": " : "", f->doc ? f->doc : "");
        } else
            read_field(r, f, map->items[i], into);
    }
    for (size_t i = 0; i < n; i++)
        if (table[i].required && !ynode_get(map, table[i].key) && !is_meant(meant, misspelt, table[i].key))
            say(r, map, "missing-key", "%s needs \"%s\"", what, table[i].key);
    r->misspelt = misspelt;
}

void object_read(struct reading *r, const struct ynode *map, const struct object *o, void *into)
{
    fields_read(r, map, o->what, o->fields, o->n, into);
}
