/* SPDX-License-Identifier: Apache-2.0 */
#include "port/store.h"
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/file.h>
#include <unistd.h>
#include "base/file.h"
#include "store/sqlite/check.h"
#include "store/sqlite/history.h"
#include "store/sqlite/mover.h"
#include "store/sqlite/put.h"
#include "store/sqlite/schema.h"
#include "store/sqlite/syncer.h"
#include "store/sqlite/writer.h"

enum { LONGEST_CHECK = 5000, LOCK_WAIT_MS = 3000, LOCK_STEP_MS = 10 };

int store_lock(const char *path, msec_t wait, int *ret_fd, struct err *e)
{
    AUTO(mem_freep) char *name = mem_new(strlen(path) + 6);
    snprintf(name, strlen(path) + 6, "%s.lock", path);
    AUTO(fd_closep) int fd = open(name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return err_errno(e, "open %s", name);
    /* A server that was killed while it started a process leaves the lock with that process until its exec. */
    int rc = flock(fd, LOCK_EX | LOCK_NB);
    for (int ms = 0; rc < 0 && errno == EWOULDBLOCK && ms < wait; ms += LOCK_STEP_MS) {
        clk_sleep_ms(LOCK_STEP_MS);
        rc = flock(fd, LOCK_EX | LOCK_NB);
    }
    if (rc < 0)
        return errno == EWOULDBLOCK
                   ? err_set(e, ERR_CONFLICT, "%s is in use by another server (%s is locked)", path, name)
                   : err_errno(e, "lock %s", name);
    *ret_fd = fd;
    fd = -1;
    return 0;
}

/* SQLite would create it readable for others, and gives the log the mode of the database. */
static int create_private(const char *path, struct err *e)
{
    AUTO(fd_closep) int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    return fd < 0 ? err_errno(e, "open %s", path) : 0;
}

static int sync_folder(const char *path, struct err *e)
{
    AUTO(mem_freep) char *dir = mem_strdup(path);
    char *slash = strrchr(dir, '/');
    if (!slash)
        return file_sync_dir(".", e);
    slash[slash == dir] = 0;
    return file_sync_dir(dir, e);
}

static int prepare_database(struct store *s, struct err *e)
{
    struct db *db = &s->db;
    if (schema_look(db, schema_version, e) < 0 || check_database(db, LONGEST_CHECK, e) < 0 || db_own(db, e) < 0 ||
        schema_migrate(db, schema_steps, schema_version, e) < 0 || db_prepare(db, e) < 0 || sync_folder(s->path, e) < 0)
        return -1;
    struct cur c = cur_on(db, SQL_WRITER_MAX_ID);
    if (cur_next(&c, e) != 1)
        return -1;
    id_seen(&s->ids, col_int(&c));
    cur_end(&c);
    if (history_fill(db, clk_wall_ms(), e) < 0)
        return -1;
    return put_recall(db, &s->known, e);
}

static void drop(struct store **s)
{
    struct store *x = STEAL(*s);
    syncer_free(&x->syncer);
    mover_free(&x->mover);
    db_close(&x->db);
    known_free(&x->known);
    mailbox_free(&x->inbox);
    pthread_mutex_destroy(&x->lock);
    fd_closep(&x->lock_fd);
    mem_free(x->path);
    mem_free(x);
}

int store_open(const char *path, struct store **ret, struct err *e)
{
    struct store *s = mem_new(sizeof *s);
    s->path = mem_strdup(path);
    s->lock_fd = -1;
    s->inbox = mailbox_new();
    list_init(&s->queue);
    MUST(pthread_mutex_init(&s->lock, NULL) == 0);
    if (store_lock(path, LOCK_WAIT_MS, &s->lock_fd, e) < 0 || create_private(path, e) < 0 ||
        db_open(&s->db, path, DB_WRITER, e) < 0 ||
        ((prepare_database(s, e) < 0 || mover_new(path, s->inbox, &s->mover, e) < 0) && err_add(e, "%s", path))) {
        drop(&s);
        return -1;
    }
    s->log = vfs_log(s->db.h);
    s->syncer = syncer_new(s->inbox, s->log);
    upkeep_start(s);
    thread_start(&s->thread, "store", writer_run, s);
    *ret = s;
    return 0;
}

void store_close(struct store **s)
{
    if (!*s)
        return;
    mailbox_post((*s)->inbox, &item_new(ITEM_STOP)->letter);
    pthread_join((*s)->thread, NULL);
    drop(s);
}

static void note_posted(struct store *s)
{
    msec_t none = 0;
    atomic_compare_exchange_strong(&s->posted, &none, clk_mono_ms());
}

msec_t store_owes_since(struct store *s)
{
    msec_t ret = 0, since[] = {s->posted, s->busy, s->synced};
    for (size_t i = 0; i < ARRAY_LEN(since); i++)
        if (since[i] && (!ret || since[i] < ret))
            ret = since[i];
    return ret;
}

void store_put(struct store *s, struct delivery_put *p)
{
    MUST(p->reply);
    struct item *x = item_new(ITEM_PUT);
    x->put = p;
    note_posted(s);
    mailbox_post(s->inbox, &x->letter);
}

void store_commit(struct store *s, struct change_set *cs)
{
    MUST(cs->reply);
    struct item *x = item_new(ITEM_SET);
    x->set = cs;
    note_posted(s);
    mailbox_post(s->inbox, &x->letter);
}

void store_put_all(struct store *s, struct list *puts)
{
    struct list items;
    list_init(&items);
    for (struct list *x; (x = list_shift(puts));) {
        struct item *it = item_new(ITEM_PUT);
        it->put = CONTAINER_OF(x, struct delivery_put, letter.node);
        list_push(&items, &it->letter.node);
    }
    note_posted(s);
    mailbox_post_all(s->inbox, &items);
}

void store_commit_all(struct store *s, struct list *sets)
{
    struct list items;
    list_init(&items);
    for (struct list *x; (x = list_shift(sets));) {
        struct item *it = item_new(ITEM_SET);
        it->set = CONTAINER_OF(x, struct change_set, letter.node);
        list_push(&items, &it->letter.node);
    }
    note_posted(s);
    mailbox_post_all(s->inbox, &items);
}

void store_retain(struct store *s, msec_t now, struct retain_ages ages)
{
    struct item *x = item_new(ITEM_RETAIN);
    x->retain.now = now;
    x->retain.ages = ages;
    mailbox_post(s->inbox, &x->letter);
}

bool store_is_writable(struct store *s, char ret_why[160])
{
    pthread_mutex_lock(&s->lock);
    bool good = s->health == HEALTH_GOOD;
    snprintf(ret_why, 160, "%s", s->why);
    pthread_mutex_unlock(&s->lock);
    return good;
}
