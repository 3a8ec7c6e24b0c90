/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <unistd.h>
#include "server/archive.h"
#include "server/artifacts.h"

static bool went_well(const struct exit_record *x)
{
    return x->reason == EXIT_NORMAL && x->exit_code == 0 && !x->signal;
}

/* A cache only makes things faster: what goes wrong with it is no failure. */
static void forgive(struct archive_task *t, const char *what)
{
    bool not_started = t->exit.reason == EXIT_NOT_STARTED;
    if (t->exit.reason != EXIT_NORMAL && !not_started)
        return;
    if (not_started)
        archive_warn(t, "%s: %s", what, t->exit.detail);
    else if (t->err.cls != ERR_OK)
        archive_warn(t, "%s: %s", what, t->err.msg);
    else
        archive_warn(t, "%s: tar failed, see the log", what);
    t->exit.reason = EXIT_NORMAL;
    t->exit.exit_code = 0;
    t->exit.signal = 0;
    t->err = (struct err){0};
}

static void keep_restore(struct archive_task *t)
{
    if (!t->unpacks || went_well(&t->exit))
        return;
    forgive(t, "The cache could not be restored");
    archive_output(t, "cache-hit", "");
    archive_output(t, "cache-matched-key", "");
    if (t->want->must_hit)
        (void)err_set(&t->err, ERR_MISSING, "the cache could not be restored (fail-on-cache-miss)");
}

static int take(struct archive_task *t, int64_t max, enum shelf_digest how, struct buf *at, struct shelf_item *item)
{
    shelf_path(t->state_dir, t->spec.attempt_id, ".new", at);
    return shelf_take(t->out, max, how, at->p, item, &t->err);
}

static void keep_save(struct archive_task *t)
{
    AUTO(buf_free) struct buf at = {0};
    struct shelf_item item;
    msec_t now = clk_wall_ms();
    if (t->err.cls != ERR_OK)
        forgive(t, "The cache could not be saved");
    if (!t->packs)
        return;
    bool made = went_well(&t->exit) && take(t, t->cache_max, SHELF_PLAIN, &at, &item) == 0;
    if (made && caches_put(t->state_dir, t->want, t->scopes, at.p, &item, &t->room, now, &t->err) == 0)
        return;
    if (t->err.cls == ERR_CONFLICT) /* another job was faster */
        t->err = (struct err){0};
    else
        forgive(t, "The cache could not be saved");
    if (at.n)
        shelf_remove(t->state_dir, at.p);
}

static void tell_artifact(struct archive_task *t, const struct shelf_item *item)
{
    char id[ID_TEXT], run[ID_TEXT];
    archive_output(t, "artifact-id", id_text(t->spec.attempt_id, id));
    archive_output(t, "artifact-digest", item->digest);
    if (t->public_url)
        archive_output(t, "artifact-url",
                       arena_fmt(t->arena, "%s/api/v1/runs/%s/artifact?name=%s", t->public_url,
                                 id_text(t->spec.run_id, run), t->want->name));
}

static void keep_upload(struct archive_task *t)
{
    AUTO(buf_free) struct buf at = {0};
    struct shelf_item item;
    if (!t->packs || !went_well(&t->exit))
        return;
    struct artifact x = {.id = t->spec.attempt_id,
                         .maker = t->want->maker,
                         .name = t->want->name,
                         .files = (int64_t)t->picked.files,
                         .item = &item,
                         .retention_days = t->want->retention_days,
                         .packed = t->want->level > 0};
    if (take(t, t->artifact_max, SHELF_DIGEST, &at, &item) == 0 &&
        artifacts_put(t->state_dir, t->spec.run_id, &x, at.p, t->replaces ? SHELF_REPLACE : SHELF_NEW,
                      t->artifacts_max, clk_wall_ms(), &t->err) == 0) {
        tell_artifact(t, &item);
        return;
    }
    (void)err_add(&t->err, "artifact %.60s", t->want->name);
    shelf_remove(t->state_dir, at.p);
}

void archive_keep(struct archive_task *t)
{
    if (t->want->kind == ARCHIVE_RESTORE)
        keep_restore(t);
    else if (t->want->kind == ARCHIVE_SAVE)
        keep_save(t);
    else if (t->want->kind == ARCHIVE_UPLOAD)
        keep_upload(t);
    if (t->packs)
        (void)!unlink(t->out);
    if (t->list)
        (void)!unlink(t->list);
}
