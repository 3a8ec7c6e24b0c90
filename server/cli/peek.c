/* SPDX-License-Identifier: Apache-2.0 */
#include "server/cli/peek.h"
#include <stdio.h>
#include <unistd.h>
#include "config/sections.h"
#include "config/workflow_folder.h"
#include "server/cli/cli.h"

static void tell(const struct problems *p)
{
    AUTO(buf_free) struct buf text = {0};
    problems_write(p, &text);
    if (text.n)
        fputs(text.p, stderr);
}

/* Not of this person, or not on this machine: secrets, keys, certificates. */
static bool is_private(const struct problem *p)
{
    return strcmp(p->code, "bad-secret") == 0 || strcmp(p->code, "bad-path") == 0;
}

static size_t faults(const struct problems *p)
{
    size_t n = 0;
    for (size_t i = 0; i < p->list.n; i++)
        n += p->list.at[i].level == PROBLEM_ERROR && !is_private(&p->list.at[i]);
    return n;
}

static int read_server_file(const char *file, struct conf **ret, struct problems *p)
{
    AUTO(buf_free) struct buf text = {0};
    if (access(file, F_OK) != 0)
        return cli_fail(CLI_MISSING, "%s: there is no such file; name one with -c FILE or FETTLE_CONFIG, or make one "
                                     "with `fettle init`", file);
    struct conf *c = mem_new(sizeof *c);
    struct reading r = {.kind = READ_SERVER, .file = file, .arena = &c->arena, .problems = p};
    c->refs = 1;
    c->file = path_absolute(&c->arena, file);
    if (reading_open(&r, file, &text)) {
        c->dir = r.dir;
        server_file_read(&r, c);
    }
    *ret = c;
    return CLI_OK;
}

int peek_listens(const char *file, struct conf **ret)
{
    struct problems p = {0};
    int rc = read_server_file(file, ret, &p);
    if (rc == CLI_OK && (*ret)->n_listens == 0) {
        tell(&p);
        conf_unref(ret);
        rc = CLI_INVALID;
    }
    problems_free(&p);
    return rc;
}

void peek_some(const char *file, struct conf **ret)
{
    struct problems p = {0};
    if (read_server_file(file, ret, &p) != CLI_OK)
        *ret = NULL;
    problems_free(&p);
}

static void read_repositories(struct conf *c, struct problems *p)
{
    AUTO(buf_free) struct buf text = {0};
    struct reading r = {.kind = READ_REPOSITORIES, .file = c->repositories_file, .arena = &c->arena, .problems = p};
    if (reading_open(&r, c->repositories_file, &text))
        repositories_file_read(&r, c, &c->repos);
}

int peek_workflows(const char *file, struct conf **ret)
{
    struct problems p = {0}, of_workflows = {0};
    int rc = read_server_file(file, ret, &p);
    if (rc == CLI_OK && faults(&p) == 0 && (*ret)->repositories_file)
        read_repositories(*ret, &p);
    if (rc == CLI_OK && faults(&p)) {
        tell(&p);
        conf_unref(ret);
        rc = CLI_INVALID;
    }
    if (rc == CLI_OK) {
        workflow_folder_read(*ret, NULL, &of_workflows);
        tell(&of_workflows);
    }
    problems_free(&p);
    problems_free(&of_workflows);
    return rc;
}

int peek_runner(const char *file, struct conf **ret)
{
    struct problems p = {0};
    int rc = read_server_file(file, ret, &p);
    if (rc == CLI_OK && faults(&p)) {
        tell(&p);
        conf_unref(ret);
        rc = CLI_INVALID;
    }
    problems_free(&p);
    return rc;
}

void peek_defaults(struct conf **ret)
{
    struct problems p = {0};
    struct conf *c = mem_new(sizeof *c);
    struct reading r = {.kind = READ_SERVER, .file = "fettle.yaml", .source = SV("store: sqlite:x"), .arena = &c->arena,
                        .problems = &p};
    c->refs = 1;
    c->dir = "/";
    server_file_read(&r, c);
    problems_free(&p); /* what a server would need besides */
    *ret = c;
}
