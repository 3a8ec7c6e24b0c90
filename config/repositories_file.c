/* SPDX-License-Identifier: Apache-2.0 */
#include "config/sections.h"
#include "base/map.h"
#include "config/cycle.h"
#include "config/objects.h"

enum { REPOS_MAX = 10000 };

struct raw_repo { /* one entry as written */
    const char *name, *branch, *url;
    const struct ynode *node, *name_node, *id, *dependencies;
    struct names deps;
};

struct repos_reading {
    struct reading *r;
    const struct conf *conf;
    struct repo_set *set;
    struct raw_repo *raw; /* beside set->at, same index */
    struct map by_alias, by_id;
    const char **aliases; /* for suggestions; n = set->n */
    struct edges *edges;
};

static bool has_scheme(struct sv s)
{
    return sv_starts(s, SV("https://")) || sv_starts(s, SV("http://")) || sv_starts(s, SV("ssh://")) ||
           sv_starts(s, SV("file:///"));
}

/* "git@host:path": a user, a host, a colon and no slash before it. */
static bool is_scp_form(struct sv s)
{
    ptrdiff_t at = sv_chr(s, '@'), colon = sv_chr(s, ':'), slash = sv_chr(s, '/');
    return at > 0 && colon > at + 1 && (slash < 0 || slash > colon) && is_word(sv_cut(s, (size_t)at), "._-") &&
           is_word(sv_cut(sv_from(s, (size_t)at + 1), (size_t)(colon - at - 1)), "._-");
}

/* user:password@ in front of the host. */
static bool has_password(struct sv s)
{
    ptrdiff_t at = sv_find(s, SV("://"));
    struct sv host = sv_from(s, at < 0 ? s.n : (size_t)at + 3);
    ptrdiff_t slash = sv_chr(host, '/');
    host = slash < 0 ? host : sv_cut(host, (size_t)slash);
    ptrdiff_t user_end = sv_rchr(host, '@');
    return user_end >= 0 && sv_chr(sv_cut(host, (size_t)user_end), ':') >= 0;
}

static void git_url_key(struct reading *r, const struct ynode *n, void *into)
{
    const char *s;
    if (!node_name(r, n, "\"url\"", &s))
        return;
    if (has_password(n->text))
        say_hidden(r, n, "plain-secret", "a password is never written into \"url\": git uses the forge's token");
    else if (has_scheme(n->text) || s[0] == '/' || is_scp_form(n->text))
        *(const char **)into = s;
    else if (r->dir && (sv_starts(n->text, SV("./")) || sv_starts(n->text, SV("../"))))
        *(const char **)into = arena_fmt(r->arena, "%s/%s", r->dir, s);
    else
        say(r, n, "bad-url", "\"url\" must be https://…, ssh://…, git@host:path, file:///… or a path");
}

static void branch_key(struct reading *r, const struct ynode *n, void *into)
{
    const char *s;
    if (!node_name(r, n, "\"default_branch\"", &s))
        return;
    if (s[0] == '-' || sv_find(n->text, SV("..")) >= 0 || strpbrk(s, " ~^:?*[\\") || sv_starts(n->text, SV("refs/")))
        say(r, n, "bad-value", "\"%s\" is no name of a branch", s);
    else
        *(const char **)into = s;
}

static void deps_key(struct reading *r, const struct ynode *n, void *into)
{
    struct raw_repo *raw = into;
    raw->dependencies = n;
    /* An empty list is what people write for "none". */
    if (n->kind == Y_SEQ && n->n == 0)
        return;
    (void)node_names(r, n, "\"dependencies\"", &raw->deps);
}

static const struct shape shape_repo_id = {
    SHAPE_TEXT, .pattern = "^[A-Za-z0-9_][A-Za-z0-9._-]*:[A-Za-z0-9_][A-Za-z0-9._/-]*$", .looks = "forge:path"};
static const struct shape shape_branch = {
    SHAPE_TEXT, .pattern = "^(?!-|refs/)(?!.*\\.\\.)[^ ~^:?*\\[\\\\\\u0000-\\u001f\\u007f]{1,255}$",
    .looks = "a branch"};
static const struct shape shape_dependencies = {SHAPE_NAMES, .max = 1000, .of = &shape_alias, .looks = "aliases"};

#define AT(member) .at = offsetof(struct raw_repo, member)
static const struct field repo_fields[] = {
    {"name", F_READ, .read = field_keep, AT(name_node), .shape = &shape_alias, .required = true,
     .doc = "alias used in workflows"},
    {"id", F_READ, .read = field_keep, AT(id), .shape = &shape_repo_id, .required = true, .doc = "forge:path"},
    {"url", F_READ, .read = git_url_key, AT(url), .shape = &shape_line,
     .doc = "what git fetches; default from the forge"},
    {"default_branch", F_READ, .read = branch_key, AT(branch), .shape = &shape_branch, .preset = "main",
     .doc = "its main line"},
    {"dependencies", F_READ, .read = deps_key, .shape = &shape_dependencies, .doc = "a change there concerns this one"},
};

static bool path_is_ok(struct sv path)
{
    struct sv part;
    bool ok = path.n > 0 && path.n <= 255 && !sv_ends(path, SV("/"));
    while (ok && sv_next(&path, '/', &part))
        ok = is_word(part, "._-");
    return ok;
}

static void check_forge(struct repos_reading *q, const struct ynode *n, const char *forge)
{
    const char *names[64];
    size_t count = 0;
    if (!q->conf || conf_forge_by_name(q->conf, sv_of(forge)))
        return;
    for (; count < q->conf->n_forges && count < ARRAY_LEN(names); count++)
        names[count] = q->conf->forges[count].name;
    say(q->r, n, "unknown-forge", "the server file has no forge \"%s\"%s", forge,
        did_you_mean(q->r, sv_of(forge), names, count));
}

static void read_id(struct repos_reading *q, const struct ynode *n, struct repo *x)
{
    struct sv s;
    if (!node_text(q->r, n, "\"id\"", &s))
        return;
    ptrdiff_t colon = sv_chr(s, ':');
    struct sv path = colon < 0 ? SV("") : sv_from(s, (size_t)colon + 1);
    if (colon < 0 || !is_word(sv_cut(s, (size_t)colon), "._-") || !path_is_ok(path)) {
        say(q->r, n, "bad-id", "\"id\" must be forge:path, like github:acme/backend");
        return;
    }
    x->id = s.p;
    x->forge = arena_dup(q->r->arena, sv_cut(s, (size_t)colon));
    x->path = arena_dup(q->r->arena, path);
    check_forge(q, n, x->forge);
    if (map_put(&q->by_id, s, x))
        say(q->r, n, "duplicate", "the repository %s stands further up already", x->id);
}

static void read_alias(struct repos_reading *q, const struct ynode *n, struct repo *x)
{
    struct sv s;
    if (!node_text(q->r, n, "\"name\"", &s))
        return;
    if (!is_word(s, "._-")) {
        say(q->r, n, "bad-name", "a repository's name is made of letters, digits and ._-");
        return;
    }
    x->alias = s.p;
    if (map_put(&q->by_alias, s, x))
        say(q->r, n, "duplicate", "the name \"%s\" is taken by a repository further up", s.p);
}

/* Calls of its hooks name the folder, and nothing else says where it is. */
static void check_local(struct repos_reading *q, const struct ynode *n, const struct raw_repo *raw, struct repo *x)
{
    const struct conf_forge *f = q->conf && x->forge ? conf_forge_by_name(q->conf, sv_of(x->forge)) : NULL;
    if (!f || !f->ops || !f->ops->local)
        return;
    x->local = true;
    if (!ynode_get(n, "url"))
        say(q->r, raw->id, "missing-key", "a repository of this machine needs \"url\": the path of its folder");
    else if (raw->url && raw->url[0] != '/')
        say(q->r, ynode_get(n, "url"), "bad-url",
            "\"url\" of a repository of this machine is the path of its folder, like /srv/git/%s.git", x->path);
}

static void read_repo(struct repos_reading *q, const struct ynode *n)
{
    struct raw_repo *raw = &q->raw[q->set->n];
    struct repo *x = &q->set->at[q->set->n];
    FIELDS_READ(q->r, n, "a repository", repo_fields, raw);
    if (n->kind != Y_MAP)
        return;
    raw->node = n;
    if (raw->name_node)
        read_alias(q, raw->name_node, x);
    if (raw->id)
        read_id(q, raw->id, x);
    x->url = raw->url;
    check_local(q, n, raw, x);
    x->default_branch = raw->branch;
    q->aliases[q->set->n++] = x->alias ? x->alias : "";
}

static size_t index_of(const struct repos_reading *q, const struct repo *x)
{
    return (size_t)(x - q->set->at);
}

static const struct repo *find_alias(struct repos_reading *q, const struct ynode *n)
{
    const struct repo *x = map_get(&q->by_alias, n->text);
    if (!x)
        say(q->r, n, "unknown-repository", "there is no repository \"%.*s\"%s", SV_ARG(sv_cut_chars(n->text, 60)),
            did_you_mean(q->r, n->text, q->aliases, q->set->n));
    return x;
}

static void link_repo(struct repos_reading *q, size_t i)
{
    struct raw_repo *raw = &q->raw[i];
    struct edges *e = &q->edges[i];
    q->set->at[i].dependencies = raw->deps.at;
    q->set->at[i].n_dependencies = raw->deps.n;
    e->to = arena_new(q->r->arena, (raw->deps.n + 1) * sizeof *e->to);
    for (size_t k = 0; k < raw->deps.n; k++) {
        const struct repo *to = find_alias(q, raw->deps.nodes[k]);
        if (to)
            e->to[e->n++] = index_of(q, to);
    }
}

static void say_cycle(void *ctx, const size_t *path, size_t n)
{
    struct repos_reading *q = ctx;
    const struct raw_repo *raw = &q->raw[path[n - 2]];
    const char *to = q->aliases[path[n - 1]];
    for (size_t i = 0; i < raw->deps.n; i++)
        if (strcmp(raw->deps.at[i], to) == 0)
            say(q->r, raw->deps.nodes[i], "cycle", "repositories depend on each other in a circle: %s",
                cycle_text(q->r->arena, q->aliases, path, n));
}

static void read_repos(struct reading *r, const struct ynode *n, void *into)
{
    struct repos_reading *q = into;
    if (!want_seq(r, n, "\"repositories\""))
        return;
    if (n->n > REPOS_MAX) {
        say(r, n, "too-large", "there are more than %d repositories", REPOS_MAX);
        return;
    }
    q->set->at = arena_new(r->arena, (n->n + 1) * sizeof *q->set->at);
    q->raw = arena_new(r->arena, (n->n + 1) * sizeof *q->raw);
    q->aliases = arena_new(r->arena, (n->n + 1) * sizeof *q->aliases);
    q->edges = arena_new(r->arena, (n->n + 1) * sizeof *q->edges);
    for (size_t i = 0; i < n->n; i++)
        read_repo(q, n->items[i]);
    for (size_t i = 0; i < q->set->n; i++)
        link_repo(q, i);
    cycles_each(q->edges, q->set->n, say_cycle, q);
}

struct raw_cross {
    const char *name;
    const struct ynode *name_node, *repositories;
    enum coordination coordination;
};

static const char *const coordination_words[] = {"", "sequential", "parallel", NULL};

static void coordination_key(struct reading *r, const struct ynode *n, void *into)
{
    coordination_read(r, n, into);
}

void coordination_read(struct reading *r, const struct ynode *n, enum coordination *ret)
{
    struct sv s;
    if (!node_text(r, n, "\"coordination\"", &s))
        return;
    if (sv_is(s, "sequential"))
        *ret = COORD_SEQUENTIAL;
    else if (sv_is(s, "parallel"))
        *ret = COORD_PARALLEL;
    else
        say(r, n, "bad-value", "\"coordination\" must be one of: sequential, parallel%s",
            did_you_mean(r, s, coordination_words + 1, 2));
}

static const struct field cross_fields[] = {
    {"name", F_READ, .read = field_keep, .shape = &shape_alias, .at = offsetof(struct raw_cross, name_node),
     .required = true, .doc = "names .fettle/workflows/<name>.yml"},
    {"repositories", F_READ, .read = field_keep, .at = offsetof(struct raw_cross, repositories),
     .shape = &shape_aliases, .required = true, .doc = "aliases"},
    {"coordination", F_READ, .read = coordination_key, .at = offsetof(struct raw_cross, coordination),
     .shape = &shape_coordination, .doc = "sequential or parallel"},
};

static void read_cross_repos(struct repos_reading *q, const struct ynode *n, struct cross_workflow *w)
{
    struct names names;
    if (!node_names(q->r, n, "\"repositories\"", &names))
        return;
    for (size_t i = 0; i < names.n; i++)
        (void)find_alias(q, names.nodes[i]);
    w->repositories = names.at;
    w->n_repositories = names.n;
}

static void read_cross_name(struct repos_reading *q, const struct ynode *n, struct cross_workflow *w)
{
    struct sv s;
    if (!node_text(q->r, n, "\"name\"", &s))
        return;
    /* It becomes the name of a file. */
    if (!is_word(s, "._-"))
        say(q->r, n, "bad-name", "the name of a workflow here is made of letters, digits and ._-");
    for (size_t i = 0; i < q->set->n_cross; i++)
        if (q->set->cross[i].name && sv_is(s, q->set->cross[i].name))
            say(q->r, n, "duplicate", "the workflow \"%s\" stands further up already", s.p);
    w->name = s.p;
}

static void read_cross(struct repos_reading *q, const struct ynode *n)
{
    struct raw_cross raw = {.coordination = COORD_PARALLEL};
    struct cross_workflow *w = &q->set->cross[q->set->n_cross];
    FIELDS_READ(q->r, n, "a cross-repository workflow", cross_fields, &raw);
    if (raw.name_node)
        read_cross_name(q, raw.name_node, w);
    if (raw.repositories)
        read_cross_repos(q, raw.repositories, w);
    w->coordination = raw.coordination;
    q->set->n_cross++;
}

static const struct object repo_object = {OBJECT("repository", "a repository", repo_fields)};
static const struct object cross_object = {OBJECT("cross-workflow", "a cross-repository workflow", cross_fields)};
static const struct shape shape_repo = {SHAPE_OBJECT, .object = &repo_object};
static const struct shape shape_cross = {SHAPE_OBJECT, .object = &cross_object};
static const struct shape shape_repos = {SHAPE_LIST, .null = true, .max = REPOS_MAX, .of = &shape_repo};
static const struct shape shape_crosses = {SHAPE_LIST, .null = true, .max = 1000, .of = &shape_cross};
static const struct field file_fields[] = {
    {"repositories", F_READ, .read = read_repos, .shape = &shape_repos, .doc = "the repositories"},
    {"cross_repo_workflows", F_READ, .read = field_skip, .shape = &shape_crosses,
     .doc = "the short form of a workflow over repositories"},
};

const struct object repositories_object = {OBJECT("repositories", "the repositories file", file_fields)};

static void read_all_cross(struct repos_reading *q, const struct ynode *n)
{
    if (ynode_is_null(n) || !want_seq(q->r, n, "\"cross_repo_workflows\""))
        return;
    if (n->n > 1000) {
        say(q->r, n, "too-large", "there are more than 1000 workflows");
        return;
    }
    q->set->cross = arena_new(q->r->arena, (n->n + 1) * sizeof *q->set->cross);
    for (size_t i = 0; i < n->n; i++)
        read_cross(q, n->items[i]);
}

void repositories_file_read(struct reading *r, const struct conf *c, struct repo_set *ret)
{
    struct repos_reading q = {.r = r, .conf = c, .set = ret};
    const struct ynode *root;
    *ret = (struct repo_set){0};
    if (!reading_parse(r, &root) || !root)
        return;
    FIELDS_READ(r, root, "the repositories file", file_fields, &q);
    /* Behind the repositories, wherever it stands: it speaks of their names. */
    if (ynode_get(root, "cross_repo_workflows"))
        read_all_cross(&q, ynode_get(root, "cross_repo_workflows"));
    map_free(&q.by_alias);
    map_free(&q.by_id);
    problems_sort(r->problems, r->first);
}
