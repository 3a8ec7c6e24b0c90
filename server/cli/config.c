/* SPDX-License-Identifier: Apache-2.0 */
/* fettle config [SETTING]: what is set, to what, and where that comes from. */
#include <unistd.h>
#include "server/cli/table.h"
#include "server/cli/term.h"
#include "server/settings.h"

struct asked {
    struct cli_call call;
    struct listing shown;
    struct settings_want want;
};

struct printing {
    const struct asked *q;
    struct table t;
    const char *file; /* its name without the folder */
    struct buf names;
    size_t n;
};

static void add_row(void *ctx, const struct conf_setting *s)
{
    static const char *const secrets[] = {"", "", " (cannot be read)", ""};
    struct printing *p = ctx;
    if (!settings_wanted(&p->q->want, s))
        return;
    const char *value = s->secret == SETTING_VEILED ? "***" : s->value;
    p->n++;
    buf_fmt(&p->names, "%s\n", s->path);
    table_add(&p->t, sv_of(s->path));
    table_add(&p->t, sv_of(value ? arena_fmt(&p->t.arena, "%s%s", value, secrets[s->secret]) : NULL));
    table_add(&p->t, sv_of(s->line ? arena_fmt(&p->t.arena, "%s:%d%s", p->file, s->line,
                                               s->from == SETTING_ENVIRONMENT ? ", environment" : "")
                                   : setting_from_name[s->from]));
}

static int no_setting(const struct asked *q)
{
    if (!q->want.under)
        return cli_fail(CLI_MISSING, "the file says nothing");
    return cli_fail(CLI_MISSING, "there is no setting \"%s\"%s", q->want.under,
                    q->want.said ? " that the file says anything of" : "");
}

static int print_rows(const struct asked *q, const struct conf *c)
{
    static const char *const heads[] = {"SETTING", "VALUE", "FROM", NULL};
    const char *slash = strrchr(c->file, '/');
    struct printing p = {.q = q, .t = {.heads = heads, .ranks = "120"}, .file = slash ? slash + 1 : c->file};
    settings_each(c, add_row, &p);
    int rc = p.n == 0                         ? no_setting(q)
             : q->shown.format == FORMAT_NAME ? cli_print(&p.names)
                                              : table_print(&p.t, &q->shown);
    table_free(&p.t);
    buf_free(&p.names);
    return rc;
}

static int print_json(const struct asked *q, const struct conf *c)
{
    AUTO(buf_free) struct buf b = {0};
    struct jout j = {.buf = &b};
    jout_open(&j, '{');
    jout_kint(&j, "schema", 1);
    size_t n = settings_put(c, NULL, &q->want, &j);
    jout_close(&j, '}');
    buf_chr(&b, '\n');
    return n ? cli_print(&b) : no_setting(q);
}

static int run(void *args)
{
    const struct asked *q = args;
    const char *file = cli_config_file(q->call.conf);
    AUTO(conf_unref) struct conf *c = NULL;
    AUTO(problems_free) struct problems problems = {0};
    AUTO(buf_free) struct buf text = {0};
    if (access(file, F_OK) != 0)
        return cli_fail(CLI_MISSING, "%s: there is no such file", file);
    if (conf_load(file, &c, &problems) < 0) {
        problems_write(&problems, &text);
        fputs(text.p, stderr);
        return cli_fail(CLI_INVALID, "the configuration has errors");
    }
    c->loaded_at = clk_wall_ms();
    return q->shown.format == FORMAT_JSON ? print_json(q, c) : print_rows(q, c);
}

static const struct cli_arg operands[] = {
    {"SETTING", .kind = CLI_TEXT, .at = offsetof(struct asked, want.under), .doc = "only this one, and those below it"},
    {.name = NULL},
};
static const struct cli_arg options[] = {
    {"said", 0, CLI_FLAG, NULL, offsetof(struct asked, want.said), .doc = "only what the file says: no defaults"},
    {.name = NULL},
};
enum { SHOWN = offsetof(struct asked, shown) };
const struct cli_verb verb_config = {
    .name = "config",
    .doc = "every setting, its value, and where that comes from",
    .examples = "fettle config\n"
                "fettle config forges.github\n"
                "fettle config --said --json\n",
    .exits = 1u << CLI_INVALID | 1u << CLI_MISSING,
    .text = "The configuration as the server would load it now, with what holds where nothing is said. A secret is "
            "told by the file, variable or credential that it is in, never by its value. What a running server has in "
            "force is at `GET /api/v1/settings`, and on its page of settings.\n",
    .operands = operands,
    .options = {{options, 0}, {cli_output_group, SHOWN}, {cli_screen_group, 0}, {cli_config_group, 0}},
    .size = sizeof(struct asked),
    .run = run,
};
