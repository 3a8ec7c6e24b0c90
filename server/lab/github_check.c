/* SPDX-License-Identifier: Apache-2.0 */
/* GitHub's REST API 2022-11-28, "Check runs" and what of "Check suites" is used: for the tokens of Apps alone. */
#include "server/lab/github.h"
#include "server/lab/change.h"
#include "server/lab/check.h"

enum { NOTES_MOST = 50, TEXT_CHARS = 65535, MESSAGE_BYTES = 64 << 10, TITLE_CHARS = 255 };

static bool is_one_of(struct sv s, const char *const *words)
{
    for (; *words; words++)
        if (sv_is(s, *words))
            return true;
    return false;
}

/* Absent: it is the head of none here, as with forks. */
static struct sv branch_of(const struct lab_repo *r, const char *sha)
{
    for (size_t i = 0; i < r->refs.n; i++)
        if (strcmp(r->refs.at[i]->sha, sha) == 0 && sv_starts(sv_of(r->refs.at[i]->name), SV("refs/heads/")))
            return ref_short(r->refs.at[i]);
    return SV_NONE;
}

static void put_check(struct lab_call *c, const struct lab_check *x)
{
    struct jout *j = &c->j;
    AUTO(buf_free) struct buf url = {0};
    buf_fmt(&url, "%.*s/repos/%s/check-runs/%lld", SV_ARG(c->base), c->repo->path, (long long)x->id);
    jout_open(j, '{');
    jout_kint(j, "id", x->id);
    jout_kstrz(j, "name", x->name);
    jout_kstrz(j, "head_sha", x->sha);
    jout_kstrz(j, "external_id", x->external_id);
    jout_kstr(j, "url", buf_view(&url));
    jout_kstr(j, "html_url", buf_view(&url));
    jout_kstrz(j, "details_url", x->details_url);
    jout_kstrz(j, "status", x->status);
    jout_kstrz(j, "conclusion", x->conclusion);
    call_time(c, "started_at", x->started);
    call_time(c, "completed_at", x->completed);
    jout_key(j, "check_suite");
    jout_open(j, '{');
    jout_kint(j, "id", 1);
    jout_kstr(j, "head_branch", branch_of(c->repo, x->sha));
    jout_close(j, '}');
    jout_key(j, "app");
    jout_open(j, '{');
    jout_kint(j, "id", 1);
    jout_kstrz(j, "slug", "lab");
    jout_close(j, '}');
    jout_key(j, "output");
    jout_open(j, '{');
    jout_kstrz(j, "title", x->title);
    jout_kstrz(j, "summary", x->summary);
    jout_kstrz(j, "text", x->text);
    jout_kint(j, "annotations_count", (int64_t)x->notes.n);
    jout_kstr(j, "annotations_url", buf_view(&url));
    jout_close(j, '}');
    jout_close(j, '}');
}

/* ---- what is refused ---- */

static bool refuse(struct lab_call *c, const char *field, const char *message)
{
    github_invalid(c, "CheckRun", field, "custom", message);
    return false;
}

static bool note_is_right(struct lab_call *c, const struct jval *v)
{
    static const char *const levels[] = {"notice", "warning", "failure", NULL};
    int64_t from, to, column;
    struct sv message = jval_str(jval_get(v, "message")), title = jval_str(jval_get(v, "title"));
    bool columns = jval_get(v, "start_column") || jval_get(v, "end_column");
    if (!jval_str(jval_get(v, "path")).n || !is_one_of(jval_str(jval_get(v, "annotation_level")), levels) ||
        !message.n || message.n > MESSAGE_BYTES || sv_cut_chars(title, TITLE_CHARS).n < title.n)
        return refuse(c, "annotations", "An annotation needs path, annotation_level and message");
    if (!jval_int(jval_get(v, "start_line"), &from) || !jval_int(jval_get(v, "end_line"), &to) || from < 1 || to < from)
        return refuse(c, "annotations", "start_line and end_line must be lines");
    if (columns && (from != to || !jval_int(jval_get(v, "start_column"), &column) || column < 1))
        return refuse(c, "annotations", "Columns are for annotations of one line");
    return true;
}

static bool output_is_right(struct lab_call *c, const struct jval *v, bool is_new)
{
    const struct jval *notes = jval_get(v, "annotations");
    struct sv summary = jval_str(jval_get(v, "summary"));
    if (!v)
        return true;
    if (!summary.n || (is_new && !jval_str(jval_get(v, "title")).n))
        return refuse(c, "output", "title and summary are needed");
    if (sv_cut_chars(summary, TEXT_CHARS).n < summary.n)
        return refuse(c, "summary", "summary is too long (maximum is 65535 characters)");
    if (jval_len(notes) > NOTES_MOST)
        return refuse(c, "annotations", "No subschema in \"anyOf\" matched; more than 50 items.");
    for (size_t i = 0; i < jval_len(notes); i++)
        if (!note_is_right(c, jval_item(notes, i)))
            return false;
    return true;
}

static bool state_is_right(struct lab_call *c)
{
    static const char *const statuses[] = {"queued", "in_progress", "completed", NULL};
    static const char *const conclusions[] = {"action_required", "cancelled", "failure",   "neutral",
                                              "success",         "skipped",   "timed_out", NULL};
    struct sv status = call_text(c, "status"), conclusion = call_text(c, "conclusion");
    if (status.p && !is_one_of(status, statuses))
        return refuse(c, "status", "status is not included in the list");
    if (conclusion.p ? !is_one_of(conclusion, conclusions) : sv_is(status, "completed"))
        return refuse(c, "conclusion", "conclusion is needed, and one of the list");
    return true;
}

/* "ghp_…", "github_pat_…" and "gho_…" are tokens of people. */
static bool is_of_app(struct lab_call *c, const char *what)
{
    static const char *const persons[] = {"ghp_", "github_pat_", "gho_"};
    for (size_t i = 0; i < ARRAY_LEN(persons); i++)
        if (sv_starts(c->token, sv_of(persons[i]))) {
            call_message(c, 403, what);
            return false;
        }
    return true;
}

/* ---- writing ---- */

static void take_notes(struct lab_call *c, struct lab_check *x, const struct jval *list)
{
    struct arena *a = &c->world->arena;
    for (size_t i = 0; i < jval_len(list); i++) {
        const struct jval *v = jval_item(list, i);
        struct lab_note n = {.path = arena_dup(a, jval_str(jval_get(v, "path"))),
                             .level = arena_dup(a, jval_str(jval_get(v, "annotation_level"))),
                             .title = arena_dup(a, jval_str(jval_get(v, "title"))),
                             .message = arena_dup(a, jval_str(jval_get(v, "message")))};
        jval_int(jval_get(v, "start_line"), &n.start_line);
        jval_int(jval_get(v, "end_line"), &n.end_line);
        jval_int(jval_get(v, "start_column"), &n.start_column);
        jval_int(jval_get(v, "end_column"), &n.end_column);
        VEC_PUSH(&x->notes, n);
    }
}

static void keep(struct lab_call *c, const char **at, struct sv text)
{
    if (text.p)
        *at = arena_dup(&c->world->arena, text);
}

static void take(struct lab_call *c, struct lab_check *x)
{
    const struct jval *output = jval_get(c->body, "output");
    struct sv status = call_text(c, "status"), conclusion = call_text(c, "conclusion");
    keep(c, &x->external_id, call_text(c, "external_id"));
    keep(c, &x->details_url, call_text(c, "details_url"));
    keep(c, &x->title, jval_str(jval_get(output, "title")));
    keep(c, &x->summary, jval_str(jval_get(output, "summary")));
    keep(c, &x->text, jval_str(jval_get(output, "text")));
    take_notes(c, x, jval_get(output, "annotations"));
    if (conclusion.p)
        status = SV("completed");
    if (status.p || !x->status)
        check_set(c->world, x, status.p ? status : SV("queued"), conclusion, c->now);
}

static void tell(const struct lab_call *c, const struct lab_check *x, const char *action)
{
    struct lab_call e;
    struct jout *j = tell_open(&e, c);
    jout_kstrz(j, "action", action);
    jout_key(j, "check_run");
    put_check(&e, x);
    jout_key(j, "repository");
    github_put_repo(&e, c->repo);
    tell_who(&e, "sender", "lab-bot");
    tell_put(&e, &(struct lab_event){.event = "check_run", .action = action});
}

static void post_check(struct lab_call *c)
{
    struct sv sha = call_text(c, "head_sha"), name = call_text(c, "name");
    AUTO(buf_free) struct buf text = {0};
    if (!is_of_app(c, "You must authenticate via a GitHub App."))
        return;
    if (!is_oid(sha)) {
        buf_fmt(&text, "No commit found for SHA: %.*s", SV_ARG(sha));
        call_message(c, 422, text.p);
        return;
    }
    if (!name.n) {
        github_invalid(c, "CheckRun", "name", "missing_field", NULL);
        return;
    }
    if (!state_is_right(c) || !output_is_right(c, jval_get(c->body, "output"), true))
        return;
    struct lab_check *x = check_add(c->world, c->repo, sha, name, c->now);
    take(c, x);
    tell(c, x, "created");
    call_open(c, 201);
    put_check(c, x);
}

static struct lab_check *check_asked(struct lab_call *c)
{
    struct lab_check *x = check_find(c->repo, c->segs[1]);
    if (!x)
        call_message(c, 404, "Not Found");
    return x;
}

static void patch_check(struct lab_call *c)
{
    if (!is_of_app(c, "Resource not accessible by personal access token"))
        return;
    struct lab_check *x = check_asked(c);
    if (!x || !state_is_right(c) || !output_is_right(c, jval_get(c->body, "output"), false))
        return;
    bool was_over = x->completed != 0;
    take(c, x);
    if (x->completed && !was_over)
        tell(c, x, "completed");
    call_open(c, 200);
    put_check(c, x);
}

/* ---- reading ---- */

static void get_check(struct lab_call *c)
{
    const struct lab_check *x = check_asked(c);
    if (!x)
        return;
    call_open(c, 200);
    put_check(c, x);
}

/* latest, which is the default: of each name the newest alone. */
static bool is_covered(const struct lab_repo *r, size_t at)
{
    for (size_t i = at + 1; i < r->checks.n; i++)
        if (strcmp(r->checks.at[i]->sha, r->checks.at[at]->sha) == 0 &&
            strcmp(r->checks.at[i]->name, r->checks.at[at]->name) == 0)
            return true;
    return false;
}

static void list_checks(struct lab_call *c)
{
    VEC(const struct lab_check *) found = {0};
    struct sv name = call_param(c, "check_name"), status = call_param(c, "status");
    bool all = sv_is(call_param(c, "filter"), "all");
    for (size_t i = c->repo->checks.n; i-- > 0;) {
        const struct lab_check *x = c->repo->checks.at[i];
        if (sv_is(c->segs[1], x->sha) && (!name.p || sv_is(name, x->name)) && (!status.p || sv_is(status, x->status)) &&
            (all || !is_covered(c->repo, i)))
            VEC_PUSH(&found, x);
    }
    struct lab_page p = call_page(c, found.n);
    struct jout *j = call_open(c, 200);
    jout_open(j, '{');
    jout_kint(j, "total_count", (int64_t)found.n);
    jout_key(j, "check_runs");
    jout_open(j, '[');
    for (size_t i = p.from; i < p.to; i++)
        put_check(c, found.at[i]);
    jout_close(j, ']');
    jout_close(j, '}');
    VEC_FREE(&found);
}

static void list_notes(struct lab_call *c)
{
    const struct lab_check *x = check_asked(c);
    if (!x)
        return;
    struct lab_page p = call_page(c, x->notes.n);
    jout_open(call_open(c, 200), '[');
    for (size_t i = p.from; i < p.to; i++)
        note_put(&x->notes.at[i], &c->j);
    jout_close(&c->j, ']');
}

const struct lab_row github_check_rows[] = {
    {"POST", "check-runs", post_check},           {"PATCH", "check-runs/*", patch_check},
    {"GET", "check-runs/*", get_check},           {"GET", "check-runs/*/annotations", list_notes},
    {"GET", "commits/*/check-runs", list_checks}, {NULL, NULL, NULL},
};
