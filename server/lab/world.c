/* SPDX-License-Identifier: Apache-2.0 */
#include "server/lab/check.h"
#include "server/lab/change.h"
#include "server/lab/comment.h"
#include "server/lab/hook.h"
#include "server/lab/start.h"
#include "fmt/hmac.h"

const char *const lab_forge_names[LAB_FORGES] = {"github", "gitlab", "gitea"};

static void repo_free(struct lab_repo *r)
{
    for (size_t i = 0; i < r->contexts.n; i++) {
        VEC_FREE(&r->contexts.at[i]->rows);
        VEC_FREE(&r->contexts.at[i]->history);
    }
    for (size_t i = 0; i < r->issues.n; i++)
        VEC_FREE(&r->issues.at[i]->labels);
    VEC_FREE(&r->contexts);
    VEC_FREE(&r->pipelines);
    VEC_FREE(&r->issues);
    VEC_FREE(&r->labels);
    VEC_FREE(&r->members);
    checks_free(r);
    changes_free(r);
    VEC_FREE(&r->comments);
    map_free(&r->by_context);
}

void world_free(struct lab_world *w)
{
    for (size_t i = 0; i < w->repos.n; i++)
        repo_free(w->repos.at[i]);
    VEC_FREE(&w->repos);
    VEC_FREE(&w->events);
    VEC_FREE(&w->tokens);
    VEC_FREE(&w->starts);
    map_free(&w->by_path);
    hooks_free(w);
    arena_free(&w->arena);
}

/* Not counted, so that it is the same in whatever order repositories are first asked for. */
static int64_t id_of_path(struct sv path)
{
    uint8_t digest[SHA256_LEN];
    sha256(path.p, path.n, digest);
    return ((int64_t)digest[0] << 24 | digest[1] << 16 | digest[2] << 8 | digest[3]) + 1;
}

static void path_key(enum lab_forge forge, struct sv path, struct buf *out)
{
    buf_chr(out, (char)('0' + (int)forge));
    buf_sv(out, path);
}

static struct lab_repo *repo_new(struct lab_world *w, enum lab_forge forge, struct sv path, struct sv key)
{
    struct lab_repo *r = arena_new(&w->arena, sizeof *r);
    r->forge = forge;
    r->id = id_of_path(path);
    while (world_repo_by_id(w, forge, r->id))
        r->id++;
    r->path = arena_dup(&w->arena, path);
    r->default_branch = "main";
    VEC_PUSH(&w->repos, r);
    map_put(&w->by_path, key, r);
    return r;
}

struct lab_repo *world_repo(struct lab_world *w, enum lab_forge forge, struct sv path)
{
    AUTO(buf_free) struct buf key = {0};
    path_key(forge, path, &key);
    struct lab_repo *r = map_get(&w->by_path, buf_view(&key));
    return r ? r : repo_new(w, forge, path, buf_view(&key));
}

struct lab_repo *world_make(struct lab_world *w, enum lab_forge forge, struct sv path)
{
    AUTO(buf_free) struct buf key = {0};
    path_key(forge, path, &key);
    struct lab_repo *r = map_get(&w->by_path, buf_view(&key));
    bool is_there = r && !r->deleted && sv_is(path, r->path);
    return is_there ? r : repo_new(w, forge, path, buf_view(&key));
}

void world_move(struct lab_world *w, struct lab_repo *r, struct sv path)
{
    AUTO(buf_free) struct buf key = {0};
    path_key(r->forge, path, &key);
    r->path = arena_dup(&w->arena, path);
    map_put(&w->by_path, buf_view(&key), r);
}

struct lab_repo *world_repo_by_id(struct lab_world *w, enum lab_forge forge, int64_t id)
{
    for (size_t i = 0; i < w->repos.n; i++)
        if (w->repos.at[i]->forge == forge && w->repos.at[i]->id == id)
            return w->repos.at[i];
    return NULL;
}

/* ---- statuses ---- */

static void context_key(const struct lab_repo *r, struct sv sha, struct sv name, struct buf *out)
{
    buf_sv(out, sha);
    buf_chr(out, 0);
    for (size_t i = 0; i < name.n; i++) {
        char c = name.p[i];
        bool lower = r->forge == LAB_GITHUB && c >= 'A' && c <= 'Z';
        buf_chr(out, lower ? (char)(c + 32) : c);
    }
}

struct lab_context *repo_context_find(const struct lab_repo *r, struct sv sha, struct sv name)
{
    AUTO(buf_free) struct buf key = {0};
    context_key(r, sha, name, &key);
    return map_get(&r->by_context, buf_view(&key));
}

struct lab_context *repo_context(struct lab_world *w, struct lab_repo *r, struct sv sha, struct sv name)
{
    struct lab_context *c = repo_context_find(r, sha, name);
    if (!c) {
        AUTO(buf_free) struct buf key = {0};
        context_key(r, sha, name, &key);
        c = arena_new(&w->arena, sizeof *c);
        c->sha = arena_dup(&w->arena, sha);
        map_put(&r->by_context, buf_view(&key), c);
        VEC_PUSH(&r->contexts, c);
    }
    if (!c->name || !sv_is(name, c->name))
        c->name = arena_dup(&w->arena, name);
    return c;
}

struct lab_status *context_add(struct lab_world *w, struct lab_context *c, msec_t now)
{
    struct lab_status *s = arena_new(&w->arena, sizeof *s);
    s->id = ++w->last_status;
    s->created = s->updated = now;
    VEC_PUSH(&c->rows, s);
    return s;
}

void status_set(struct lab_world *w, struct lab_context *c, struct lab_status *s, struct sv state,
                struct sv description, struct sv target_url)
{
    s->state = arena_dup(&w->arena, state);
    if (description.p)
        s->description = arena_dup(&w->arena, description);
    if (target_url.p)
        s->target_url = arena_dup(&w->arena, target_url);
    VEC_PUSH(&c->history, s->state);
}

struct lab_status *context_last(const struct lab_context *c)
{
    return c->rows.at[c->rows.n - 1];
}

struct lab_pipeline *repo_pipeline(struct lab_world *w, struct lab_repo *r, struct sv sha, struct sv ref)
{
    for (size_t i = r->pipelines.n; i-- > 0;) {
        struct lab_pipeline *p = r->pipelines.at[i];
        if (sv_is(sha, p->sha) && (!ref.n || sv_is(ref, p->ref)))
            return p;
    }
    struct lab_pipeline *p = arena_new(&w->arena, sizeof *p);
    p->id = ++w->last_pipeline;
    p->sha = arena_dup(&w->arena, sha);
    p->ref = arena_dup(&w->arena, ref.n ? ref : SV("main"));
    VEC_PUSH(&r->pipelines, p);
    return p;
}

/* ---- issues and labels ---- */

struct lab_issue *issue_add(struct lab_world *w, struct lab_repo *r, struct sv title, struct sv body, msec_t now)
{
    struct lab_issue *i = arena_new(&w->arena, sizeof *i);
    i->id = ++w->last_issue;
    i->number = (int64_t)r->issues.n + 1;
    i->title = arena_dup(&w->arena, title);
    i->body = arena_dup(&w->arena, body);
    i->created = i->updated = now;
    VEC_PUSH(&r->issues, i);
    return i;
}

struct lab_issue *issue_find(const struct lab_repo *r, struct sv number)
{
    int64_t n;
    if (!sv_int(number, &n) || n < 1 || n > (int64_t)r->issues.n)
        return NULL;
    return r->issues.at[n - 1];
}

struct lab_label *label_find(const struct lab_repo *r, struct sv name)
{
    for (size_t i = 0; i < r->labels.n; i++)
        if (sv_ieq(name, sv_of(r->labels.at[i]->name)))
            return r->labels.at[i];
    return NULL;
}

struct lab_label *label_find_id(const struct lab_repo *r, int64_t id)
{
    for (size_t i = 0; i < r->labels.n; i++)
        if (r->labels.at[i]->id == id)
            return r->labels.at[i];
    return NULL;
}

struct lab_label *label_add(struct lab_world *w, struct lab_repo *r, struct sv name, struct sv color,
                            struct sv description)
{
    struct lab_label *l = arena_new(&w->arena, sizeof *l);
    l->id = ++w->last_label;
    l->name = arena_dup(&w->arena, name);
    l->color = arena_dup(&w->arena, color.n ? color : SV("ededed"));
    l->description = arena_dup(&w->arena, description);
    VEC_PUSH(&r->labels, l);
    return l;
}

bool issue_has_label(const struct lab_issue *i, struct sv name)
{
    for (size_t k = 0; k < i->labels.n; k++)
        if (sv_ieq(name, sv_of(i->labels.at[k]->name)))
            return true;
    return false;
}

void issue_label(struct lab_issue *i, struct lab_label *l)
{
    if (!issue_has_label(i, sv_of(l->name)))
        VEC_PUSH(&i->labels, l);
}

void issue_unlabel(struct lab_issue *i, struct sv name)
{
    for (size_t k = i->labels.n; k-- > 0;)
        if (sv_ieq(name, sv_of(i->labels.at[k]->name)))
            VEC_REMOVE(&i->labels, k);
}

void issue_close(struct lab_issue *i, msec_t now)
{
    if (!i->closed)
        i->closed_at = now;
    i->closed = true;
}

void issue_reopen(struct lab_issue *i)
{
    i->closed = false;
    i->closed_at = 0;
}

/* ---- for tests ---- */

static void put_context(const struct lab_repo *r, const struct lab_context *c, struct jout *j)
{
    const struct lab_status *s = context_last(c);
    jout_open(j, '{');
    jout_kstrz(j, "forge", lab_forge_names[r->forge]);
    jout_kstrz(j, "repo", r->path);
    jout_kstrz(j, "sha", c->sha);
    jout_kstrz(j, "context", c->name);
    jout_kstrz(j, "state", s->state);
    jout_kstrz(j, "description", s->description);
    jout_kstrz(j, "target_url", s->target_url);
    jout_kint(j, "count", (int64_t)c->history.n);
    jout_kint(j, "rows", (int64_t)c->rows.n);
    jout_key(j, "history");
    jout_open(j, '[');
    for (size_t i = 0; i < c->history.n; i++)
        jout_strz(j, c->history.at[i]);
    jout_close(j, ']');
    jout_close(j, '}');
}

/* What stands behind "fettle:fp=" in a hidden line, up to the blank. */
static struct sv marker_of(const char *body)
{
    static const char begin[] = "<!-- fettle:fp=";
    struct sv s = sv_of(body);
    ptrdiff_t at = sv_find(s, sv_of(begin));
    if (at < 0)
        return SV_NONE;
    s = sv_from(s, (size_t)at + strlen(begin));
    ptrdiff_t end = sv_find(s, SV(" -->"));
    return end < 0 ? SV_NONE : sv_cut(s, (size_t)end);
}

static void put_issue(const struct lab_repo *r, const struct lab_issue *i, struct jout *j)
{
    jout_open(j, '{');
    jout_kstrz(j, "forge", lab_forge_names[r->forge]);
    jout_kstrz(j, "repo", r->path);
    jout_kint(j, "number", i->number);
    jout_kstrz(j, "title", i->title);
    jout_kstr(j, "marker", marker_of(i->body));
    jout_kstrz(j, "state", i->closed ? "closed" : "open");
    jout_key(j, "labels");
    jout_open(j, '[');
    for (size_t k = 0; k < i->labels.n; k++)
        jout_strz(j, i->labels.at[k]->name);
    jout_close(j, ']');
    jout_close(j, '}');
}

const struct lab_member *member_find(const struct lab_repo *r, struct sv login, int64_t id)
{
    for (size_t i = 0; i < r->members.n; i++)
        if (login.p ? sv_ieq(login, sv_of(r->members.at[i]->login)) : r->members.at[i]->id == id)
            return r->members.at[i];
    return NULL;
}

void member_set(struct lab_world *w, struct lab_repo *r, struct sv login, int64_t id, enum member_level level)
{
    struct lab_member *m = (struct lab_member *)member_find(r, login, id);
    if (!m) {
        m = arena_new(&w->arena, sizeof *m);
        m->login = arena_dup(&w->arena, login);
        VEC_PUSH(&r->members, m);
    }
    m->id = id;
    m->level = level;
}

void world_mint(struct lab_world *w, struct sv text, msec_t now, msec_t expires)
{
    struct lab_token *t = arena_new(&w->arena, sizeof *t);
    t->text = arena_dup(&w->arena, text);
    t->minted = now;
    t->expires = expires;
    VEC_PUSH(&w->tokens, t);
}

const struct lab_token *world_token(const struct lab_world *w, struct sv text)
{
    for (size_t i = w->tokens.n; i-- > 0;)
        if (sv_is(text, w->tokens.at[i]->text))
            return w->tokens.at[i];
    return NULL;
}

void world_state(const struct lab_world *w, struct buf *out)
{
    struct jout j = {.buf = out};
    jout_open(&j, '{');
    jout_key(&j, "statuses");
    jout_open(&j, '[');
    for (size_t i = 0; i < w->repos.n; i++)
        for (size_t k = 0; k < w->repos.at[i]->contexts.n; k++)
            put_context(w->repos.at[i], w->repos.at[i]->contexts.at[k], &j);
    jout_close(&j, ']');
    jout_key(&j, "issues");
    jout_open(&j, '[');
    for (size_t i = 0; i < w->repos.n; i++)
        for (size_t k = 0; k < w->repos.at[i]->issues.n; k++)
            if (!w->repos.at[i]->issues.at[k]->change)
                put_issue(w->repos.at[i], w->repos.at[i]->issues.at[k], &j);
    jout_close(&j, ']');
    jout_key(&j, "checks");
    jout_open(&j, '[');
    for (size_t i = 0; i < w->repos.n; i++)
        for (size_t k = 0; k < w->repos.at[i]->checks.n; k++)
            check_state(w->repos.at[i], w->repos.at[i]->checks.at[k], &j);
    jout_close(&j, ']');
    changes_state(w, &j);
    comments_state(w, &j);
    starts_state(w, &j);
    hooks_state(w, &j);
    jout_close(&j, '}');
    buf_chr(out, '\n');
}
