/* SPDX-License-Identifier: Apache-2.0 */
#include "config/settings.h"
#include <stdlib.h>
#include <unistd.h>
#include "base/map.h"
#include "config/objects.h"
#include "config/secret.h"

const char *const setting_from_name[] = {"file", "default", "machine", "environment"};

struct walk {
    const struct conf *c;
    setting_fn *fn;
    void *ctx;
    struct buf path;
    struct arena arena; /* of values */
};

/* What stands at a key, and all that is known of the key. */
struct spot {
    const struct field *f;
    const struct ynode *node; /* NULL = nothing */
    bool restart;
};

static void walk_shape(struct walk *w, const struct shape *s, const struct spot *at);

/* ---- one setting ---- */

static void tell(struct walk *w, const struct spot *at, struct conf_setting s)
{
    s.path = w->path.p;
    s.doc = at->f->doc;
    s.key = at->f->key;
    s.restart = at->restart;
    s.line = at->node ? at->node->at.line : 0;
    w->fn(w->ctx, &s);
}

/* Where the row's place in the configuration has it: what follows from the machine. */
static const char *machine_value(struct walk *w, const struct field *f)
{
    int n = 0;
    if (f->kind == F_INT)
        memcpy(&n, (const char *)w->c + f->at, sizeof n);
    return n ? arena_fmt(&w->arena, "%d", n) : NULL;
}

static void tell_absent(struct walk *w, const struct spot *at)
{
    const struct field *f = at->f;
    const char *value = f->preset ? f->preset : f->otherwise;
    bool machine = !value && f->machine;
    tell(w, at,
         (struct conf_setting){.value = machine ? machine_value(w, f) : value,
                               .from = machine ? SETTING_MACHINE : SETTING_DEFAULT});
}

static void put_texts(const struct ynode *n, struct buf *out)
{
    if (n->kind == Y_SCALAR)
        buf_fmt(out, "%s%.*s", out->n ? ", " : "", SV_ARG(n->text));
    for (size_t i = 0; n->kind == Y_SEQ && i < n->n; i++)
        put_texts(n->items[i], out);
}

static void tell_leaf(struct walk *w, const struct spot *at)
{
    AUTO(buf_free) struct buf text = {0};
    if (!at->node) {
        tell_absent(w, at);
        return;
    }
    if (at->f->secret && at->node->kind == Y_SCALAR) {
        tell(w, at, (struct conf_setting){.secret = SETTING_VEILED});
        return;
    }
    put_texts(at->node, &text);
    tell(w, at, (struct conf_setting){.value = text.n ? arena_dup(&w->arena, buf_view(&text)) : NULL});
}

/* ---- secrets ---- */

static const char *place_of(struct walk *w, const char *word, struct sv text)
{
    const char *dir = strcmp(word, "credential") == 0 ? getenv("CREDENTIALS_DIRECTORY") : w->c->dir;
    return text.n && text.p[0] == '/' ? text.p : arena_fmt(&w->arena, "%s/%s", dir ? dir : "", text.p);
}

static bool secret_is_there(struct walk *w, const char *word, struct sv text)
{
    return strcmp(word, "env") == 0 ? getenv(text.p) != NULL : access(place_of(w, word, text), R_OK) == 0;
}

/* {file: …}, {env: …}, {credential: …} */
static void tell_secret(struct walk *w, const struct spot *at)
{
    static const char *const words[] = {"file", "env", "credential"};
    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        const struct ynode *n = ynode_get(at->node, words[i]);
        if (n && n->kind == Y_SCALAR)
            tell(w, &(struct spot){at->f, n, at->restart},
                 (struct conf_setting){.value = arena_fmt(&w->arena, "%s %.*s", words[i], SV_ARG(n->text)),
                                       .from = i == 1 ? SETTING_ENVIRONMENT : SETTING_FILE,
                                       .secret = secret_is_there(w, words[i], n->text) ? SETTING_READABLE
                                                                                       : SETTING_UNREADABLE});
    }
}

static bool is_place(const char *key)
{
    return strcmp(key, "file") == 0 || strcmp(key, "env") == 0 || strcmp(key, "credential") == 0;
}

/* ---- along the tables ---- */

/* One of several keys, and another one is there. */
static bool is_other_way(const struct object *o, const char *key)
{
    for (const char *const *x = o->one_of; x && *x; x++)
        if (strcmp(*x, key) == 0)
            return true;
    return false;
}

static void walk_fields(struct walk *w, const struct object *o, const struct ynode *map, bool restart)
{
    size_t from = w->path.n;
    bool secret = o == &secret_object || o == &work_secret_object;
    for (size_t i = 0; i < o->n; i++) {
        struct shape scratch;
        const struct field *f = &o->fields[i];
        const struct ynode *n = map ? ynode_get(map, f->key) : NULL;
        if (f->kind == F_UNSUPPORTED || (secret && is_place(f->key)) || (!n && is_other_way(o, f->key)))
            continue;
        buf_fmt(&w->path, "%s%s", from ? "." : "", f->key);
        walk_shape(w, field_shape(f, &scratch),
                   &(struct spot){f, n && !ynode_is_null(n) ? n : NULL, restart || f->restart});
        w->path.n = from;
        w->path.p[from] = 0;
    }
}

/* Of a section that is not there its keys are told, for they hold all the same; of anything else that it is not. */
static void walk_object(struct walk *w, const struct object *o, const struct spot *at)
{
    bool secret = o == &secret_object || o == &work_secret_object;
    bool section = sv_chr(buf_view(&w->path), '.') < 0 && sv_chr(buf_view(&w->path), '[') < 0;
    if (secret && at->node)
        tell_secret(w, at);
    if (at->node ? at->node->kind == Y_MAP && o != &secret_object : section)
        walk_fields(w, o, at->node, at->restart);
    else if (!at->node)
        tell_absent(w, at);
}

static void walk_items(struct walk *w, const struct shape *s, const struct spot *at)
{
    size_t from = w->path.n, n = at->node && at->node->kind != Y_SCALAR ? at->node->n : 0;
    for (size_t i = 0; i < n; i++) {
        if (at->node->kind == Y_MAP)
            buf_fmt(&w->path, ".%.*s", SV_ARG(at->node->keys[i]->text));
        else
            buf_fmt(&w->path, "[%zu]", i);
        walk_shape(w, s->of, &(struct spot){at->f, at->node->items[i], at->restart});
        w->path.n = from;
        w->path.p[from] = 0;
    }
    if (n == 0)
        tell_leaf(w, &(struct spot){at->f, NULL, at->restart});
}

static void walk_shape(struct walk *w, const struct shape *s, const struct spot *at)
{
    if (s && s->kind == SHAPE_OBJECT) {
        walk_object(w, s->object, at);
        return;
    }
    if (s && (s->kind == SHAPE_MAP || s->kind == SHAPE_LIST)) {
        walk_items(w, s, at);
        return;
    }
    for (const struct shape *const *x = s && s->kind == SHAPE_ONE_OF ? s->any : NULL; x && *x; x++)
        if (at->node && at->node->kind == Y_MAP && (*x)->kind == SHAPE_OBJECT) {
            walk_object(w, (*x)->object, at);
            return;
        }
    tell_leaf(w, at);
}

void settings_each(const struct conf *c, setting_fn *fn, void *ctx)
{
    struct walk w = {.c = c, .fn = fn, .ctx = ctx};
    buf_str(&w.path, "");
    walk_fields(&w, &server_object, c->root, false);
    buf_free(&w.path);
    arena_free(&w.arena);
}

/* ---- what waits for a restart ---- */

struct pending {
    struct map before; /* path -> value */
    struct arena a;
    struct buf *ret;
};

static void note_before(void *ctx, const struct conf_setting *s)
{
    struct pending *p = ctx;
    if (s->restart)
        map_put(&p->before, sv_of(s->path), arena_strdup(&p->a, s->value ? s->value : ""));
}

static void add_path(struct pending *p, struct sv path)
{
    buf_fmt(p->ret, "%s%.*s", p->ret->n ? ", " : "", SV_ARG(path));
}

static void compare(void *ctx, const struct conf_setting *s)
{
    struct pending *p = ctx;
    if (!s->restart)
        return;
    const char *old = map_remove(&p->before, sv_of(s->path));
    if (!old || strcmp(old, s->value ? s->value : "") != 0)
        add_path(p, sv_of(s->path));
}

void settings_pending(const struct conf *born, const struct conf *now, struct buf *ret)
{
    AUTO(buf_free) struct buf found = {0};
    struct pending p = {.ret = &found};
    struct sv path;
    void *value;
    settings_each(born, note_before, &p);
    settings_each(now, compare, &p);
    for (size_t at = 0; map_each(&p.before, &at, &path, &value);) /* those that are gone */
        add_path(&p, path);
    buf_sv(ret, buf_view(&found));
    map_free(&p.before);
    arena_free(&p.a);
}
