/* SPDX-License-Identifier: Apache-2.0 */
/* What every route can answer is said here and not in the rows: 401 and 403 by the gate (gate.h); 400 where a query is
 * read or a body is decoded; 404 where a path has a place in it; 413 where a body is read. */
#include "server/api/openapi.h"
#include <stdio.h>
#include "fmt/json.h"
#include "server/api/params.h"
#include "server/api/schemas.h"

static const char about[] =
    "Everything about fettle's deliveries, runs and effects, and what can be done about them. Ids are texts, times "
    "RFC 3339. Members may be added; those that are here stay. Lists answer a page, and in `next` the cursor of the "
    "one behind it: null at the end. A page of a filtered list can be short or empty and yet have a `next`: so much "
    "was looked through. Who calls shows a token with the scope that the operation names, or the cookie of a session; "
    "over the local socket, and from the machine itself over a listener that is for it alone, none is needed. What "
    "changes something by a cookie has the header X-Fettle-CSRF with the word of GET /api/v1/session, and an Origin "
    "that is ours. Errors are problem documents (RFC "
    "9457). What is no whole request, or is too large, never comes to an operation and is answered with a line of "
    "plain text: 400, 408, 411, 413, 414, 417, 431, 501, 505.";

struct writer {
    struct jout j;
    const struct api_route *route;
    struct err *e;
};

static bool next_place(struct sv *path, struct sv *ret)
{
    ptrdiff_t open = sv_chr(*path, '{'), end;
    if (open < 0)
        return false;
    *path = sv_from(*path, (size_t)open + 1);
    end = sv_chr(*path, '}');
    *ret = sv_cut(*path, (size_t)(end < 0 ? 0 : end));
    *path = sv_from(*path, ret->n);
    return true;
}

static int put_params(struct writer *w)
{
    struct jout *j = &w->j;
    struct sv path = sv_of(w->route->path), rest = sv_of(w->route->params), word;
    jout_key(j, "parameters");
    jout_open(j, '[');
    while (next_place(&path, &word)) {
        jout_open(j, '{');
        jout_kstr(j, "name", word);
        jout_kstrz(j, "in", "path");
        jout_kbool(j, "required", true);
        jout_key(j, "schema");
        if (api_type_put(sv_is(word, "id") ? SV("id") : SV("text"), j, w->e) < 0)
            return -1;
        jout_close(j, '}');
    }
    while (sv_next(&rest, ' ', &word)) {
        if (!api_param_find(word))
            return err_set(w->e, ERR_BUG, "%s: no parameter \"%.*s\"", w->route->path, SV_ARG(word));
        api_param_put(word, j);
    }
    jout_close(j, ']');
    return 0;
}

static int put_content(struct writer *w, struct sv type, const char *media)
{
    struct jout *j = &w->j;
    bool plain = sv_chr(type, '/') >= 0;
    jout_key(j, "content");
    jout_open(j, '{');
    jout_keyv(j, plain ? type : sv_of(media));
    jout_open(j, '{');
    if (!plain) {
        jout_key(j, "schema");
        if (api_type_put(type, j, w->e) < 0)
            return err_add(w->e, "%s", w->route->path);
    }
    jout_close(j, '}');
    jout_close(j, '}');
    return 0;
}

static int put_body(struct writer *w)
{
    if (!w->route->body)
        return 0;
    jout_key(&w->j, "requestBody");
    jout_open(&w->j, '{');
    if (put_content(w, sv_of(w->route->body), "application/json") < 0)
        return -1;
    jout_close(&w->j, '}');
    return 0;
}

static const char *meaning(int status)
{
    static const struct {
        int status;
        const char *text;
    } rows[] = {{200, "what was asked for"},
                {202, "accepted"},
                {400, "a parameter or the body is not in its form"},
                {401, "a token is needed, or the one shown is not known"},
                {403,
                 "the token or session has not the scope; or without one: not from this machine, or sent by a page of "
                 "another origin"},
                {404, "there is no such thing"},
                {409, "its state does not allow it"},
                {413, "the body is too large"},
                {422, "the body cannot mean anything here"},
                {429, "too many tries: Retry-After says when the next may be made"},
                {503, "the store cannot be read or written now; or not ready, or not alive"}};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        if (rows[i].status == status)
            return rows[i].text;
    return NULL;
}

static int put_answer(struct writer *w, int status, struct sv type)
{
    char key[8];
    struct jout *j = &w->j;
    if (!meaning(status))
        return err_set(w->e, ERR_BUG, "%s: no words for status %d", w->route->path, status);
    snprintf(key, sizeof key, "%d", status);
    jout_key(j, key);
    jout_open(j, '{');
    jout_kstrz(j, "description", meaning(status));
    int rc =
        type.n ? put_content(w, type, "application/json") : put_content(w, SV("problem"), "application/problem+json");
    jout_close(j, '}');
    return rc;
}

/* Those of the row, and with them, in order, what every such route can answer. */
static int put_answers(struct writer *w)
{
    const struct api_route *r = w->route;
    bool api = sv_starts(sv_of(r->path), SV("/api/")), reads = strcmp(r->method, "GET") == 0;
    bool gated = r->scope != API_PROBE;
    const bool common[] = {api && (r->params || r->body), gated, gated, strchr(r->path, '{') != NULL};
    static const int status[] = {400, 401, 403, 404};
    struct sv rest = sv_of(r->answers), one;
    jout_key(&w->j, "responses");
    jout_open(&w->j, '{');
    while (sv_next(&rest, ' ', &one)) {
        int64_t code = 0;
        if (!sv_int(sv_cut(one, 3), &code) || put_answer(w, (int)code, sv_from(one, 4)) < 0)
            return w->e->msg[0] ? -1 : err_set(w->e, ERR_BUG, "%s: \"%.*s\" is no answer", r->path, SV_ARG(one));
    }
    for (size_t i = 0; i < ARRAY_LEN(status); i++)
        if (common[i] && put_answer(w, status[i], SV_NONE) < 0)
            return -1;
    if (!reads && put_answer(w, 413, SV("text/plain")) < 0)
        return -1;
    jout_close(&w->j, '}');
    return 0;
}

static void put_lower(const char *method, struct buf *ret)
{
    for (const char *p = method; *p; p++)
        buf_chr(ret, (char)(*p + ('a' - 'A')));
}

/* "get_runs_id_journal" */
static void put_name(struct writer *w)
{
    AUTO(buf_free) struct buf name = {0};
    struct sv path = sv_of(w->route->path);
    path = sv_from(path, sv_starts(path, SV("/api/v1/")) ? 8 : 1);
    put_lower(w->route->method, &name);
    buf_chr(&name, '_');
    for (size_t i = 0; i < path.n; i++)
        if (path.p[i] != '{' && path.p[i] != '}')
            buf_chr(&name, path.p[i] == '/' || path.p[i] == '.' ? '_' : path.p[i]);
    jout_kstr(&w->j, "operationId", buf_view(&name));
}

static void put_way(struct writer *w, const char *scheme)
{
    struct jout *j = &w->j;
    jout_open(j, '{');
    jout_key(j, scheme);
    jout_open(j, '[');
    for (unsigned i = 0; api_scope_name[i]; i++)
        if (w->route->scope & (1u << i))
            jout_strz(j, api_scope_name[i]);
    jout_close(j, ']');
    jout_close(j, '}');
}

/* Nothing at all is the third way: from this machine, or where everybody may. A probe asks for none. */
static void put_scope(struct writer *w)
{
    jout_key(&w->j, "security");
    jout_open(&w->j, '[');
    if (w->route->scope != API_PROBE) {
        put_way(w, "token");
        put_way(w, "session");
        jout_raw(&w->j, SV("{}"));
    }
    jout_close(&w->j, ']');
}

static int put_operation(struct writer *w)
{
    struct jout *j = &w->j;
    AUTO(buf_free) struct buf method = {0};
    put_lower(w->route->method, &method);
    jout_key(j, method.p);
    jout_open(j, '{');
    put_name(w);
    jout_kstrz(j, "summary", w->route->doc);
    put_scope(w);
    if (put_params(w) < 0 || put_body(w) < 0 || put_answers(w) < 0)
        return -1;
    jout_close(j, '}');
    return 0;
}

/* The first row of a path writes all operations of it. */
static int put_paths(struct writer *w, const struct api_route *routes)
{
    jout_key(&w->j, "paths");
    jout_open(&w->j, '{');
    for (const struct api_route *r = routes; r->path; r++) {
        bool seen = false;
        for (const struct api_route *x = routes; x < r; x++)
            seen |= strcmp(x->path, r->path) == 0;
        if (seen)
            continue;
        jout_key(&w->j, r->path);
        jout_open(&w->j, '{');
        for (w->route = r; w->route->path; w->route++)
            if (strcmp(w->route->path, r->path) == 0 && put_operation(w) < 0)
                return -1;
        jout_close(&w->j, '}');
    }
    jout_close(&w->j, '}');
    return 0;
}

int openapi_write(const struct api_route *routes, struct buf *ret, struct err *e)
{
    struct writer w = {.j = {.buf = ret}, .e = e};
    struct jout *j = &w.j;
    e->msg[0] = 0;
    jout_open(j, '{');
    jout_kstrz(j, "openapi", "3.1.0");
    jout_key(j, "info");
    jout_open(j, '{');
    jout_kstrz(j, "title", "fettle");
    jout_kstrz(j, "version", FETTLE_VERSION);
    jout_kstrz(j, "description", about);
    jout_key(j, "license");
    jout_raw(j, SV("{\"name\":\"Apache-2.0\",\"identifier\":\"Apache-2.0\"}"));
    jout_close(j, '}');
    jout_key(j, "servers");
    jout_raw(j, SV("[{\"url\":\"/\"}]"));
    if (put_paths(&w, routes) < 0)
        return -1;
    jout_key(j, "components");
    jout_open(j, '{');
    jout_key(j, "securitySchemes");
    jout_raw(j,
             SV("{\"token\":{\"type\":\"http\",\"scheme\":\"bearer\",\"description\":\"`fettle token new NAME --scope "
                "SCOPE`\"},\"session\":{\"type\":\"apiKey\",\"in\":\"cookie\",\"name\":\"__Host-fettle\","
                "\"description\":\"POST /api/v1/session; over plain http its name is fettle\"}}"));
    jout_key(j, "schemas");
    jout_open(j, '{');
    if (api_schemas_put(j, e) < 0)
        return -1;
    jout_close(j, '}');
    jout_close(j, '}');
    jout_close(j, '}');
    buf_chr(ret, '\n');
    return 0;
}

void api_openapi(const struct api_call *c)
{
    AUTO(buf_free) struct buf b = {0};
    struct err e = {0};
    if (openapi_write(api_routes, &b, &e) < 0)
        api_problem(c, 500, "the description cannot be written", e.msg);
    else
        api_json(c, 200, buf_view(&b));
}
