/* SPDX-License-Identifier: Apache-2.0 */
/* `fettle store`: is the database sound, and copies of it. */
#include "base/file.h"
#include "config/conf.h"
#include "server/cli/store_copies.h"
#include "store/audit.h"

struct report {
    struct buf text;
    struct jout json;
    struct buf json_text;
    int findings;
};

static void report_free(struct report *r)
{
    buf_free(&r->text);
    buf_free(&r->json_text);
}

static void put_text(struct buf *b, const struct audit_finding *f)
{
    char id[ID_TEXT];
    buf_fmt(b, "%s: %lld %s\n", f->check, (long long)f->n, f->text);
    if (f->detail) {
        buf_str(b, "  ");
        cli_text(sv_of(f->detail), b);
        buf_chr(b, '\n');
    }
    for (int i = 0; i < f->n_ids; i++)
        buf_fmt(b, "%s%s (%lld)", i ? ", " : "  ", id_text(f->ids[i], id), (long long)f->ids[i]);
    if (f->n_ids)
        buf_str(b, f->n > f->n_ids ? ", …\n" : "\n");
    buf_fmt(b, "  mend: %s\n", f->mend);
}

static void put_json(struct jout *o, const struct audit_finding *f)
{
    jout_open(o, '{');
    jout_kstrz(o, "check", f->check);
    jout_kstrz(o, "text", f->text);
    jout_kint(o, "rows", f->n);
    jout_kstrz(o, "detail", f->detail);
    jout_key(o, "ids");
    jout_open(o, '[');
    for (int i = 0; i < f->n_ids; i++)
        jout_int(o, f->ids[i]);
    jout_close(o, ']');
    jout_kstrz(o, "mend", f->mend);
    jout_close(o, '}');
}

static void found(void *ctx, const struct audit_finding *f)
{
    struct report *r = ctx;
    put_text(&r->text, f);
    put_json(&r->json, f);
    r->findings++;
}

static int tell(struct report *r, const struct listing *l, enum audit_beside beside, int checks)
{
    if (l->format == FORMAT_JSON) {
        jout_close(&r->json, ']');
        jout_kint(&r->json, "checks", checks);
        jout_kbool(&r->json, "server", beside == AUDIT_BESIDE_SERVER);
        jout_close(&r->json, '}');
        buf_chr(&r->json_text, '\n');
        return cli_print(&r->json_text);
    }
    if (r->findings == 0 && !l->quiet)
        buf_fmt(&r->text, "%d checks found nothing wrong%s\n", checks,
                beside == AUDIT_BESIDE_SERVER ? " (the server is running)" : "");
    else if (r->findings && beside == AUDIT_BESIDE_SERVER)
        buf_str(&r->text, "stop the server before you mend anything, and keep a copy of the database\n");
    return cli_print(&r->text);
}

static int check(const char *path, const struct listing *l)
{
    AUTO(report_free) struct report r = {0};
    struct err e = {0};
    enum audit_beside beside;
    int checks = 0;
    r.json.buf = &r.json_text;
    jout_open(&r.json, '{');
    jout_kint(&r.json, "schema", 1);
    jout_key(&r.json, "findings");
    jout_open(&r.json, '[');
    if (store_audit(path, found, &r, &beside, &checks, &e) < 0)
        return cli_fail(e.cls == ERR_MISSING ? CLI_MISSING : CLI_FAILED, "store: %s", e.msg);
    int rc = tell(&r, l, beside, checks);
    return rc == CLI_OK && r.findings ? CLI_FAILED : rc;
}

struct asked {
    struct cli_call call;
    struct listing l;
    const char *file;
};

/* Calls `act` with the database that the configuration names. */
static int with_store(const struct asked *q, int (*act)(const char *path, const struct asked *q))
{
    struct conf *conf = NULL;
    struct problems problems = {0};
    AUTO(buf_free) struct buf text = {0};
    const char *file = cli_config_file(q->call.conf);
    if (!file_exists(file))
        return cli_fail(CLI_MISSING, "%s: there is no such file; `fettle init` makes one", file);
    int rc = conf_load(file, &conf, &problems) < 0 ? CLI_INVALID : CLI_OK;
    if (rc != CLI_OK) {
        problems_write(&problems, &text);
        fprintf(stderr, "%s", text.n ? text.p : "");
    }
    problems_free(&problems);
    if (rc == CLI_OK)
        rc = act(conf->store_path, q);
    conf_unref(&conf);
    return rc;
}

static int act_check(const char *path, const struct asked *q)
{
    return check(path, &q->l);
}

static int act_backup(const char *path, const struct asked *q)
{
    return store_backup_to(path, q->file, &q->l);
}

static int act_copy(const char *path, const struct asked *q)
{
    return store_copy_url(path, q->file, &q->l);
}

static int act_restore(const char *path, const struct asked *q)
{
    return store_restore_from(q->file, path, &q->l);
}

static int act_migrate(const char *path, const struct asked *q)
{
    return store_bring_forward(path, &q->l);
}

static int run_check(void *args)
{
    return with_store(args, act_check);
}

static int run_backup(void *args)
{
    return with_store(args, act_backup);
}

static int run_copy(void *args)
{
    return with_store(args, act_copy);
}

static int run_restore(void *args)
{
    return with_store(args, act_restore);
}

static int run_migrate(void *args)
{
    return with_store(args, act_migrate);
}

#define STORE_EXITS (1u << CLI_INVALID | 1u << CLI_MISSING | 1u << CLI_CONFLICT)
#define STORE_OPTIONS                                                                                                  \
    {                                                                                                                  \
        {cli_output_group, offsetof(struct asked, l)},                                                                 \
        {                                                                                                              \
            cli_config_group, 0                                                                                        \
        }                                                                                                              \
    }
static const struct cli_arg new_file[] = {
    {"FILE", .kind = CLI_FILE, .at = offsetof(struct asked, file), .flags = CLI_NEEDED,
     .doc = "the new file; what is there is never written over"},
    {.name = NULL},
};
static const struct cli_arg old_file[] = {
    {"FILE", .kind = CLI_FILE, .at = offsetof(struct asked, file), .flags = CLI_NEEDED, .doc = "a backup"},
    {.name = NULL},
};
static const struct cli_arg url[] = {
    {"URL", .kind = CLI_TEXT, .at = offsetof(struct asked, file), .flags = CLI_NEEDED,
     .doc = "sqlite:FILE, a new file"},
    {.name = NULL},
};
static const struct cli_verb subs[] = {
    {.name = "check",
     .doc = "do all rows agree, and are the counters right? exit 1 when not, with what may be done about it",
     .failed = "something is wrong, or it cannot be read",
     .text = "Beside a running server, or without one; then none can start meanwhile.\n",
     .options = STORE_OPTIONS,
     .run = run_check},
    {.name = "backup",
     .doc = "a copy of it, as it is at one moment",
     .text = "Beside a running server, which goes on, or without one. The copy is one file (mode 0600) that appears "
             "when it is whole; it has the payloads of deliveries in it. Output of steps, artifacts and workspaces are "
             "in the state folder and not part of it.\n",
     .examples = "fettle store backup /var/backups/fettle-$(date +%F).db\n",
     .exits = STORE_EXITS,
     .operands = new_file,
     .options = STORE_OPTIONS,
     .run = run_backup},
    {.name = "restore",
     .doc = "a backup takes its place; no server may run",
     .text = "The backup is checked first. The database that was there is kept beside the new one, under a name with "
             "the time. What happened after the backup was made is not known any more: deliveries can be sent again "
             "by the forge, steps that ran since begin again.\n",
     .examples = "fettle store restore /var/backups/fettle-2026-11-30.db\n",
     .exits = STORE_EXITS,
     .operands = old_file,
     .options = STORE_OPTIONS,
     .run = run_restore},
    {.name = "migrate",
     .doc = "brings it to the version of this program; no server may run",
     .text = "`fettle serve` does the same when it starts. There is no way back but a backup.\n",
     .exits = STORE_EXITS,
     .options = STORE_OPTIONS,
     .run = run_migrate},
    {.name = "copy",
     .doc = "the same as backup, with the place as a URL",
     .exits = STORE_EXITS,
     .operands = url,
     .options = STORE_OPTIONS,
     .run = run_copy},
    {.name = NULL},
};
const struct cli_verb verb_store = {
    .name = "store",
    .doc = "the database: is it sound, copies of it",
    .examples = "fettle store check\n",
    .exits = 1u << CLI_INVALID | 1u << CLI_MISSING,
    .subs = subs,
    .size = sizeof(struct asked),
};
