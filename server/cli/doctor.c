/* SPDX-License-Identifier: Apache-2.0 */
/* fettle doctor: all rooms in their order, and how findings are told. */
#include "server/cli/doctor.h"
#include "server/cli/table.h"
#include "server/cli/term.h"

static const char *const levels[] = {
    [DOCTOR_OK] = "ok", [DOCTOR_NOTE] = "note", [DOCTOR_WARNING] = "warning", [DOCTOR_ERROR] = "error"};

void doctor_say(struct doctor *d, enum doctor_level level, const char *area, const char *code, const char *mend,
                const char *fmt, ...)
{
    AUTO(buf_free) struct buf b = {0};
    va_list ap;
    va_start(ap, fmt);
    buf_vfmt(&b, fmt, ap);
    va_end(ap);
    struct finding f = {.level = level, .area = area, .code = code, .text = arena_dup(&d->arena, buf_view(&b))};
    f.mend = mend ? arena_dup(&d->arena, sv_of(mend)) : NULL;
    VEC_PUSH(&d->all, f);
}

void doctor_mended(struct doctor *d)
{
    d->all.at[d->all.n - 1].fixed = true;
}

static int64_t count(const struct doctor *d, enum doctor_level level)
{
    int64_t n = 0;
    for (size_t i = 0; i < d->all.n; i++)
        n += d->all.at[i].level == level && !d->all.at[i].fixed;
    return n;
}

/* ---- how it is told ---- */

enum { TEXT_AT = 23 };

/* What mends it stays in one line, to be copied. */
static void put_finding(const struct finding *f, struct buf *out)
{
    AUTO(buf_free) struct buf text = {0};
    const char *level = f->fixed ? "fixed" : levels[f->level];
    int width = term_table_width();
    put_word(out, sv_of(level)); /* it may be longer by its colour than it looks */
    buf_fmt(out, "%*s %-13s ", 8 - (int)strlen(level), "", f->area);
    cli_text(sv_of(f->text), &text);
    if (f->level != DOCTOR_OK)
        buf_fmt(&text, " [%s]", f->code);
    if (width > 0)
        text_wrap(buf_view(&text), TEXT_AT, TEXT_AT, width, out);
    else
        buf_fmt(out, "%s\n", text.p);
    if (!f->mend || f->fixed)
        return;
    buf_str(out, "         mend: ");
    cli_text(sv_of(f->mend), out);
    buf_chr(out, '\n');
}

void doctor_put_text(const struct doctor *d, bool quiet, struct buf *out)
{
    for (size_t i = 0; i < d->all.n; i++)
        if (!quiet || d->all.at[i].level > DOCTOR_NOTE)
            put_finding(&d->all.at[i], out);
    if (!quiet)
        buf_fmt(out, "%lld errors, %lld warnings\n", (long long)count(d, DOCTOR_ERROR),
                (long long)count(d, DOCTOR_WARNING));
}

void doctor_put_json(const struct doctor *d, struct buf *out)
{
    struct jout j = {.buf = out};
    jout_open(&j, '{');
    jout_kint(&j, "schema", 1);
    jout_kint(&j, "errors", count(d, DOCTOR_ERROR));
    jout_kint(&j, "warnings", count(d, DOCTOR_WARNING));
    jout_kbool(&j, "server", d->server == SERVER_RUNS);
    jout_key(&j, "findings");
    jout_open(&j, '[');
    for (size_t i = 0; i < d->all.n; i++) {
        const struct finding *f = &d->all.at[i];
        jout_open(&j, '{');
        jout_kstrz(&j, "level", levels[f->level]);
        jout_kstrz(&j, "area", f->area);
        jout_kstrz(&j, "code", f->code);
        jout_kstrz(&j, "text", f->text);
        jout_kstrz(&j, "mend", f->mend);
        jout_kbool(&j, "fixed", f->fixed);
        jout_close(&j, '}');
    }
    jout_close(&j, ']');
    jout_close(&j, '}');
    buf_chr(out, '\n');
}

/* ---- the verb ---- */

struct request {
    struct cli_call call;
    struct listing l;
    bool fix;
    enum doctor_trial trial;
};

static int run(void *args)
{
    struct request *q = args;
    struct conf *conf = NULL;
    struct doctor d = {.fix = q->fix, .trial = q->trial, .file = cli_config_file(q->call.conf)};
    AUTO(buf_free) struct buf b = {0};
    doctor_conf(&d, &conf);
    doctor_server(&d);
    doctor_tls(&d);
    doctor_machine(&d);
    doctor_store(&d);
    doctor_forges(&d);
    doctor_hooks(&d);
    if (q->l.format == FORMAT_JSON)
        doctor_put_json(&d, &b);
    else
        doctor_put_text(&d, q->l.quiet, &b);
    int rc = cli_print(&b);
    if (rc == CLI_OK && count(&d, DOCTOR_ERROR))
        rc = CLI_FAILED;
    desk_close(&d.desk);
    conf_unref(&conf);
    VEC_FREE(&d.all);
    arena_free(&d.arena);
    return rc;
}

static const struct cli_arg options[] = {
    {"fix", 0, CLI_FLAG, NULL, offsetof(struct request, fix),
     .doc = "mends what is safe: modes of files, folders that are missing, git hooks"},
    {"ping", 0, CLI_SET, NULL, offsetof(struct request, trial),
     .doc = "tries webhooks also where the forge's trial is a push (GitLab, Gitea)", .low = TRIAL_ALL, .apart = 1},
    {"no-ping", 0, CLI_SET, NULL, offsetof(struct request, trial), .doc = "no forge is asked to try a webhook",
     .low = TRIAL_NONE, .apart = 1},
    {.name = NULL},
};
const struct cli_verb verb_doctor = {
    .name = "doctor",
    .doc = "what is wrong with this server and its surroundings, and how it is mended; exit 1 on an error",
    .examples = "fettle doctor\n"
                "fettle doctor --fix\n",
    .failed = "there is an error",
    .text =
        "Looks at the configuration, who may read and write its files, certificates, git, bubblewrap, disk, limits, "
        "the store (as `fettle store check`), the clock, each forge with its token, the webhooks of the "
        "repositories with a trial of one at each forge, and the git hooks of the folder you are in, of all your "
        "repositories and of bare ones. With a running server and without.\n",
    .options = {{options, 0}, {cli_findings_group, offsetof(struct request, l)}, {cli_config_group, 0}},
    .size = sizeof(struct request),
    .start = &(const struct request){.trial = TRIAL_HARMLESS},
    .run = run,
};
