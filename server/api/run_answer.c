/* SPDX-License-Identifier: Apache-2.0 */
/* What the answer about a run has beside its rows: its artifacts, who or what it came from, and where people see that
 * at the forge. */
#include "server/api/run_answer.h"
#include <stdio.h>
#include "fmt/json.h"
#include "server/artifacts.h"

enum { SOURCES_MOST = 50 };

static bool is_plain(struct sv s)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
              sv_chr(SV("-._~/"), c) >= 0))
            return false;
    }
    return s.n > 0;
}

/* Null where the forge has no pages, or the path is none of an address. */
static void put_page(struct jout *j, const char *key, const struct conf *conf, struct sv repo, enum forge_page page,
                     struct sv what)
{
    AUTO(buf_free) struct buf url = {0};
    ptrdiff_t colon = sv_chr(repo, ':');
    const struct conf_forge *f = colon < 0 ? NULL : conf_forge_by_name(conf, sv_cut(repo, (size_t)colon));
    struct sv path = colon < 0 ? SV_NONE : sv_from(repo, (size_t)colon + 1);
    const char *base = !f ? NULL : f->url ? f->url : f->ops->default_url;
    bool known = base && f->ops->page_url && is_plain(path) && (page == PAGE_REPOSITORY || is_plain(what));
    if (known)
        f->ops->page_url(sv_of(base), path, page, what, &url);
    jout_kstr(j, key, known ? buf_view(&url) : SV_NONE);
}

struct source {
    struct sv repo, sha;
};

static size_t add_source(struct source *at, size_t n, const struct jval *x)
{
    struct source s = {jval_str(jval_get(x, "repository")), jval_str(jval_get(x, "sha"))};
    bool there = !s.repo.n || n == SOURCES_MOST;
    for (size_t i = 0; i < n && !there; i++)
        there = sv_eq(at[i].repo, s.repo) && sv_eq(at[i].sha, s.sha);
    if (!there)
        at[n++] = s;
    return n;
}

static void put_sources(struct jout *j, const struct conf *conf, const struct jval *run)
{
    struct source at[SOURCES_MOST];
    size_t n = add_source(at, 0, run);
    const struct jval *jobs = jval_get(run, "jobs");
    for (size_t i = 0; i < jval_len(jobs); i++)
        n = add_source(at, n, jval_item(jobs, i));
    jout_key(j, "sources");
    jout_open(j, '[');
    for (size_t i = 0; i < n; i++) {
        jout_open(j, '{');
        jout_kstr(j, "repository", at[i].repo);
        jout_kstr(j, "sha", at[i].sha.n ? at[i].sha : SV_NONE);
        put_page(j, "url", conf, at[i].repo, PAGE_REPOSITORY, SV_NONE);
        put_page(j, "commit_url", conf, at[i].repo, PAGE_COMMIT, at[i].sha);
        jout_close(j, '}');
    }
    jout_close(j, ']');
}

static void put_cause(const struct api_call *c, const struct jval *run, struct jout *j)
{
    AUTO(arena_free) struct arena a = {0};
    AUTO(jdoc_free) struct jdoc *doc = NULL;
    struct err e = {0};
    struct delivery d;
    const char *event = NULL;
    int64_t id = 0;
    bool read = id_parse(jval_str(jval_get(run, "delivery")), &id) &&
                read_delivery(intake_reader(c->intake), id, &a, &d, &event, &e) == 0 && event &&
                jdoc_parse(sv_of(event), NULL, &doc, &e) == 0;
    const struct jval *ev = read ? jdoc_root(doc) : NULL;
    struct sv title = jval_str(jval_get(jval_get(ev, "pull_request"), "title"));
    title = title.n ? title : jval_str(jval_get(jval_get(ev, "issue"), "title"));
    struct sv by = jval_str(jval_get(jval_get(ev, "sender"), "login"));
    jout_kstr(j, "by", by.n ? by : SV_NONE);
    jout_kstr(j, "title", title.n ? title : SV_NONE);
}

static void put_change(struct jout *j, const struct conf *conf, const struct jval *run)
{
    int64_t change = 0;
    char text[24] = "";
    if (jval_int(jval_get(run, "change"), &change))
        snprintf(text, sizeof text, "%lld", (long long)change);
    put_page(j, "change_url", conf, jval_str(jval_get(run, "repository")), PAGE_CHANGE, sv_of(text));
}

void run_answer(const struct api_call *c, struct buf *run)
{
    AUTO(jdoc_free) struct jdoc *doc = NULL;
    struct err e = {0};
    const struct conf *conf = intake_conf_of(c->intake);
    if (jdoc_parse(buf_view(run), NULL, &doc, &e) < 0) {
        api_problem(c, 503, "the store cannot be read", e.msg);
        return;
    }
    struct jout j = {.buf = run, .comma = true};
    while (run->n && run->p[run->n - 1] != '}')
        run->n--;
    if (run->n)
        run->n--;
    artifacts_json(intake_state_dir(c->intake), c->id, &j);
    put_cause(c, jdoc_root(doc), &j);
    put_change(&j, conf, jdoc_root(doc));
    put_sources(&j, conf, jdoc_root(doc));
    jout_close(&j, '}');
    buf_chr(run, '\n');
    api_json(c, 200, buf_view(run));
}
