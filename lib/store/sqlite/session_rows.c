/* SPDX-License-Identifier: Apache-2.0 */
/* Sessions, read. */
#include "store/sqlite/reader.h"

static void take_hash(struct cur *c, uint8_t ret[SESSION_HASH], bool *ret_there)
{
    struct sv v = col_blob(c);
    *ret_there = v.n == SESSION_HASH;
    if (*ret_there)
        memcpy(ret, v.p, SESSION_HASH);
}

static void row(struct cur *c, struct session *ret)
{
    bool there;
    *ret = (struct session){.id = col_int(c)};
    take_hash(c, ret->hash, &there);
    take_hash(c, ret->token, &ret->of_token);
    ret->name = col_text(c);
    ret->scopes = (unsigned)col_int(c);
    ret->created = col_int(c);
    ret->seen = col_int(c);
    ret->ends = col_int(c);
}

int read_session(struct reader *r, const uint8_t hash[SESSION_HASH], struct arena *a, struct session *ret,
                 struct err *e)
{
    struct cur c = cur_on(&r->db, SQL_READ_SESSION);
    cur_blob(&c, hash, SESSION_HASH);
    int rc = cur_next(&c, e);
    if (rc <= 0)
        return rc < 0 ? -1 : 1;
    row(&c, ret);
    ret->name = arena_strdup(a, ret->name);
    cur_end(&c);
    return 0;
}

int read_sessions(struct reader *r, session_fn *each, void *ctx, struct err *e)
{
    struct cur c = cur_on(&r->db, SQL_LIST_SESSIONS);
    struct session s;
    int rc;
    while ((rc = cur_next(&c, e)) > 0) {
        row(&c, &s);
        each(ctx, &s);
    }
    return rc;
}

int read_setting(struct reader *r, const char *name, int64_t *ret, struct err *e)
{
    struct cur c = cur_on(&r->db, SQL_READ_SETTING);
    cur_text(&c, name);
    int rc = cur_next(&c, e);
    if (rc <= 0)
        return rc < 0 ? -1 : 1;
    *ret = col_int(&c);
    cur_end(&c);
    return 0;
}
