/* SPDX-License-Identifier: Apache-2.0 */
#include <unistd.h>
#include "base/file.h"
#include "lang/file_pattern.h"
#include "server/archive.h"
#include "server/artifacts.h"

/* ---- the script ---- */

static void put_quoted(struct buf *b, const char *text)
{
    buf_chr(b, '\'');
    for (; *text; text++)
        if (*text == '\'')
            buf_str(b, "'\\''");
        else
            buf_chr(b, *text);
    buf_chr(b, '\'');
}

void archive_say(struct archive_task *t, const char *fmt, ...)
{
    AUTO(buf_free) struct buf line = {0};
    va_list ap;
    va_start(ap, fmt);
    buf_vfmt(&line, fmt, ap);
    va_end(ap);
    buf_str(&t->script, "printf '%s\\n' ");
    put_quoted(&t->script, line.p);
    buf_chr(&t->script, '\n');
}

void archive_warn(struct archive_task *t, const char *fmt, ...)
{
    AUTO(buf_free) struct buf line = {0};
    va_list ap;
    va_start(ap, fmt);
    buf_vfmt(&line, fmt, ap);
    va_end(ap);
    struct step_note n = {.level = NOTE_WARNING, .text = arena_dup(&t->result.arena, buf_view(&line))};
    VEC_PUSH(&t->result.notes.v, n);
    archive_say(t, "Warning: %s", n.text);
}

void archive_output(struct archive_task *t, const char *name, const char *value)
{
    struct arena *a = &t->result.arena;
    struct name_value x = {name, arena_strdup(a, value)};
    for (size_t i = 0; i < t->result.outputs.v.n; i++)
        if (strcmp(t->result.outputs.v.at[i].name, name) == 0) {
            t->result.outputs.v.at[i] = x;
            return;
        }
    VEC_PUSH(&t->result.outputs.v, x);
}

/* With a nul behind each: names may have anything else in them. */
static int write_list(struct archive_task *t, const char *root)
{
    AUTO(buf_free) struct buf path = {0}, text = {0};
    size_t skip = root ? strlen(root) + 1 : 0; /* root and all paths: "<folder>/…" */
    for (size_t i = 0; i < t->picked.paths.n; i++) {
        buf_fmt(&text, "./%s", t->picked.paths.at[i] + skip);
        buf_chr(&text, 0);
    }
    shelf_path(t->state_dir, t->spec.attempt_id, ".list", &path);
    t->list = arena_dup(t->arena, buf_view(&path));
    VEC_PUSH(&t->shown, t->list);
    return file_write(t->list, buf_view(&text), 0444, &t->err);
}

static bool has_zstd(void)
{
    return access("/usr/bin/zstd", X_OK) == 0 || access("/usr/local/bin/zstd", X_OK) == 0;
}

/* The size is a brake here, and is looked at again afterwards. */
static void put_pack(struct archive_task *t, const char *from, int64_t max, const char *packer, const char *more)
{
    struct buf *b = &t->script;
    buf_fmt(b, "umask 077\nulimit -f %lld || true\ncd ", (long long)max / 512 + 1);
    put_quoted(b, from);
    buf_str(b, "\ntar --create --force-local --format=posix --owner=0 --group=0 --numeric-owner --null --no-recursion");
    buf_fmt(b, " %s", more);
    if (packer[0]) {
        buf_str(b, " --use-compress-program=");
        put_quoted(b, packer);
    }
    buf_str(b, " --files-from=");
    put_quoted(b, t->list);
    buf_str(b, " --file=");
    put_quoted(b, t->out);
    /* 1: a file has changed meanwhile */
    buf_str(b, " || [ $? -eq 1 ]\n");
    t->packs = true;
}

static void put_unpack(struct archive_task *t, const char *archive, const char *into, const char *more)
{
    struct buf *b = &t->script;
    buf_fmt(b, "tar --extract --force-local --no-same-owner %s --directory=", more);
    put_quoted(b, into);
    buf_str(b, " --file=");
    put_quoted(b, archive);
    buf_chr(b, '\n');
    VEC_PUSH(&t->shown, archive);
    t->unpacks = true;
}

/* Names of the folders of a job differ from those of the next. */
static const char *renames(struct archive_task *t, bool in)
{
    const char *work = strrchr(t->place.work, '/') + 1, *home = strrchr(t->place.home, '/') + 1;
    return in ? arena_fmt(t->arena, "--transform='s,^\\./%s/,w/,S' --transform='s,^\\./%s/,h/,S'", work, home)
              : arena_fmt(t->arena, "--transform='s,^w/,./%s/,S' --transform='s,^h/,./%s/,S'", work, home);
}

/* ---- caches ---- */

static void plan_restore(struct archive_task *t)
{
    const struct archive_want *w = t->want;
    struct cache_found found;
    archive_output(t, "cache-primary-key", w->key);
    if (caches_find(t->state_dir, w, t->scopes, t->arena, &found) != 0) {
        archive_output(t, "cache-hit", "");
        archive_output(t, "cache-matched-key", "");
        archive_say(t, "Cache not found for key: %s", w->key);
        if (w->must_hit)
            (void)err_set(&t->err, ERR_MISSING, "there is no cache for the key %.120s (fail-on-cache-miss)", w->key);
        return;
    }
    archive_output(t, "cache-hit", found.exact ? "true" : "false");
    archive_output(t, "cache-matched-key", found.key);
    if (w->look_only) {
        archive_say(t, "Cache found and can be restored from key: %s", found.key);
        return;
    }
    put_unpack(t, found.archive, t->base, renames(t, false));
    archive_say(t, "Cache restored from key: %s", found.key);
}

static void plan_save(struct archive_task *t)
{
    const struct archive_want *w = t->want;
    if (caches_has(t->state_dir, w, t->scopes)) {
        archive_say(t, "There is a cache with the key %s already; it is not saved again.", w->key);
        return;
    }
    if (pick_files(&t->place, w->path, PICK_FOLDERS, &t->picked, &t->err) < 0)
        return;
    if (t->picked.paths.n == 0) {
        archive_warn(t, "Nothing is there at the paths of the cache, so it is not saved.");
        return;
    }
    if (write_list(t, NULL) == 0)
        put_pack(t, t->base, t->cache_max, has_zstd() ? "zstd -q -3 -T2" : "gzip -n", renames(t, true));
}

/* ---- artifacts ---- */

static void no_files(struct archive_task *t)
{
    const char *text = "No files were found at the path; nothing is uploaded.";
    if (t->want->if_none == NONE_ERROR)
        (void)err_set(&t->err, ERR_MISSING, "no files were found at the path");
    else if (t->want->if_none == NONE_WARN)
        archive_warn(t, "%s", text);
    else
        archive_say(t, "%s", text);
}

static void plan_upload(struct archive_task *t)
{
    const struct archive_want *w = t->want;
    AUTO(buf_free) struct buf folder = {0};
    artifact_folder(t->state_dir, t->spec.run_id, w->name, &folder);
    t->replaces = w->overwrite || artifact_is_of(t->state_dir, t->spec.run_id, w->name, w->maker);
    if (!t->replaces && file_exists(folder.p)) {
        (void)err_set(&t->err, ERR_CONFLICT, "the run has an artifact \"%.100s\" already: choose another name, or say "
                      "\"overwrite: true\"", w->name);
        return;
    }
    if (pick_files(&t->place, w->path, w->hidden ? PICK_ALL : PICK_NO_HIDDEN, &t->picked, &t->err) < 0)
        return;
    if (t->picked.left_out)
        archive_warn(t, "%zu links are left out: they lead out of the workspace, or to no file.", t->picked.left_out);
    if (t->picked.paths.n == 0) {
        no_files(t);
        return;
    }
    if (!t->picked.root[0]) {
        (void)err_set(&t->err, ERR_INVALID, "path: take files of the workspace or of ~, not of both");
        return;
    }
    t->root = arena_fmt(t->arena, "%s/%s", t->base, t->picked.root);
    if (write_list(t, t->picked.root) == 0)
        put_pack(t, t->root, t->artifact_max, w->level ? arena_fmt(t->arena, "gzip -n -%d", (int)w->level) : "",
                 "--dereference --hard-dereference");
}

static const char *download_folder(struct archive_task *t)
{
    const char *path = t->want->path;
    if (path[0] == '/')
        return path;
    if (path[0] == '~' && (path[1] == '/' || !path[1]))
        return arena_fmt(t->arena, "%s%s", t->place.home, path + 1);
    return path[0] ? arena_fmt(t->arena, "%s/%s", t->place.work, path) : t->place.work;
}

static void put_download(struct archive_task *t, const struct shelf_entry *x, const char *into)
{
    struct sv name = jval_str(jval_get(jdoc_root(x->meta), "name"));
    if (!t->want->name && !t->want->merge)
        into = arena_fmt(t->arena, "%s/%.*s", into, SV_ARG(name));
    buf_str(&t->script, "mkdir -p -- ");
    put_quoted(&t->script, into);
    buf_chr(&t->script, '\n');
    put_unpack(t, arena_fmt(t->arena, "%s/archive", x->folder), into, "");
    archive_say(t, "Artifact %.*s: into %s", SV_ARG(name), into);
}

static void plan_download(struct archive_task *t)
{
    AUTO(buf_free) struct buf folder = {0};
    AUTO(shelf_list_free) struct shelf_list all = {0};
    struct file_patterns patterns = {0};
    const char *into = download_folder(t);
    if (t->want->pattern && file_patterns_add(&patterns, sv_of(t->want->pattern), SV_NONE, t->arena, &t->err) < 0)
        return;
    artifacts_folder(t->state_dir, t->spec.run_id, &folder);
    shelf_list(folder.p, &all);
    archive_output(t, "download-path", into);
    for (size_t i = 0; i < all.v.n; i++) {
        struct sv name = jval_str(jval_get(jdoc_root(all.v.at[i].meta), "name"));
        bool meant = t->want->name      ? sv_is(name, t->want->name)
                     : t->want->pattern ? file_patterns_match(&patterns, name)
                                        : true;
        if (meant)
            put_download(t, &all.v.at[i], into);
    }
    if (t->unpacks)
        return;
    if (t->want->name)
        (void)err_set(&t->err, ERR_MISSING, "the run has no artifact \"%.100s\"", t->want->name);
    else
        archive_say(t, "No artifacts were found.");
}

void archive_plan(struct archive_task *t)
{
    static void (*const plans[])(struct archive_task *) = {
        [ARCHIVE_RESTORE] = plan_restore,
        [ARCHIVE_SAVE] = plan_save,
        [ARCHIVE_UPLOAD] = plan_upload,
        [ARCHIVE_DOWNLOAD] = plan_download,
    };
    buf_str(&t->script, "set -e\n");
    plans[t->want->kind](t);
}
