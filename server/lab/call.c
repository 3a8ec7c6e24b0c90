/* SPDX-License-Identifier: Apache-2.0 */
#include "server/lab/call.h"
#include "fmt/enc.h"

const struct lab_dialect *lab_dialect(enum lab_forge forge)
{
    static const struct lab_dialect *const all[LAB_FORGES] = {&lab_github, &lab_gitlab, &lab_gitea};
    return all[forge];
}

bool lab_route(struct sv target, enum lab_forge *ret_forge, struct sv *ret_rest)
{
    static const char *const roots[] = {"/repos/", "/repositories/", "/user",    "/rate_limit", "/orgs/",
                                        "/app",    "/installation",  "/graphql", "/search/",    "/api/graphql"};
    for (size_t i = 0; i < LAB_FORGES; i++) {
        struct sv name = sv_of(lab_forge_names[i]);
        if (!sv_starts(target, SV("/")) || !sv_starts(sv_from(target, 1), name))
            continue;
        *ret_rest = sv_from(target, name.n + 1);
        *ret_forge = (enum lab_forge)i;
        if (ret_rest->n == 0 || ret_rest->p[0] == '/')
            return true;
    }
    for (size_t i = 0; i < ARRAY_LEN(roots); i++)
        if (sv_starts(target, sv_of(roots[i]))) {
            *ret_forge = LAB_GITHUB;
            *ret_rest = target;
            return true;
        }
    return false;
}

/* ---- taking apart ---- */

static struct sv decoded(struct lab_call *c, struct sv text)
{
    AUTO(buf_free) struct buf b = {0};
    return url_get(text, &b) ? arena_sv(c->arena, buf_view(&b)) : text;
}

static void parse_query(struct lab_call *c, struct sv query)
{
    struct sv part;
    while (c->n_params < LAB_PARAMS && sv_next(&query, '&', &part)) {
        ptrdiff_t eq = sv_chr(part, '=');
        if (!part.n)
            continue;
        struct sv key = eq < 0 ? part : sv_cut(part, (size_t)eq);
        c->params[c->n_params].key = decoded(c, key);
        c->params[c->n_params++].value = decoded(c, eq < 0 ? SV("") : sv_from(part, (size_t)eq + 1));
    }
}

static void drop_segs(struct lab_call *c, size_t n)
{
    c->n_segs -= n;
    memmove(c->segs, c->segs + n, c->n_segs * sizeof c->segs[0]);
}

static void set_repo(struct lab_call *c, struct lab_repo *r, struct sv asked)
{
    c->repo = r && !r->deleted ? r : NULL;
    c->moved = c->repo && asked.p && !sv_is(asked, r->path);
}

static void find_by_id(struct lab_call *c, const char *noun)
{
    int64_t id;
    if (sv_int(c->segs[1], &id))
        set_repo(c, world_repo_by_id(c->world, c->forge, id), SV_NONE);
    c->own_path = arena_fmt(c->arena, "/%s/%lld", noun, (long long)(c->repo ? c->repo->id : 0));
    drop_segs(c, 2);
}

static void find_repo(struct lab_call *c)
{
    int64_t id;
    bool lab = c->forge == LAB_GITLAB;
    if (lab && c->n_segs >= 2 && sv_is(c->segs[0], "projects") && !sv_int(c->segs[1], &id)) {
        struct lab_repo *r = world_repo(c->world, c->forge, c->segs[1]);
        set_repo(c, r, c->segs[1]);
        c->own_path = arena_fmt(c->arena, "/projects/%lld", (long long)r->id);
        drop_segs(c, 2);
    } else if (lab && c->n_segs >= 2 && sv_is(c->segs[0], "projects")) {
        find_by_id(c, "projects");
    } else if (c->forge == LAB_GITHUB && c->n_segs >= 2 && sv_is(c->segs[0], "repositories")) {
        find_by_id(c, "repositories");
    } else if (!lab && c->n_segs >= 3 && sv_is(c->segs[0], "repos")) {
        struct sv owner = c->segs[1], name = c->segs[2];
        /* A renamed repository is the same one under its new name. */
        if (sv_ends(name, SV("-renamed")))
            name = sv_cut(name, name.n - strlen("-renamed"));
        char *path = arena_fmt(c->arena, "%.*s/%.*s", SV_ARG(owner), SV_ARG(name));
        struct lab_repo *r = world_repo(c->world, c->forge, sv_of(path));
        set_repo(c, r, sv_of(path));
        c->own_path = c->forge == LAB_GITHUB ? arena_fmt(c->arena, "/repositories/%lld", (long long)r->id)
                      : c->moved             ? arena_fmt(c->arena, "/repos/%s", r->path)
                                 : arena_fmt(c->arena, "/repos/%.*s/%.*s", SV_ARG(owner), SV_ARG(c->segs[2]));
        drop_segs(c, 3);
    }
}

void call_parse(struct lab_call *c)
{
    const char *prefix = lab_dialect(c->forge)->prefix;
    ptrdiff_t mark = sv_chr(c->path, '?');
    struct sv path = mark < 0 ? c->path : sv_cut(c->path, (size_t)mark), part;
    if (mark >= 0)
        parse_query(c, sv_from(c->path, (size_t)mark + 1));
    if (sv_starts(path, sv_of(prefix)))
        path = sv_from(path, strlen(prefix));
    else if (c->forge != LAB_GITHUB)
        path = SV("");
    if (c->forge == LAB_GITHUB && sv_starts(path, SV("/api/v3/"))) /* as an Enterprise Server has it */
        path = sv_from(path, strlen("/api/v3"));
    path = sv_from(path, 1);
    while (c->n_segs < LAB_SEGMENTS && sv_next(&path, '/', &part))
        c->segs[c->n_segs++] = decoded(c, part);
    find_repo(c);
}

static const struct {
    enum lab_forge forge;
    enum lab_where where;
    const struct lab_row *rows;
} resources[] = {
#define RESOURCE(forge, where, name) {forge, where, name},
#include "server/lab/resources.def"
#undef RESOURCE
};

static bool matches(const struct lab_call *c, const struct lab_row *row)
{
    struct sv rest = sv_of(row->pattern), part;
    size_t i = 0;
    if (!sv_is(c->method, row->method))
        return false;
    for (; rest.n && sv_next(&rest, '/', &part); i++)
        if (sv_is(part, "**"))
            return i < c->n_segs;
        else if (i >= c->n_segs || (!sv_is(part, "*") && !sv_eq(part, c->segs[i])))
            return false;
    return i == c->n_segs;
}

static lab_turn *find_turn(const struct lab_call *c)
{
    enum lab_where where = c->repo ? LAB_BELOW : LAB_TOP;
    if (c->moved)
        return lab_dialect(c->forge)->moved;
    if (!c->repo && c->own_path)
        return NULL;
    for (size_t i = 0; i < ARRAY_LEN(resources); i++)
        if (resources[i].forge == c->forge && resources[i].where == where)
            for (const struct lab_row *row = resources[i].rows; row->turn; row++)
                if (matches(c, row))
                    return row->turn;
    return NULL;
}

void call_run(struct lab_call *c)
{
    lab_turn *turn = find_turn(c);
    c->type = "application/json; charset=utf-8";
    if (c->bad_body)
        call_message(c, 400, "Problems parsing JSON");
    else if (turn)
        turn(c);
    else
        lab_dialect(c->forge)->missing(c);
}

void call_free(struct lab_call *c)
{
    buf_free(&c->headers);
    buf_free(&c->out);
}

/* ---- asking ---- */

struct sv call_param(const struct lab_call *c, const char *key)
{
    for (size_t i = 0; i < c->n_params; i++)
        if (sv_is(c->params[i].key, key))
            return c->params[i].value;
    return SV_NONE;
}

struct sv call_rest(const struct lab_call *c, size_t from)
{
    AUTO(buf_free) struct buf b = {0};
    for (size_t i = from; i < c->n_segs; i++) {
        buf_str(&b, i > from ? "/" : "");
        buf_sv(&b, c->segs[i]);
    }
    return arena_sv(c->arena, buf_view(&b));
}

void call_location(const struct lab_call *c, struct buf *out)
{
    ptrdiff_t mark = sv_chr(c->path, '?');
    buf_fmt(out, "%.*s%s%s", SV_ARG(c->base), lab_dialect(c->forge)->prefix, c->own_path);
    for (size_t i = 0; i < c->n_segs; i++) {
        buf_chr(out, '/');
        url_put(out, c->segs[i]);
    }
    if (mark >= 0)
        buf_sv(out, sv_from(c->path, (size_t)mark));
}

struct sv call_text(const struct lab_call *c, const char *key)
{
    const struct jval *v = jval_get(c->body, key);
    return v ? jval_str(v) : call_param(c, key);
}

int64_t call_number(const struct lab_call *c, const char *key, int64_t otherwise)
{
    int64_t n;
    if (jval_int(jval_get(c->body, key), &n) || sv_int(call_param(c, key), &n))
        return n;
    return otherwise;
}

/* ---- answering ---- */

struct jout *call_open(struct lab_call *c, int status)
{
    c->status = status;
    c->j = (struct jout){.buf = &c->out};
    return &c->j;
}

void call_message(struct lab_call *c, int status, const char *message)
{
    struct jout *j = call_open(c, status);
    jout_open(j, '{');
    jout_kstrz(j, "message", message);
    jout_close(j, '}');
}

void call_time(struct lab_call *c, const char *key, msec_t at)
{
    struct jout *j = &c->j;
    char text[25];
    when_text(at, text);
    struct sv s = sv_of(text);
    AUTO(buf_free) struct buf whole = {0};
    if (c->forge != LAB_GITLAB) {
        buf_sv(&whole, sv_cut(s, 19));
        buf_chr(&whole, 'Z');
        s = buf_view(&whole);
    }
    jout_kstr(j, key, at ? s : SV_NONE);
}

void call_user(struct lab_call *c, const char *key)
{
    struct jout *j = &c->j;
    if (key)
        jout_key(j, key);
    jout_open(j, '{');
    jout_kint(j, "id", 1);
    jout_kstrz(j, c->forge == LAB_GITLAB ? "username" : "login", "lab-bot");
    if (c->forge == LAB_GITHUB)
        jout_kstrz(j, "type", "Bot");
    if (c->forge == LAB_GITLAB)
        jout_kstrz(j, "name", "Lab Bot");
    jout_close(j, '}');
}
