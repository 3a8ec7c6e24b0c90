/* SPDX-License-Identifier: Apache-2.0 */
/* What a start-up has to know of the forges' repositories, and of the events that were made up. */
#include "store/sqlite/open_part.h"

static void copy_key(struct cur *c, uint8_t ret[SAME_KEY])
{
    struct sv key = col_blob(c);
    memcpy(ret, key.p, key.n < SAME_KEY ? key.n : SAME_KEY);
}

static int next_made(struct cur *c, struct arena *a, void *ret, struct err *e)
{
    struct made_row *m = ret;
    (void)a, (void)e;
    copy_key(c, m->tip);
    m->delivery = col_int(c);
    m->real = col_int(c);
    m->at = col_int(c);
    return 0;
}

static int next_repo(struct cur *c, struct arena *a, void *ret, struct err *e)
{
    struct seen_repo_row *r = ret;
    (void)e;
    r->forge = arena_strdup(a, col_text(c));
    r->forge_id = col_int(c);
    r->path = arena_strdup(a, col_text(c));
    r->looked_at = col_int(c);
    r->gone = col_int(c) != 0;
    r->known_as = arena_strdup(a, col_text(c));
    return 0;
}

static int next_ref(struct cur *c, struct arena *a, void *ret, struct err *e)
{
    struct seen_ref_row *r = ret;
    (void)e;
    r->forge = arena_strdup(a, col_text(c));
    r->forge_id = col_int(c);
    r->name = arena_strdup(a, col_text(c));
    r->sha = arena_strdup(a, col_text(c));
    r->loose = arena_strdup(a, col_text(c));
    r->base = arena_strdup(a, col_text(c));
    r->at = col_int(c);
    return 0;
}

#define LOAD(what, next, rows, count) open_rows(r, &w->arena, what, sizeof *(rows), next, (void **)&(rows), &(count), e)

int open_seen(struct reader *r, struct open_work *w, struct err *e)
{
    if (LOAD(SQL_OPEN_MADE, next_made, w->made, w->n_made) < 0 ||
        LOAD(SQL_OPEN_SEEN_REPOS, next_repo, w->seen_repos, w->n_seen_repos) < 0)
        return -1;
    return LOAD(SQL_OPEN_SEEN_REFS, next_ref, w->seen_refs, w->n_seen_refs);
}

int read_same(struct reader *r, const uint8_t key[SAME_KEY], struct same_row *ret, struct err *e)
{
    struct cur c = cur_on(&r->db, SQL_READ_SAME);
    cur_blob(&c, key, SAME_KEY);
    int rc = cur_next(&c, e);
    if (rc <= 0)
        return rc < 0 ? -1 : 1;
    memcpy(ret->key, key, SAME_KEY);
    ret->delivery = col_int(&c);
    ret->at = col_int(&c);
    cur_end(&c);
    return 0;
}
