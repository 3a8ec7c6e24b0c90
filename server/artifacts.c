/* SPDX-License-Identifier: Apache-2.0 */
#include "server/artifacts.h"
#include <dirent.h>
#include <stdlib.h>
#include "base/file.h"
#include "base/id.h"
#include "fmt/enc.h"
#include "fmt/hmac.h"

static const msec_t DAY = (msec_t)86400 * 1000;

void artifacts_folder(const char *state_dir, int64_t run, struct buf *ret)
{
    char id[ID_TEXT];
    buf_fmt(ret, "%s/artifacts/%s", state_dir, id_text(run, id));
}

void artifact_folder(const char *state_dir, int64_t run, const char *name, struct buf *ret)
{
    uint8_t sum[SHA256_LEN];
    artifacts_folder(state_dir, run, ret);
    buf_chr(ret, '/');
    sha256(name, strlen(name), sum);
    hex_put(ret, sum, 16);
}

static int64_t number(const struct shelf_entry *x, const char *key)
{
    int64_t n = 0;
    (void)jval_int(jval_get(jdoc_root(x->meta), key), &n);
    return n;
}

int artifacts_put(const char *state_dir, int64_t run, const struct artifact *x, const char *from, enum shelf_put how,
                  int64_t max, msec_t now, struct err *e)
{
    char text[32];
    AUTO(buf_free) struct buf folder = {0}, meta = {0}, all = {0};
    AUTO(shelf_list_free) struct shelf_list there = {0};
    struct jout j = {.buf = &meta};
    int64_t sum = x->item->size;
    artifacts_folder(state_dir, run, &all);
    shelf_list(all.p, &there);
    for (size_t i = 0; i < there.v.n; i++)
        sum += number(&there.v.at[i], "size");
    if (sum > max)
        return err_set(e, ERR_INVALID, "the artifacts of the run are larger than %s (limits: artifacts)",
                       shelf_size_text(max, text));
    artifact_folder(state_dir, run, x->name, &folder);
    jout_open(&j, '{');
    jout_kid(&j, "id", x->id);
    jout_kid(&j, "maker", x->maker);
    jout_kstrz(&j, "name", x->name);
    jout_kint(&j, "size", x->item->size);
    jout_kint(&j, "files", x->files);
    jout_kstrz(&j, "digest", x->item->digest);
    jout_kstrz(&j, "format", x->packed ? "tar.gz" : "tar");
    jout_kint(&j, "created", now);
    jout_kint(&j, "expires", x->retention_days ? now + x->retention_days * DAY : 0);
    jout_close(&j, '}');
    return shelf_publish(state_dir, from, buf_view(&meta), folder.p, how, e);
}

bool artifact_is_of(const char *state_dir, int64_t run, const char *name, int64_t maker)
{
    AUTO(buf_free) struct buf folder = {0};
    AUTO(shelf_list_free) struct shelf_list all = {0};
    char id[ID_TEXT];
    artifacts_folder(state_dir, run, &folder);
    shelf_list(folder.p, &all);
    for (size_t i = 0; i < all.v.n; i++) {
        const struct jval *meta = jdoc_root(all.v.at[i].meta);
        if (sv_is(jval_str(jval_get(meta, "name")), name))
            return sv_is(jval_str(jval_get(meta, "maker")), id_text(maker, id));
    }
    return false;
}

static int by_name(const void *a, const void *b)
{
    struct sv x = jval_str(jval_get(jdoc_root(((const struct shelf_entry *)a)->meta), "name"));
    struct sv y = jval_str(jval_get(jdoc_root(((const struct shelf_entry *)b)->meta), "name"));
    int order = memcmp(x.p ? x.p : "", y.p ? y.p : "", x.n < y.n ? x.n : y.n);
    return order ? order : x.n < y.n ? -1 : x.n > y.n;
}

void artifacts_json(const char *state_dir, int64_t run, struct jout *j)
{
    static const char *const texts[] = {"id", "name", "digest", "format"}, *const numbers[] = {"size", "files"};
    AUTO(buf_free) struct buf folder = {0};
    AUTO(shelf_list_free) struct shelf_list all = {0};
    char at[25];
    artifacts_folder(state_dir, run, &folder);
    shelf_list(folder.p, &all);
    if (all.v.n)
        qsort(all.v.at, all.v.n, sizeof *all.v.at, by_name);
    jout_key(j, "artifacts");
    jout_open(j, '[');
    for (size_t i = 0; i < all.v.n; i++) {
        const struct shelf_entry *x = &all.v.at[i];
        jout_open(j, '{');
        for (size_t k = 0; k < ARRAY_LEN(texts); k++)
            jout_kstr(j, texts[k], jval_str(jval_get(jdoc_root(x->meta), texts[k])));
        for (size_t k = 0; k < ARRAY_LEN(numbers); k++)
            jout_kint(j, numbers[k], number(x, numbers[k]));
        jout_kstrz(j, "created_at", when_text(number(x, "created"), at));
        jout_kstrz(j, "expires_at", number(x, "expires") ? when_text(number(x, "expires"), at) : NULL);
        jout_close(j, '}');
    }
    jout_close(j, ']');
}

static void trim_run(const char *state_dir, const char *folder, msec_t now)
{
    AUTO(shelf_list_free) struct shelf_list all = {0};
    shelf_list(folder, &all);
    for (size_t i = 0; i < all.v.n; i++) {
        int64_t until = number(&all.v.at[i], "expires");
        if (until && until < now)
            shelf_remove(state_dir, all.v.at[i].folder);
    }
}

void artifacts_trim(const char *state_dir, msec_t runs_before, msec_t now)
{
    AUTO(buf_free) struct buf path = {0};
    int64_t run;
    buf_fmt(&path, "%s/artifacts", state_dir);
    size_t root = path.n;
    DIR *d = opendir(path.p);
    for (struct dirent *x; d && (x = readdir(d));) {
        if (!id_parse(sv_of(x->d_name), &run))
            continue;
        path.n = root;
        buf_fmt(&path, "/%s", x->d_name);
        if (id_time_ms(run) < runs_before)
            shelf_remove(state_dir, path.p);
        else
            trim_run(state_dir, path.p, now);
    }
    if (d)
        closedir(d);
}
