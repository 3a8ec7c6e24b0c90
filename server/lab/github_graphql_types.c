/* SPDX-License-Identifier: Apache-2.0 */
/* The types of GitHub's GraphQL schema that the lab knows, each a table of its fields. */
#include "fmt/enc.h"
#include "server/lab/github_graphql.h"

static const struct gql_type repository_type, ref_type, object_type, refs_type, pulls_type, pull_type, page_info_type,
    rate_type, owner_type;

static void put_time(struct jout *j, msec_t at)
{
    char text[25];
    AUTO(buf_free) struct buf b = {0};
    buf_sv(&b, sv_cut(sv_of(when_text(at, text)), 19));
    buf_chr(&b, 'Z');
    jout_str(j, at ? buf_view(&b) : SV_NONE);
}

#define LEAF(name, write)                                                                                              \
    static bool name(struct gql_run *r, const struct gql_field *f, union gql_subject s)                                \
    {                                                                                                                  \
        struct jout *j = &r->c->j;                                                                                     \
        (void)f;                                                                                                       \
        (void)s;                                                                                                       \
        write;                                                                                                         \
        return true;                                                                                                   \
    }

/* ---- connections ---- */

/* The cursor in words nobody is to take apart. */
static const char *cursor_of(struct arena *a, struct sv key)
{
    AUTO(buf_free) struct buf b = {0}, text = {0};
    buf_str(&text, "cursor:v2:");
    buf_sv(&text, key);
    base64_put(&b, text.p, text.n);
    return arena_dup(a, buf_view(&b));
}

/* What stands in a cursor; absent: it is none of ours, and nothing is behind it. */
static struct sv key_of(struct arena *a, struct sv cursor)
{
    static const char mark[] = "cursor:v2:";
    uint8_t *bytes = arena_new(a, cursor.n + 1);
    size_t n = 0;
    struct sv text = base64_get(cursor, bytes, &n) ? sv_n((const char *)bytes, n) : SV_NONE;
    return sv_starts(text, sv_of(mark)) ? arena_sv(a, sv_from(text, strlen(mark))) : SV_NONE;
}

/* False after telling: how many are wanted is not said, or too many. */
static bool size_of(struct gql_run *r, const struct gql_field *f, size_t *ret)
{
    int64_t first = 0;
    AUTO(buf_free) struct buf text = {0};
    if (!gql_number(r, f, "first", &first)) {
        buf_fmt(&text, "You must provide a `first` or `last` value to properly paginate the `%.*s` connection.",
                SV_ARG(f->name));
        return gql_fails(r, "MISSING_PAGINATION_BOUNDARIES", f, text.p);
    }
    if (first < 1 || first > GQL_FIRST_MOST) {
        buf_fmt(&text, "Requesting %lld records on the `%.*s` connection exceeds the `first` limit of %d records.",
                (long long)first, SV_ARG(f->name), GQL_FIRST_MOST);
        return gql_fails(r, "EXCESSIVE_PAGINATION", f, text.p);
    }
    *ret = (size_t)first;
    r->connections++;
    r->nodes += first;
    return true;
}

static bool refs(struct gql_run *r, const struct gql_field *f, union gql_subject s)
{
    struct gql_page p = {.repo = s.repo};
    struct sv prefix = gql_text(r, f, "refPrefix"), after = gql_text(r, f, "after"), last = key_of(r->c->arena, after);
    struct lab_ref **all;
    size_t first, n, i = 0;
    if (!size_of(r, f, &first))
        return false;
    p.prefix = prefix.n;
    p.total = n = refs_below(s.repo, prefix, &all);
    /* By name, so that a branch that went away meanwhile hides no other. */
    while (after.n && i < n && (!last.p || strcmp(all[i]->name, arena_dup(r->c->arena, last)) <= 0))
        i++;
    for (; i < n && p.n < first; i++)
        p.items[p.n++].ref = all[i];
    p.more = i < n;
    p.end = p.n ? cursor_of(r->c->arena, sv_of(p.items[p.n - 1].ref->name)) : NULL;
    mem_free(all);
    return gql_select(r, &refs_type, f, (union gql_subject){.page = &p});
}

static bool is_wanted(struct gql_run *r, const struct gql_field *f, const struct lab_change *x)
{
    struct sv base = gql_text(r, f, "baseRefName"), head = gql_text(r, f, "headRefName");
    const char *state = x->merged ? "MERGED" : x->issue->closed ? "CLOSED" : "OPEN";
    return gql_has(r, f, "states", state) && (!base.n || sv_is(base, x->base_ref)) &&
           (!head.n || sv_is(head, x->head_ref));
}

/* The oldest first. */
static bool pulls(struct gql_run *r, const struct gql_field *f, union gql_subject s)
{
    struct gql_page p = {.repo = s.repo};
    struct sv after = gql_text(r, f, "after");
    int64_t last = after.n ? INT64_MAX : 0;
    size_t first;
    if (!size_of(r, f, &first))
        return false;
    sv_int(key_of(r->c->arena, after), &last);
    for (size_t i = 0; i < s.repo->changes.n; i++) {
        const struct lab_change *x = s.repo->changes.at[i];
        if (!is_wanted(r, f, x))
            continue;
        p.total++;
        if (x->issue->number <= last)
            continue;
        p.more = p.n == first;
        if (p.n < first)
            p.items[p.n++].change = x;
    }
    if (p.n)
        p.end = cursor_of(r->c->arena,
                          sv_of(arena_fmt(r->c->arena, "%lld", (long long)p.items[p.n - 1].change->issue->number)));
    return gql_select(r, &pulls_type, f, (union gql_subject){.page = &p});
}

static bool ref_nodes(struct gql_run *r, const struct gql_field *f, union gql_subject s)
{
    jout_open(&r->c->j, '[');
    r->cut = s.page->prefix;
    for (size_t i = 0; i < s.page->n; i++)
        gql_select(r, &ref_type, f, s.page->items[i]);
    jout_close(&r->c->j, ']');
    return true;
}

static bool pull_nodes(struct gql_run *r, const struct gql_field *f, union gql_subject s)
{
    r->repo = s.page->repo;
    jout_open(&r->c->j, '[');
    for (size_t i = 0; i < s.page->n; i++)
        gql_select(r, &pull_type, f, s.page->items[i]);
    jout_close(&r->c->j, ']');
    return true;
}

static bool page_info(struct gql_run *r, const struct gql_field *f, union gql_subject s)
{
    return gql_select(r, &page_info_type, f, s);
}

LEAF(total, jout_int(j, (int64_t)s.page->total))
LEAF(has_next, jout_bool(j, s.page->more))
LEAF(end_cursor, jout_strz(j, s.page->end))

static const struct gql_type page_info_type = {
    "PageInfo",
    (const struct gql_member[]){{"hasNextPage", NULL, "", has_next}, {"endCursor", NULL, "", end_cursor}, {0}}};
static const struct gql_type refs_type = {"RefConnection",
                                          (const struct gql_member[]){{"nodes", &ref_type, "", ref_nodes},
                                                                      {"pageInfo", &page_info_type, "", page_info},
                                                                      {"totalCount", NULL, "", total},
                                                                      {0}}};
static const struct gql_type pulls_type = {"PullRequestConnection",
                                           (const struct gql_member[]){{"nodes", &pull_type, "", pull_nodes},
                                                                       {"pageInfo", &page_info_type, "", page_info},
                                                                       {"totalCount", NULL, "", total},
                                                                       {0}}};

/* ---- refs ---- */

static bool target(struct gql_run *r, const struct gql_field *f, union gql_subject s)
{
    return gql_select(r, &object_type, f, (union gql_subject){.sha = s.ref->sha});
}
LEAF(ref_name, jout_str(j, sv_from(sv_of(s.ref->name), r->cut)))
LEAF(ref_prefix, jout_str(j, sv_cut(sv_of(s.ref->name), r->cut)))
LEAF(oid, jout_strz(j, s.sha))

static const struct gql_type object_type = {"GitObject", (const struct gql_member[]){{"oid", NULL, "", oid}, {0}}};
static const struct gql_type ref_type = {"Ref", (const struct gql_member[]){{"name", NULL, "", ref_name},
                                                                            {"prefix", NULL, "", ref_prefix},
                                                                            {"target", &object_type, "", target},
                                                                            {0}}};

/* ---- pull requests ---- */

LEAF(pull_number, jout_int(j, s.change->issue->number))
LEAF(pull_title, jout_strz(j, s.change->issue->title))
LEAF(pull_state, jout_strz(j, s.change->merged ? "MERGED" : s.change->issue->closed ? "CLOSED" : "OPEN"))
LEAF(pull_draft, jout_bool(j, s.change->draft))
LEAF(head_oid, jout_strz(j, s.change->head_sha))
LEAF(head_name, jout_strz(j, s.change->head_ref))
LEAF(base_name, jout_strz(j, s.change->base_ref))
LEAF(base_oid, jout_strz(j, s.change->base_sha))
LEAF(is_cross, jout_bool(j, s.change->head_repo != r->repo))
LEAF(updated, put_time(j, s.change->issue->updated))
LEAF(created, put_time(j, s.change->issue->created))

static bool head_repository(struct gql_run *r, const struct gql_field *f, union gql_subject s)
{
    return gql_select(r, &repository_type, f, (union gql_subject){.repo = s.change->head_repo});
}

static const struct gql_type pull_type = {
    "PullRequest", (const struct gql_member[]){{"number", NULL, "", pull_number},
                                               {"title", NULL, "", pull_title},
                                               {"state", NULL, "", pull_state},
                                               {"isDraft", NULL, "", pull_draft},
                                               {"isCrossRepository", NULL, "", is_cross},
                                               {"headRefOid", NULL, "", head_oid},
                                               {"headRefName", NULL, "", head_name},
                                               {"baseRefName", NULL, "", base_name},
                                               {"baseRefOid", NULL, "", base_oid},
                                               {"headRepository", &repository_type, "", head_repository},
                                               {"updatedAt", NULL, "", updated},
                                               {"createdAt", NULL, "", created},
                                               {0}}};

/* ---- repositories ---- */

LEAF(database_id, jout_int(j, s.repo->id))
LEAF(name_with_owner, jout_strz(j, s.repo->path))
LEAF(repo_name, jout_str(j, sv_from(sv_of(s.repo->path), (size_t)(sv_rchr(sv_of(s.repo->path), '/') + 1))))
LEAF(is_private, jout_bool(j, s.repo->is_private))
LEAF(no, jout_bool(j, false))
LEAF(login, jout_str(j, sv_cut(sv_of(s.repo->path), (size_t)sv_rchr(sv_of(s.repo->path), '/'))))

static bool owner(struct gql_run *r, const struct gql_field *f, union gql_subject s)
{
    return gql_select(r, &owner_type, f, s);
}

static bool default_ref(struct gql_run *r, const struct gql_field *f, union gql_subject s)
{
    AUTO(buf_free) struct buf full = {0};
    buf_fmt(&full, "refs/heads/%s", s.repo->default_branch);
    const struct lab_ref *ref = ref_find(s.repo, buf_view(&full));
    size_t before = r->cut;
    if (!ref) {
        jout_null(&r->c->j);
        return true;
    }
    r->cut = strlen("refs/heads/");
    gql_select(r, &ref_type, f, (union gql_subject){.ref = ref});
    r->cut = before;
    return true;
}

static const struct gql_type owner_type = {"RepositoryOwner",
                                           (const struct gql_member[]){{"login", NULL, "", login}, {0}}};
static const struct gql_type repository_type = {
    "Repository",
    (const struct gql_member[]){{"databaseId", NULL, "", database_id},
                                {"nameWithOwner", NULL, "", name_with_owner},
                                {"name", NULL, "", repo_name},
                                {"owner", &owner_type, "", owner},
                                {"isPrivate", NULL, "", is_private},
                                {"isArchived", NULL, "", no},
                                {"isFork", NULL, "", no},
                                {"defaultBranchRef", &ref_type, "", default_ref},
                                {"refs", &refs_type, "refPrefix first after", refs},
                                {"pullRequests", &pulls_type, "states first after baseRefName headRefName", pulls},
                                {0}}};

/* ---- the query ---- */

static bool is_last(const struct gql_run *r, const struct gql_field *f)
{
    const struct gql_field *root = r->doc->root, *last = NULL;
    for (size_t i = 0; i < root->n_fields; i++)
        if (sv_is(root->fields[i]->name, "repository"))
            last = root->fields[i];
    return f == last;
}

/* A repository that has moved is found under the name it had. */
static bool repository(struct gql_run *r, const struct gql_field *f, union gql_subject s)
{
    struct sv o = gql_text(r, f, "owner"), n = gql_text(r, f, "name");
    AUTO(buf_free) struct buf path = {0}, text = {0};
    (void)s;
    buf_fmt(&path, "%.*s/%.*s", SV_ARG(o), SV_ARG(n));
    const struct lab_repo *repo = o.n && n.n ? world_repo(r->c->world, LAB_GITHUB, buf_view(&path)) : NULL;
    if (r->c->partial && is_last(r, f))
        return gql_fails(r, NULL, f, "Something went wrong while executing your query.");
    if (repo && !repo->deleted)
        return gql_select(r, &repository_type, f, (union gql_subject){.repo = repo});
    buf_fmt(&text, "Could not resolve to a Repository with the name '%s'.", path.p);
    return gql_fails(r, "NOT_FOUND", f, text.p);
}

static struct limit_bucket_state bucket(const struct gql_run *r)
{
    if (r->c->limits && r->c->ask)
        return limits_bucket(r->c->limits, r->c->ask, BUCKET_GRAPHQL);
    return (struct limit_bucket_state){5000, 0, 5000, r->c->now / 1000 + 3600};
}

static int64_t points(const struct gql_run *r)
{
    int64_t n = (r->connections + 50) / 100;
    return n > 1 ? n : 1;
}

LEAF(rate_cost, jout_int(j, points(r)))
LEAF(rate_limit, jout_int(j, bucket(r).limit))
LEAF(rate_remaining, jout_int(j, bucket(r).remaining))
LEAF(rate_used, jout_int(j, bucket(r).used))
LEAF(rate_reset, put_time(j, bucket(r).reset * 1000))
LEAF(rate_nodes, jout_int(j, r->nodes))
LEAF(viewer_login, jout_strz(j, "lab-bot"))

static bool rate(struct gql_run *r, const struct gql_field *f, union gql_subject s)
{
    return gql_select(r, &rate_type, f, s);
}
static const struct gql_type rate_type = {"RateLimit",
                                          (const struct gql_member[]){{"cost", NULL, "", rate_cost},
                                                                      {"limit", NULL, "", rate_limit},
                                                                      {"remaining", NULL, "", rate_remaining},
                                                                      {"used", NULL, "", rate_used},
                                                                      {"resetAt", NULL, "", rate_reset},
                                                                      {"nodeCount", NULL, "", rate_nodes},
                                                                      {0}}};

static const struct gql_type viewer_type = {"User",
                                            (const struct gql_member[]){{"login", NULL, "", viewer_login}, {0}}};
static bool viewer(struct gql_run *r, const struct gql_field *f, union gql_subject s)
{
    return gql_select(r, &viewer_type, f, s);
}

const struct gql_type gql_query = {
    "Query", (const struct gql_member[]){{"repository", &repository_type, "owner name followRenames", repository},
                                         {"rateLimit", &rate_type, "dryRun", rate},
                                         {"viewer", &viewer_type, "", viewer},
                                         {0}}};
