/* SPDX-License-Identifier: Apache-2.0 */
#include "store/sqlite/put.h"
#include <errno.h>
#include <unistd.h>

/* Deliveries have a shard of their own, so that their ids never meet those the engine makes in the same millisecond. */
enum { PIECE = 256 * 1024, DELIVERY_SHARD = 255 };

enum seen { SEEN_ERROR = -1, SEEN_NEVER, SEEN_BEFORE };

/* Length and bytes, so that ("ab", "c") and ("a", "bc") differ. */
static void add_part(struct buf *b, const void *p, size_t n)
{
    uint64_t len = n;
    buf_add(b, &len, sizeof len);
    buf_add(b, p, n);
}

static void add_text(struct buf *b, const char *z)
{
    add_part(b, z ? z : "", z ? strlen(z) : 0);
}

static void key_end(struct buf *b, uint8_t ret[DEDUP_KEY_LEN])
{
    uint8_t full[SHA256_LEN];
    sha256(b->p, b->n, full);
    memcpy(ret, full, DEDUP_KEY_LEN);
}

static void guid_key(const struct delivery *d, uint8_t ret[DEDUP_KEY_LEN])
{
    AUTO(buf_free) struct buf b = {0};
    buf_chr(&b, 'g');
    add_text(&b, d->hook);
    add_text(&b, d->guid);
    key_end(&b, ret);
}

/* GitHub signs the body alone: who has an old one can give it any id and any event. */
static bool is_unsigned_event(const struct delivery *d)
{
    return d->kind && strcmp(d->kind, "github") == 0;
}

static void body_key(const struct delivery *d, uint8_t ret[DEDUP_KEY_LEN])
{
    AUTO(buf_free) struct buf b = {0};
    buf_chr(&b, 'b');
    add_text(&b, d->hook);
    if (!is_unsigned_event(d))
        add_text(&b, d->event);
    add_part(&b, d->digest, SHA256_LEN);
    key_end(&b, ret);
}

static enum seen find_key(struct db *db, const struct known *known, const uint8_t *key, msec_t now, int64_t *ret_id,
                          struct err *e)
{
    const struct known_key *here = known_find(known, key);
    if (here) {
        *ret_id = here->delivery;
        return here->received_at > now - DEDUP_AGE ? SEEN_BEFORE : SEEN_NEVER;
    }
    struct cur c = cur_on(db, SQL_DEDUP_FIND);
    cur_blob(&c, key, DEDUP_KEY_LEN);
    int rc = cur_next(&c, e);
    if (rc <= 0)
        return rc < 0 ? SEEN_ERROR : SEEN_NEVER;
    *ret_id = col_int(&c);
    bool fresh = col_int(&c) > now - DEDUP_AGE;
    cur_end(&c);
    return fresh ? SEEN_BEFORE : SEEN_NEVER;
}

static enum db_result put_row(struct db *db, const struct delivery *d, struct err *e)
{
    struct cur c = cur_on(db, SQL_DELIVERY_PUT);
    cur_int(&c, d->id);
    cur_must_text(&c, d->forge);
    cur_must_text(&c, d->kind);
    cur_must_text(&c, d->hook);
    cur_must_text(&c, d->event);
    cur_text(&c, d->guid);
    cur_int(&c, d->system);
    cur_int(&c, d->form);
    cur_text(&c, d->headers);
    cur_blob(&c, d->digest, SHA256_LEN);
    cur_int(&c, d->size);
    cur_int(&c, d->received_at);
    cur_text(&c, delivery_state_name[d->state]);
    cur_text(&c, d->reason);
    cur_must_text(&c, delivery_source_name[d->source]);
    cur_int(&c, d->happened_at);
    cur_text(&c, d->trace);
    return cur_run(&c, e);
}

static int read_piece(int fd, char *piece, size_t want, int64_t at, struct err *e)
{
    for (size_t n = 0; n < want;) {
        ssize_t r = pread(fd, piece + n, want - n, at + (int64_t)n);
        if (r < 0 && errno == EINTR)
            continue;
        if (r < 0)
            return err_errno(e, "read the spooled body");
        if (r == 0)
            return err_set(e, ERR_INVALID, "the spooled body ends at byte %lld", (long long)at + (long long)n);
        n += (size_t)r;
    }
    return 0;
}

static enum db_result copy_spool(struct db *db, sqlite3_blob *blob, const struct delivery_put *p, struct err *e)
{
    char *piece = mem_new(PIECE);
    enum db_result r = DB_OK;
    for (int64_t at = 0; r == DB_OK && at < p->d.size; at += PIECE) {
        size_t n = p->d.size - at < PIECE ? (size_t)(p->d.size - at) : PIECE;
        if (read_piece(p->spool, piece, n, at, e) < 0)
            r = DB_REFUSED;
        else
            r = db_sort(db, sqlite3_blob_write(blob, piece, (int)n, (int)at), "body", e);
    }
    mem_free(piece);
    return r;
}

static enum db_result put_spool(struct db *db, const struct delivery_put *p, struct err *e)
{
    struct cur c = cur_on(db, SQL_BODY_PUT);
    cur_int(&c, p->d.id);
    cur_zeros(&c, (size_t)p->d.size);
    enum db_result r = cur_run(&c, e);
    if (r != DB_OK || p->d.size == 0)
        return r;
    sqlite3_blob *blob = NULL;
    r = db_sort(db, sqlite3_blob_open(db->h, "main", "body", "bytes", p->d.id, 1, &blob), "body", e);
    if (r == DB_OK)
        r = copy_spool(db, blob, p, e);
    int rc = sqlite3_blob_close(blob);
    return r == DB_OK ? db_sort(db, rc, "body", e) : r;
}

static enum db_result put_body(struct db *db, const struct delivery_put *p, struct err *e)
{
    if (p->d.size < 0 || p->d.size > INT32_MAX || (!p->body && p->spool < 0 && p->d.size)) {
        err_set(e, ERR_INVALID, "a body of %lld bytes that is not there", (long long)p->d.size);
        return DB_REFUSED;
    }
    if (!p->body && p->spool >= 0)
        return put_spool(db, p, e);
    struct cur c = cur_on(db, SQL_BODY_PUT);
    cur_int(&c, p->d.id);
    cur_blob(&c, p->body, (size_t)p->d.size);
    return cur_run(&c, e);
}

struct keys {
    uint8_t guid[DEDUP_KEY_LEN], body[DEDUP_KEY_LEN];
    bool by_guid, by_body; /* which of them count for this delivery */
    enum seen guid_seen, body_seen;
};

static int look_up(struct db *db, const struct known *known, struct keys *k, const struct delivery *d, int64_t *ret_id,
                   struct err *e)
{
    k->by_guid = d->guid != NULL;
    k->by_body = !k->by_guid || is_unsigned_event(d);
    if (k->by_guid) {
        guid_key(d, k->guid);
        k->guid_seen = find_key(db, known, k->guid, d->received_at, ret_id, e);
    }
    if (k->by_body && k->guid_seen == SEEN_NEVER) {
        body_key(d, k->body);
        k->body_seen = find_key(db, known, k->body, d->received_at, ret_id, e);
    }
    return k->guid_seen == SEEN_ERROR || k->body_seen == SEEN_ERROR ? -1 : 0;
}

static void judge(const struct keys *k, struct delivery_put *p, int64_t earlier)
{
    p->d.state = DELIVERY_RECEIVED;
    p->d.reason = NULL;
    p->verdict = PUT_ACCEPTED;
    if (k->guid_seen == SEEN_BEFORE || (k->body_seen == SEEN_BEFORE && !k->by_guid)) {
        p->verdict = PUT_DUPLICATE;
        p->d.id = earlier;
    } else if (k->body_seen == SEEN_BEFORE) {
        char id[ID_TEXT];
        p->verdict = PUT_SUSPECT;
        p->d.state = DELIVERY_SUSPECT;
        p->d.reason = arena_fmt(&p->arena, "the body of delivery %s came again under a new id", id_text(earlier, id));
    }
}

enum db_result put_delivery(struct db *db, struct known *known, struct id_gen *ids, struct delivery_put *p,
                            struct err *e)
{
    struct keys k = {0};
    int64_t earlier = 0;
    if (!p->d.received_at)
        p->d.received_at = clk_wall_ms();
    if (look_up(db, known, &k, &p->d, &earlier, e) < 0)
        return e->cls == ERR_TRANSIENT ? DB_LATER : DB_BROKEN;
    judge(&k, p, earlier);
    if (p->verdict == PUT_DUPLICATE)
        return DB_OK;
    p->d.id = id_next(ids, clk_wall_ms(), DELIVERY_SHARD);
    enum db_result r = put_row(db, &p->d, e);
    if (r == DB_OK)
        r = put_body(db, p, e);
    if (r != DB_OK)
        return r;
    if (k.by_guid)
        known_add(known, k.guid, p->d.id, p->d.received_at);
    /* The first to bring a body keeps the key: later ones are named after it. */
    if (k.by_body && k.body_seen == SEEN_NEVER)
        known_add(known, k.body, p->d.id, p->d.received_at);
    return DB_OK;
}

static void read_parts(struct cur *c, struct delivery *ret)
{
    *ret = (struct delivery){.id = col_int(c), .received_at = col_int(c)};
    ret->kind = col_text(c);
    ret->hook = col_text(c);
    ret->event = col_text(c);
    ret->guid = col_text(c);
    struct sv digest = col_blob(c);
    memcpy(ret->digest, digest.p, digest.n < SHA256_LEN ? digest.n : SHA256_LEN);
}

/* A fold that was cut short may have put one of its keys into the table and not the other. */
static int recall(struct db *db, struct known *known, const struct delivery *d, struct err *e)
{
    struct keys k = {0};
    int64_t earlier;
    if (look_up(db, known, &k, d, &earlier, e) < 0)
        return -1;
    if (k.by_guid && k.guid_seen == SEEN_NEVER)
        known_add(known, k.guid, d->id, d->received_at);
    if (k.by_body && k.guid_seen != SEEN_NEVER) {
        body_key(d, k.body);
        k.body_seen = find_key(db, known, k.body, d->received_at, &earlier, e);
    }
    if (k.by_body && k.body_seen == SEEN_NEVER)
        known_add(known, k.body, d->id, d->received_at);
    return k.body_seen == SEEN_ERROR ? -1 : 0;
}

int put_recall(struct db *db, struct known *known, struct err *e)
{
    struct delivery d;
    struct cur c = cur_on(db, SQL_DEDUP_FOLDED_TO);
    if (cur_next(&c, e) != 1)
        return -1;
    known->folded = known->newest = col_int(&c);
    cur_end(&c);
    c = cur_on(db, SQL_DEDUP_RECALL);
    cur_int(&c, known->folded);
    int rc;
    while ((rc = cur_next(&c, e)) > 0) {
        read_parts(&c, &d);
        if (recall(db, known, &d, e) < 0) {
            cur_end(&c);
            return -1;
        }
    }
    known_keep(known);
    return rc;
}
