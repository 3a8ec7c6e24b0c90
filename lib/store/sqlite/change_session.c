/* SPDX-License-Identifier: Apache-2.0 */
/* Sessions of people who signed in. */
#include "store/sqlite/change.h"

enum db_result change_session_new(struct db *db, const struct change *x, struct err *e)
{
    const struct session *s = &x->session;
    struct cur c = cur_on(db, SQL_SESSION_PUT);
    cur_int(&c, s->id);
    cur_blob(&c, s->hash, sizeof s->hash);
    if (s->of_token)
        cur_blob(&c, s->token, sizeof s->token);
    else
        cur_text(&c, NULL);
    cur_must_text(&c, s->name);
    cur_int(&c, s->scopes);
    cur_int(&c, s->created);
    cur_int(&c, s->seen);
    cur_int(&c, s->ends);
    enum db_result r = cur_run(&c, e);
    if (r != DB_OK)
        return r;
    c = cur_on(db, SQL_SESSIONS_MANY);
    cur_int(&c, SESSIONS_MOST);
    return cur_run(&c, e);
}

enum db_result change_session_seen(struct db *db, const struct change *x, struct err *e)
{
    struct cur c = cur_on(db, SQL_SESSION_SEEN);
    cur_int(&c, x->session.seen);
    cur_int(&c, x->session.id);
    return cur_run(&c, e);
}

enum db_result change_session_end(struct db *db, const struct change *x, struct err *e)
{
    struct cur c = cur_on(db, SQL_SESSION_DROP);
    cur_int(&c, x->session.id);
    return cur_run(&c, e);
}

enum db_result change_sessions_sweep(struct db *db, const struct change *x, struct err *e)
{
    struct cur c = cur_on(db, SQL_SESSIONS_SWEEP);
    cur_int(&c, x->session.seen);
    cur_int(&c, x->session.ends);
    return cur_run(&c, e);
}
