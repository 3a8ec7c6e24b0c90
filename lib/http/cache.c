/* SPDX-License-Identifier: Apache-2.0 */
#include "http/cache.h"
#include "base/list.h"
#include "base/map.h"

enum { MARKS = 1024, SCOPE_WORDS = 3, ENTRY_COST = 256, ENTRY_PART = 4 };

struct entry {
    struct list used;   /* in cache->used, the last one used at the end */
    struct list beside; /* in scope->entries */
    struct scope *scope;
    struct sv key, path, body, etag, link; /* behind the struct; path: behind the scope */
    msec_t at;
    size_t cost;
};
struct scope { /* entries whose paths begin alike */
    struct sv name;
    struct list entries;
};
struct http_cache {
    struct map by_key, scopes;
    struct list used;
    size_t bytes, max_bytes;
    uint64_t evicted;
    uint64_t marks[MARKS]; /* writes, by hash of scope and word; one that is hit by chance costs a request */
};

struct http_cache *http_cache_new(size_t max_bytes)
{
    struct http_cache *c = mem_new(sizeof *c);
    c->max_bytes = max_bytes;
    list_init(&c->used);
    return c;
}

static void drop(struct http_cache *c, struct entry *x)
{
    struct scope *s = x->scope;
    map_remove(&c->by_key, x->key);
    list_remove(&x->used);
    list_remove(&x->beside);
    c->bytes -= x->cost;
    mem_free(x);
    if (!list_empty(&s->entries))
        return;
    map_remove(&c->scopes, s->name);
    mem_free(s);
}

void http_cache_free(struct http_cache **cp)
{
    struct http_cache *c = STEAL(*cp);
    if (!c)
        return;
    LIST_EACH(&c->used, n)
    drop(c, CONTAINER_OF(n, struct entry, used));
    map_free(&c->by_key);
    map_free(&c->scopes);
    mem_free(c);
}

/* ---- what an address is about ---- */

struct place {
    struct buf scope; /* credential and the first words of the path */
    struct sv path;   /* the words behind them, without the query */
};

static struct sv shift_word(struct sv *rest)
{
    ptrdiff_t end = sv_chr(*rest, '/');
    struct sv word = end < 0 ? *rest : sv_cut(*rest, (size_t)end);
    *rest = end < 0 ? SV("") : sv_from(*rest, (size_t)end + 1);
    return word;
}

/* "api", "v4" */
static bool is_prefix(struct sv word)
{
    int64_t number;
    return sv_is(word, "api") || (word.n > 1 && word.p[0] == 'v' && sv_int(sv_from(word, 1), &number));
}

/* The scope is a repository: /repos/OWNER/NAME, or GitLab's /api/v4/projects/ID. Of an address that is about something
 * else it is some other start. */
static void place_of(const char *credential, const char *url, struct place *ret)
{
    struct sv rest = sv_of(url), word;
    ptrdiff_t scheme = sv_find(rest, SV("://")), query = sv_chr(rest, '?');
    rest = query < 0 ? rest : sv_cut(rest, (size_t)query);
    rest = scheme < 0 ? rest : sv_from(rest, (size_t)scheme + 3);
    buf_str(&ret->scope, credential);
    buf_chr(&ret->scope, '\n');
    buf_sv(&ret->scope, shift_word(&rest)); /* the host */
    for (int left = SCOPE_WORDS; left > 0 && rest.n;) {
        word = shift_word(&rest);
        if (left < SCOPE_WORDS || !is_prefix(word))
            left -= sv_is(word, "projects") ? 2 : 1;
        buf_chr(&ret->scope, '/');
        buf_sv(&ret->scope, word);
    }
    ret->path = rest;
}

static void place_free(struct place *p)
{
    buf_free(&p->scope);
}

/* A number alone says nothing: issue 5 and comment 5 are two things. */
static bool next_word(struct sv *path, struct sv *ret)
{
    while (sv_next(path, '/', ret)) {
        int64_t number;
        if (ret->n && !sv_int(*ret, &number))
            return true;
    }
    return false;
}

static bool share_a_word(struct sv a, struct sv b)
{
    for (struct sv word; next_word(&a, &word);) {
        struct sv rest = b;
        for (struct sv other; next_word(&rest, &other);)
            if (sv_eq(word, other))
                return true;
    }
    return false;
}

static size_t mark_of(const struct place *p, struct sv word)
{
    uint64_t h = 0xcbf29ce484222325u;
    for (size_t i = 0; i < p->scope.n; i++)
        h = (h ^ (unsigned char)p->scope.p[i]) * 0x100000001b3u;
    for (size_t i = 0; i < word.n; i++)
        h = (h ^ (unsigned char)word.p[i]) * 0x100000001b3u;
    return (size_t)(h % MARKS);
}

uint64_t http_cache_mark(const struct http_cache *c, const char *credential, const char *url)
{
    AUTO(place_free) struct place p = {0};
    uint64_t sum = 0;
    place_of(credential, url, &p);
    struct sv rest = p.path;
    for (struct sv word; next_word(&rest, &word);)
        sum += c->marks[mark_of(&p, word)];
    return sum;
}

void http_cache_wrote(struct http_cache *c, const char *credential, const char *url)
{
    AUTO(place_free) struct place p = {0};
    place_of(credential, url, &p);
    struct sv rest = p.path;
    for (struct sv word; next_word(&rest, &word);)
        c->marks[mark_of(&p, word)]++;
    struct scope *s = map_get(&c->scopes, buf_view(&p.scope));
    for (struct list *n = s ? s->entries.next : NULL; n;) {
        struct entry *x = CONTAINER_OF(n, struct entry, beside);
        n = n->next == &s->entries ? NULL : n->next; /* with the last entry the scope goes too */
        if (share_a_word(p.path, x->path))
            drop(c, x);
    }
}

/* ---- entries ---- */

static void key_put(const struct http_cache_key *k, struct buf *out)
{
    buf_str(out, k->credential);
    buf_chr(out, '\n');
    buf_str(out, k->url);
    buf_chr(out, '\n');
    buf_str(out, k->accept ? k->accept : "");
}

static struct entry *entry_of(struct http_cache *c, const struct http_cache_key *k)
{
    AUTO(buf_free) struct buf key = {0};
    key_put(k, &key);
    return map_get(&c->by_key, buf_view(&key));
}

bool http_cache_find(struct http_cache *c, const struct http_cache_key *k, struct http_cached *ret)
{
    struct entry *x = entry_of(c, k);
    if (!x)
        return false;
    list_remove(&x->used);
    list_push(&c->used, &x->used);
    *ret = (struct http_cached){.body = x->body, .etag = x->etag, .link = x->link, .at = x->at};
    return true;
}

void http_cache_still(struct http_cache *c, const struct http_cache_key *k, msec_t now)
{
    struct entry *x = entry_of(c, k);
    if (x && now > x->at)
        x->at = now;
}

static struct scope *scope_of(struct http_cache *c, struct sv name)
{
    struct scope *s = map_get(&c->scopes, name);
    if (s)
        return s;
    s = mem_new(sizeof *s + name.n + 1);
    memcpy(s + 1, name.p, name.n);
    s->name = sv_n((char *)(s + 1), name.n);
    list_init(&s->entries);
    map_put(&c->scopes, s->name, s);
    return s;
}

static struct sv take(char **at, struct sv text)
{
    if (!text.p)
        return SV_NONE;
    if (text.n)
        memcpy(*at, text.p, text.n);
    struct sv copy = sv_n(*at, text.n);
    *at += text.n;
    return copy;
}

void http_cache_put(struct http_cache *c, const struct http_cache_key *k, uint64_t mark, const struct http_cached *x)
{
    AUTO(buf_free) struct buf key = {0};
    AUTO(place_free) struct place p = {0};
    key_put(k, &key);
    place_of(k->credential, k->url, &p);
    size_t size = key.n + p.path.n + x->body.n + x->etag.n + x->link.n, cost = size + ENTRY_COST;
    struct entry *old = map_get(&c->by_key, buf_view(&key));
    if (old)
        drop(c, old);
    if (cost > c->max_bytes / ENTRY_PART || mark != http_cache_mark(c, k->credential, k->url))
        return;
    while (c->bytes + cost > c->max_bytes) {
        drop(c, CONTAINER_OF(c->used.next, struct entry, used));
        c->evicted++;
    }
    struct entry *e = mem_new(sizeof *e + size + 1);
    char *at = (char *)(e + 1);
    e->key = take(&at, buf_view(&key));
    e->path = take(&at, p.path);
    e->body = take(&at, x->body);
    e->etag = take(&at, x->etag);
    e->link = take(&at, x->link);
    e->at = x->at;
    e->cost = cost;
    e->scope = scope_of(c, buf_view(&p.scope));
    list_push(&e->scope->entries, &e->beside);
    list_push(&c->used, &e->used);
    map_put(&c->by_key, e->key, e);
    c->bytes += cost;
}

void http_cache_stats(const struct http_cache *c, struct http_cache_stats *ret)
{
    *ret = (struct http_cache_stats){.entries = c->by_key.n, .bytes = c->bytes, .evicted = c->evicted};
}
