/* SPDX-License-Identifier: Apache-2.0 */
#include "server/caches.h"
#include <dirent.h>
#include <stdlib.h>
#include "base/file.h"
#include "fmt/enc.h"
#include "fmt/hmac.h"

static const msec_t JUST_NOW = 600 * 1000;

static void put_digest(struct buf *to, struct sv text)
{
    uint8_t sum[SHA256_LEN];
    sha256(text.p, text.n, sum);
    hex_put(to, sum, 16);
}

static void repo_folder(const char *state_dir, const struct archive_scopes *s, struct buf *ret)
{
    buf_fmt(ret, "%s/caches/", state_dir);
    put_digest(ret, sv_of(s->repo));
}

/* Caches of other paths do not fit, as at GitHub. */
static void version_of(const struct archive_want *w, const struct archive_scopes *s, struct buf *ret)
{
    AUTO(buf_free) struct buf all = {0};
    struct sv rest = sv_of(w->path), line;
    while (sv_next(&rest, '\n', &line))
        if (sv_trim(line).n)
            buf_fmt(&all, "%.*s\n", SV_ARG(sv_trim(line)));
    buf_fmt(&all, "\n%s", s->version);
    put_digest(ret, buf_view(&all));
}

static void entry_folder(const char *state_dir, const struct archive_want *w, const struct archive_scopes *s,
                         struct buf *ret)
{
    AUTO(buf_free) struct buf name = {0};
    buf_fmt(&name, "%s\n", s->own);
    version_of(w, s, &name);
    buf_fmt(&name, "\n%s", w->key);
    repo_folder(state_dir, s, ret);
    buf_chr(ret, '/');
    put_digest(ret, buf_view(&name));
}

bool caches_has(const char *state_dir, const struct archive_want *w, const struct archive_scopes *s)
{
    AUTO(buf_free) struct buf folder = {0};
    entry_folder(state_dir, w, s, &folder);
    return file_exists(folder.p);
}

/* ---- looking ---- */

static int64_t made_at(const struct shelf_entry *x)
{
    int64_t at = 0;
    (void)jval_int(jval_get(jdoc_root(x->meta), "created"), &at);
    return at;
}

static struct sv text_of(const struct shelf_entry *x, const char *key)
{
    return jval_str(jval_get(jdoc_root(x->meta), key));
}

/* The newest one of a scope whose key begins so; an equal key comes first. */
static const struct shelf_entry *newest(const struct shelf_list *l, const char *scope, struct sv version, struct sv key)
{
    const struct shelf_entry *best = NULL;
    for (size_t i = 0; i < l->v.n; i++) {
        const struct shelf_entry *x = &l->v.at[i];
        struct sv own = text_of(x, "key");
        if (!sv_is(text_of(x, "scope"), scope) || !sv_eq(text_of(x, "version"), version) || !sv_starts(own, key))
            continue;
        if (sv_eq(own, key))
            return x;
        if (!best || made_at(x) > made_at(best))
            best = x;
    }
    return best;
}

static const struct shelf_entry *look(const struct shelf_list *l, const struct archive_want *w, const char *scope,
                                      struct sv version)
{
    struct sv rest = sv_of(w->restore_keys), line;
    const struct shelf_entry *x = newest(l, scope, version, sv_of(w->key));
    while (!x && sv_next(&rest, '\n', &line))
        if (sv_trim(line).n)
            x = newest(l, scope, version, sv_trim(line));
    return x;
}

int caches_find(const char *state_dir, const struct archive_want *w, const struct archive_scopes *s, struct arena *a,
                struct cache_found *ret)
{
    AUTO(buf_free) struct buf folder = {0}, version = {0};
    AUTO(shelf_list_free) struct shelf_list all = {0};
    const struct shelf_entry *x = NULL;
    repo_folder(state_dir, s, &folder);
    version_of(w, s, &version);
    shelf_list(folder.p, &all);
    for (size_t i = 0; !x && s->reads[i]; i++)
        x = look(&all, w, s->reads[i], buf_view(&version));
    if (!x)
        return 1;
    shelf_touch(x->folder);
    *ret = (struct cache_found){.key = arena_dup(a, text_of(x, "key")),
                                .archive = arena_fmt(a, "%s/archive", x->folder),
                                .exact = sv_is(text_of(x, "key"), w->key)};
    return 0;
}

/* ---- saving ---- */

int caches_put(const char *state_dir, const struct archive_want *w, const struct archive_scopes *s, const char *from,
               const struct shelf_item *item, const struct caches_room *room, msec_t now, struct err *e)
{
    AUTO(buf_free) struct buf folder = {0}, version = {0}, meta = {0};
    struct jout j = {.buf = &meta};
    entry_folder(state_dir, w, s, &folder);
    version_of(w, s, &version);
    jout_open(&j, '{');
    jout_kstrz(&j, "repository", s->repo);
    jout_kstrz(&j, "scope", s->own);
    jout_kstr(&j, "version", buf_view(&version));
    jout_kstrz(&j, "key", w->key);
    jout_kint(&j, "size", item->size);
    jout_kint(&j, "created", now);
    jout_close(&j, '}');
    caches_trim(state_dir, room, item->size, now);
    return shelf_publish(state_dir, from, buf_view(&meta), folder.p, SHELF_NEW, e);
}

static int64_t size_of(const struct shelf_entry *x)
{
    int64_t n = 0;
    (void)jval_int(jval_get(jdoc_root(x->meta), "size"), &n);
    return n;
}

static int by_use(const void *a, const void *b)
{
    const struct shelf_entry *x = a, *y = b;
    return x->used < y->used ? -1 : x->used > y->used;
}

void caches_trim(const char *state_dir, const struct caches_room *room, int64_t more, msec_t now)
{
    AUTO(buf_free) struct buf path = {0};
    AUTO(shelf_list_free) struct shelf_list all = {0};
    buf_fmt(&path, "%s/caches", state_dir);
    size_t root = path.n;
    DIR *d = opendir(path.p);
    for (struct dirent *x; d && (x = readdir(d));) {
        if (x->d_name[0] == '.')
            continue;
        path.n = root;
        buf_fmt(&path, "/%s", x->d_name);
        shelf_list(path.p, &all);
    }
    if (d)
        closedir(d);
    if (all.v.n)
        qsort(all.v.at, all.v.n, sizeof *all.v.at, by_use);
    for (size_t i = 0; i < all.v.n; i++)
        more += size_of(&all.v.at[i]);
    for (size_t i = 0; i < all.v.n; i++) {
        const struct shelf_entry *x = &all.v.at[i];
        bool old = x->used < now - room->unused;
        /* One that was found a moment ago is being unpacked. */
        if (!old && (more <= room->bytes || x->used > now - JUST_NOW))
            continue;
        more -= size_of(x);
        shelf_remove(state_dir, x->folder);
    }
}
