/* SPDX-License-Identifier: Apache-2.0 */
/* GET repositories and workflows: what the configuration has that is in force. All of it is one page. */
#include "fmt/json.h"
#include "server/api/api.h"

static void open_list(struct jout *j, const char *key)
{
    jout_open(j, '{');
    jout_kint(j, "schema", 1);
    jout_key(j, key);
    jout_open(j, '[');
}

static void answer_list(const struct api_call *c, struct jout *j)
{
    jout_close(j, ']');
    jout_key(j, "next");
    jout_null(j);
    jout_close(j, '}');
    buf_chr(j->buf, '\n');
    api_json(c, 200, buf_view(j->buf));
}

/* Not `url`: whoever wrote it may have put more into it than a place. */
void api_repository_put(const struct repo *r, struct jout *j)
{
    jout_kstrz(j, "name", r->alias);
    jout_kstrz(j, "id", r->id);
    jout_kstrz(j, "forge", r->forge);
    jout_kstrz(j, "path", r->path);
    jout_kstrz(j, "default_branch", r->default_branch);
    jout_key(j, "dependencies");
    jout_strs(j, r->dependencies, r->n_dependencies);
}

void api_repositories(const struct api_call *c)
{
    AUTO(buf_free) struct buf b = {0};
    struct jout j = {.buf = &b};
    const struct repo_set *s = &intake_conf_of(c->intake)->repos;
    open_list(&j, "repositories");
    for (size_t i = 0; i < s->n; i++) {
        const struct repo *r = &s->at[i];
        jout_open(&j, '{');
        api_repository_put(r, &j);
        jout_close(&j, '}');
    }
    answer_list(c, &j);
}

static void put_workflow(struct jout *j, const struct workflow *w)
{
    AUTO(buf_free) struct buf context = {0};
    buf_fmt(&context, "fettle/%s", w->name);
    jout_open(j, '{');
    jout_kstrz(j, "name", w->name);
    jout_kstrz(j, "file", w->file);
    jout_kstrz(j, "digest", w->digest);
    jout_key(j, "on");
    jout_open(j, '[');
    for (size_t i = 0; i < w->n_triggers; i++)
        jout_strz(j, wf_event_name[w->triggers[i].event]);
    jout_close(j, ']');
    jout_key(j, "repositories");
    jout_strs(j, w->repositories, w->n_repositories);
    jout_kstrz(j, "context", w->report.context ? w->report.context : context.p);
    jout_key(j, "jobs");
    jout_open(j, '[');
    for (size_t i = 0; i < w->n_jobs; i++)
        jout_strz(j, w->jobs[i].key);
    jout_close(j, ']');
    jout_close(j, '}');
}

void api_workflows(const struct api_call *c)
{
    AUTO(buf_free) struct buf b = {0};
    struct jout j = {.buf = &b};
    const struct workflow_set *s = &intake_conf_of(c->intake)->workflows;
    open_list(&j, "workflows");
    for (size_t i = 0; i < s->n; i++)
        put_workflow(&j, s->at[i]);
    answer_list(c, &j);
}
