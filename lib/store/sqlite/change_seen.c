/* SPDX-License-Identifier: Apache-2.0 */
/* Which events were taken, and the state that the forges' repositories were seen in last. */
#include "store/sqlite/change.h"

enum db_result change_same(struct db *db, const struct change *x, struct err *e)
{
    struct cur c = cur_on(db, SQL_SAME_PUT);
    cur_blob(&c, x->same.key, SAME_KEY);
    cur_int(&c, x->same.delivery);
    cur_int(&c, x->same.at);
    return cur_run(&c, e);
}

enum db_result change_made(struct db *db, const struct change *x, struct err *e)
{
    struct cur c = cur_on(db, SQL_MADE_PUT);
    cur_blob(&c, x->made.tip, SAME_KEY);
    cur_int(&c, x->made.delivery);
    cur_int(&c, x->made.real);
    cur_int(&c, x->made.at);
    return cur_run(&c, e);
}

enum db_result change_seen_repo(struct db *db, const struct change *x, struct err *e)
{
    const struct seen_repo_row *r = &x->seen_repo;
    struct cur c = cur_on(db, SQL_SEEN_REPO_PUT);
    cur_must_text(&c, r->forge);
    cur_int(&c, r->forge_id);
    cur_must_text(&c, r->path);
    cur_int(&c, r->looked_at);
    cur_int(&c, r->gone);
    cur_text(&c, r->known_as);
    return cur_run(&c, e);
}

static enum db_result ref_drop(struct db *db, const struct seen_ref_row *r, struct err *e)
{
    struct cur c = cur_on(db, SQL_SEEN_REF_DROP);
    cur_must_text(&c, r->forge);
    cur_int(&c, r->forge_id);
    cur_must_text(&c, r->name);
    return cur_run(&c, e);
}

enum db_result change_seen_ref(struct db *db, const struct change *x, struct err *e)
{
    const struct seen_ref_row *r = &x->seen_ref;
    if (!r->sha)
        return ref_drop(db, r, e);
    struct cur c = cur_on(db, SQL_SEEN_REF_PUT);
    cur_must_text(&c, r->forge);
    cur_int(&c, r->forge_id);
    cur_must_text(&c, r->name);
    cur_text(&c, r->sha);
    cur_text(&c, r->loose);
    cur_text(&c, r->base);
    cur_int(&c, r->at);
    return cur_run(&c, e);
}
