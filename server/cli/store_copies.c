/* SPDX-License-Identifier: Apache-2.0 */
#include "server/cli/store_copies.h"
#include "base/file.h"
#include "store/copy.h"

static int fault(const struct err *e, const char *what)
{
    int code = CLI_FAILED;
    if (e->cls == ERR_MISSING)
        code = CLI_MISSING;
    else if (e->cls == ERR_CONFLICT)
        code = CLI_CONFLICT;
    else if (e->cls == ERR_INVALID || e->cls == ERR_UNCERTAIN) /* not one of ours, or damaged */
        code = CLI_INVALID;
    return cli_fail(code, "store %s: %s", what, e->msg);
}

static void put_size(int64_t bytes, struct buf *out)
{
    static const char *const units[] = {"bytes", "KiB", "MiB", "GiB", "TiB"};
    double n = (double)bytes;
    size_t i = 0;
    for (; n >= 1024 && i + 1 < ARRAY_LEN(units); i++)
        n /= 1024;
    buf_fmt(out, i ? "%.1f %s" : "%.0f %s", n, units[i]);
}

/* The members that differ are written by the caller, who closes the object. */
static void open_json(struct jout *j, const char *file, const struct store_copied *c)
{
    jout_open(j, '{');
    jout_kint(j, "schema", 1);
    jout_kstrz(j, "file", file);
    jout_kint(j, "bytes", c->bytes);
    jout_kint(j, "version", c->version);
}

static int end_json(struct jout *j)
{
    jout_close(j, '}');
    buf_chr(j->buf, '\n');
    return cli_print(j->buf);
}

static int tell_name(const char *name)
{
    printf("%s\n", name);
    return CLI_OK;
}

static int tell_copy(const char *file, const struct store_copied *c, const struct listing *l)
{
    AUTO(buf_free) struct buf b = {0};
    struct jout j = {.buf = &b};
    if (l->format == FORMAT_NAME)
        return tell_name(file);
    if (l->format == FORMAT_JSON) {
        open_json(&j, file, c);
        return end_json(&j);
    }
    if (l->quiet)
        return CLI_OK;
    cli_text(sv_of(file), &b);
    buf_str(&b, "  ");
    put_size(c->bytes, &b);
    buf_fmt(&b, ", schema version %d\n", c->version);
    return cli_print(&b);
}

static int make_copy(const char *path, const char *to, const char *what, const struct listing *l)
{
    struct err e = {0};
    struct store_copied c = {0};
    return store_copy(path, to, &c, &e) < 0 ? fault(&e, what) : tell_copy(to, &c, l);
}

int store_backup_to(const char *path, const char *to, const struct listing *l)
{
    return make_copy(path, to, "backup", l);
}

int store_copy_url(const char *path, const char *url, const struct listing *l)
{
    struct sv u = sv_of(url);
    if (sv_starts(u, SV("postgresql:")) || sv_starts(u, SV("postgres:")))
        return cli_fail(CLI_USAGE, "store copy: this version keeps everything in SQLite: sqlite:FILE");
    if (!sv_starts(u, SV("sqlite:")) || u.n == 7)
        return cli_fail(CLI_USAGE, "store copy: the place is said as sqlite:FILE, not \"%s\"", url);
    return make_copy(path, url + 7, "copy", l);
}

static int tell_restored(const char *path, const char *kept, const struct store_copied *c, const struct listing *l)
{
    AUTO(buf_free) struct buf b = {0};
    struct jout j = {.buf = &b};
    if (l->format == FORMAT_JSON) {
        open_json(&j, path, c);
        jout_kstrz(&j, "kept", kept);
        return end_json(&j);
    }
    int rc = tell_copy(path, c, l);
    if (rc != CLI_OK || !kept || l->quiet || l->format == FORMAT_NAME)
        return rc;
    buf_str(&b, "what was there before is ");
    cli_text(sv_of(kept), &b);
    buf_chr(&b, '\n');
    return cli_print(&b);
}

int store_restore_from(const char *from, const char *path, const struct listing *l)
{
    AUTO(buf_free) struct buf kept = {0};
    struct err e = {0};
    struct store_copied c = {0};
    bool had = false;
    char at[25];
    const char *now = when_text(clk_wall_ms(), at);
    buf_fmt(&kept, "%s.before-%.10sT%.2s%.2s%.2s", path, now, now + 11, now + 14, now + 17);
    for (int again = 2; file_exists(kept.p); again++) { /* twice in one second */
        buf_clear(&kept);
        buf_fmt(&kept, "%s.before-%.10sT%.2s%.2s%.2s-%d", path, now, now + 11, now + 14, now + 17, again);
    }
    if (store_restore(from, path, kept.p, &had, &c, &e) < 0)
        return fault(&e, "restore");
    return tell_restored(path, had ? kept.p : NULL, &c, l);
}

int store_bring_forward(const char *path, const struct listing *l)
{
    AUTO(buf_free) struct buf b = {0};
    struct jout j = {.buf = &b};
    struct err e = {0};
    int from = 0, to = 0;
    if (store_migrate(path, &from, &to, &e) < 0)
        return fault(&e, "migrate");
    if (l->format == FORMAT_NAME)
        return tell_name(path);
    if (l->format == FORMAT_JSON) {
        jout_open(&j, '{');
        jout_kint(&j, "schema", 1);
        jout_kstrz(&j, "file", path);
        jout_kint(&j, "from", from);
        jout_kint(&j, "to", to);
        return end_json(&j);
    }
    if (l->quiet)
        return CLI_OK;
    if (from == to)
        buf_fmt(&b, "it has schema version %d, which is that of this program\n", to);
    else
        buf_fmt(&b, "schema version %d is now %d\n", from, to);
    return cli_print(&b);
}
