/* SPDX-License-Identifier: Apache-2.0 */
#include "server/cli/import.h"
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/file.h"
#include "fmt/json.h"
#include "server/cli/import_report.h"
#include "server/cli/peek.h"

const char *const import_verdict_name[] = {"runs", "note", "rewritten", "refused"};

void import_say(struct import *x, struct ymark at, enum import_verdict v, const char *code, const char *instead,
                const char *fmt, ...)
{
    AUTO(buf_free) struct buf text = {0};
    va_list ap;
    va_start(ap, fmt);
    buf_vfmt(&text, fmt, ap);
    va_end(ap);
    struct import_finding f = {at, v, code, arena_dup(&x->arena, buf_view(&text)), arena_strdup(&x->arena, instead)};
    size_t k = x->findings.n;
    VEC_PUSH(&x->findings, f);
    /* In the order of the file. */
    for (; k > 0 && (x->findings.at[k - 1].at.line > at.line ||
                     (x->findings.at[k - 1].at.line == at.line && x->findings.at[k - 1].at.col > at.col));
         k--)
        x->findings.at[k] = x->findings.at[k - 1];
    x->findings.at[k] = f;
}

bool import_runs(const struct import *x)
{
    for (size_t i = 0; i < x->findings.n; i++)
        if (x->findings.at[i].verdict == IMPORT_REFUSED)
            return false;
    return true;
}

void import_output(struct import *x, const char *name, unsigned mode, struct sv text)
{
    VEC_PUSH(&x->outputs, ((struct import_output){name, arena_sv(&x->arena, text), mode}));
}

/* ---- reading ---- */

static bool is_json(struct sv text)
{
    text = sv_trim(text);
    return text.n && (text.p[0] == '[' || text.p[0] == '{');
}

static bool is_hooks(const struct ynode *root)
{
    return root->kind == Y_SEQ && (root->n == 0 || (root->items[0]->kind == Y_MAP && ynode_get(root->items[0], "id")));
}

static int unreadable(struct ymark at, struct ymark *ret_at, struct err *e, const char *why)
{
    *ret_at = at;
    return err_set(e, ERR_INVALID, "%s", why);
}

static int open_source(struct import *x, struct sv text, struct ymark *ret_at, struct err *e)
{
    struct ynode *root = NULL;
    *ret_at = (struct ymark){1, 1};
    x->source = sv_starts(text, SV("\xef\xbb\xbf")) ? sv_from(text, 3) : text;
    edits_open(&x->edits, x->source);
    if (is_json(x->source) && json_validate(x->source, NULL, e) < 0) {
        *ret_at = edits_mark(&x->edits, (size_t)e->code);
        return -1;
    }
    if (yaml_load(x->source, NULL, &x->arena, &root, ret_at, e) < 0)
        return -1;
    if (!root)
        return unreadable(*ret_at, ret_at, e, "the file is empty");
    x->root = root;
    if (is_hooks(root))
        x->kind = IMPORT_HOOKS;
    else if (root->kind == Y_MAP && ynode_get(root, "jobs"))
        x->kind = IMPORT_WORKFLOW;
    else
        return unreadable(root->at, ret_at, e, "this is no workflow (it has no \"jobs\") and no list of hooks");
    return 0;
}

int import_read(struct import *x, struct sv text, struct ymark *ret_at, struct err *e)
{
    if (open_source(x, text, ret_at, e) < 0)
        return -1;
    if (x->kind == IMPORT_HOOKS)
        import_hooks(x);
    else
        import_workflow(x);
    return 0;
}

static int import_one(struct import *x)
{
    AUTO(buf_free) struct buf text = {0};
    struct err e = {0};
    struct ymark at;
    if (file_read(x->file, YAML_BYTES, &text, &e) < 0)
        return cli_fail(e.cls == ERR_MISSING  ? CLI_MISSING
                        : e.cls == ERR_DENIED ? CLI_DENIED
                                              : CLI_INVALID,
                        "%s", e.msg);
    struct sv kept = arena_sv(&x->arena, buf_view(&text)); /* what is shown later stands in it */
    if (import_read(x, kept, &at, &e) < 0)
        return cli_fail(CLI_INVALID, "%s:%d:%d: error: %s", x->file, at.line, at.col, e.msg);
    return CLI_OK;
}

void import_free(struct import *x)
{
    edits_free(&x->edits);
    VEC_FREE(&x->findings);
    VEC_FREE(&x->outputs);
    arena_free(&x->arena);
}

/* ---- writing ---- */

static int write_one(const char *dir, const struct import_output *o)
{
    AUTO(buf_free) struct buf path = {0};
    struct err e = {0};
    buf_fmt(&path, "%s/%s", dir, o->name);
    ptrdiff_t slash = sv_rchr(buf_view(&path), '/');
    AUTO(mem_freep) char *folder = sv_dup(sv_cut(buf_view(&path), (size_t)slash));
    if (file_make_dirs(folder, &e) < 0)
        return cli_fail(e.code == EACCES ? CLI_DENIED : CLI_FAILED, "%s", e.msg);
    AUTO(fd_closep) int fd = open(path.p, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, (mode_t)o->mode);
    if (fd < 0)
        return cli_fail(errno == EEXIST   ? CLI_CONFLICT
                        : errno == EACCES ? CLI_DENIED
                                          : CLI_FAILED,
                        "%s: %s", path.p, strerror(errno));
    if (fd_write_all(fd, o->text.p, o->text.n) < 0 || fsync(fd) < 0)
        return cli_fail(CLI_FAILED, "%s: %s", path.p, strerror(errno));
    return CLI_OK;
}

/* All of them are looked at before one is written. */
static int write_all(const char *dir, const struct import *x, size_t n)
{
    AUTO(buf_free) struct buf path = {0};
    struct stat st;
    int rc = CLI_OK;
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < x[i].outputs.n; k++) {
            buf_clear(&path);
            buf_fmt(&path, "%s/%s", dir, x[i].outputs.at[k].name);
            if (lstat(path.p, &st) == 0)
                rc = cli_fail(CLI_CONFLICT, "%s exists; nothing was written", path.p);
        }
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; rc == CLI_OK && k < x[i].outputs.n; k++)
            rc = write_one(dir, &x[i].outputs.at[k]);
    return rc;
}

/* ---- the verb ---- */

struct asked {
    struct cli_call call;
    struct cli_values files;
    const char *dir;
    bool json, quiet;
};

static int import_all(struct import *x, size_t n, const struct asked *q)
{
    bool runs = true;
    int rc = CLI_OK;
    for (size_t i = 0; rc == CLI_OK && i < n; i++) {
        rc = import_one(&x[i]);
        runs = runs && import_runs(&x[i]);
    }
    if (rc == CLI_OK && q->dir)
        rc = write_all(q->dir, x, n);
    if (rc != CLI_OK)
        return rc;
    const enum import_shown shown = q->quiet ? SHOWN_REFUSED : SHOWN_ALL;
    rc = q->json ? import_print_json(x, n, q->dir) : import_print_text(x, n, q->dir, shown);
    return rc != CLI_OK || runs ? rc : CLI_FAILED;
}

/* Of the configuration where there is one, else of this machine. */
static struct conf *runner_of(const char *conf_file, int *ret_rc)
{
    struct conf *c = NULL;
    const char *file = cli_config_file(conf_file);
    *ret_rc = CLI_OK;
    if (conf_file || access(file, R_OK) == 0)
        *ret_rc = peek_runner(file, &c);
    else
        peek_defaults(&c);
    return c;
}

static int run(void *args)
{
    const struct asked *q = args;
    int rc;
    const size_t n = q->files.v.n;
    if (n > 1 && !q->dir && !q->json)
        return cli_misuse(&q->call, "several files need -o DIR");
    struct conf *c = runner_of(q->call.conf, &rc);
    struct import *x = mem_new(n * sizeof *x);
    for (size_t i = 0; i < n; i++)
        x[i] = (struct import){.file = q->files.v.at[i]};
    for (size_t i = 0; c && i < n; i++) {
        x[i].labels = c->runner.labels;
        x[i].n_labels = c->runner.n_labels;
    }
    if (rc == CLI_OK)
        rc = import_all(x, n, q);
    for (size_t i = 0; i < n; i++)
        import_free(&x[i]);
    mem_free(x);
    conf_unref(&c);
    return rc;
}

static const struct cli_arg operands[] = {
    {"FILE", .kind = CLI_FILE, .at = offsetof(struct asked, files), .flags = CLI_NEEDED | CLI_MANY,
     .doc = "a workflow of GitHub Actions, or a hooks.json or hooks.yaml of adnanh/webhook"},
    {.name = NULL},
};
static const struct cli_arg options[] = {
    {"output", 'o', CLI_FOLDER, "DIR", offsetof(struct asked, dir),
     .doc = "writes the files there; else the report goes to stderr and the result to stdout, without secrets"},
    {"json", 0, CLI_FLAG, NULL, offsetof(struct asked, json), .doc = "one JSON object with \"schema\": 1"},
    {"quiet", 'q', CLI_FLAG, NULL, offsetof(struct asked, quiet), .doc = "tells only what does not run"},
    {.name = NULL},
};
const struct cli_verb verb_import = {
    .name = "import",
    .doc = "what of a GitHub workflow or a hooks.json runs here, and the files that do the same",
    .examples = "fettle import .github/workflows/ci.yml > ci.yml\n"
                "fettle import -o converted hooks.json\n",
    .failed = "some of it does not run here",
    .exits = 1u << CLI_INVALID | 1u << CLI_MISSING | 1u << CLI_DENIED | 1u << CLI_CONFLICT,
    .text =
        "A workflow of GitHub Actions: says of each line whether it runs here (runs, note, rewritten, refused), and "
        "writes the file that runs as far as possible: ${{ }} in scripts moves into `env`, actions that do not run "
        "become steps that say so; comments and layout stay. A hooks.json or hooks.yaml of adnanh/webhook: writes a "
        "workflow for each hook, the section `forges` with the webhooks, and the files of their secrets. Nothing is "
        "overwritten. Exit 0: all of it runs; 1: some does not; 3: not readable.\n",
    .operands = operands,
    .options = {{options, 0}, {cli_config_group, 0}},
    .size = sizeof(struct asked),
    .run = run,
};
