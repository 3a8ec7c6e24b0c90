/* SPDX-License-Identifier: Apache-2.0 */
/* Issues go by the number within the project (iid); labels are names in one text with commas. */
#include "server/lab/gitlab.h"

static void put_issue(struct lab_call *c, const struct lab_issue *i)
{
    struct jout *j = &c->j;
    AUTO(buf_free) struct buf url = {0};
    buf_fmt(&url, "%.*s/%s/-/issues/%lld", SV_ARG(c->base), c->repo->path, (long long)i->number);
    jout_open(j, '{');
    jout_kint(j, "id", i->id);
    jout_kint(j, "iid", i->number);
    jout_kint(j, "project_id", c->repo->id);
    jout_kstrz(j, "title", i->title);
    jout_kstrz(j, "description", i->body);
    jout_kstrz(j, "state", i->closed ? "closed" : "opened");
    jout_key(j, "labels");
    jout_open(j, '[');
    for (size_t k = 0; k < i->labels.n; k++)
        jout_strz(j, i->labels.at[k]->name);
    jout_close(j, ']');
    call_user(c, "author");
    jout_kstr(j, "web_url", buf_view(&url));
    call_time(c, "created_at", i->created);
    call_time(c, "updated_at", i->updated);
    call_time(c, "closed_at", i->closed_at);
    jout_close(j, '}');
}

static void add_label(struct lab_call *c, struct lab_issue *i, struct sv name)
{
    name = sv_trim(name);
    if (!name.n)
        return;
    struct lab_label *l = label_find(c->repo, name);
    issue_label(i, l ? l : label_add(c->world, c->repo, name, SV("#6699cc"), SV_NONE));
}

static void drop_label(struct lab_call *c, struct lab_issue *i, struct sv name)
{
    (void)c;
    issue_unlabel(i, sv_trim(name));
}

/* A text with commas, or an array of such. */
static void each_label(struct lab_call *c, struct lab_issue *i, const char *key,
                       void (*fn)(struct lab_call *c, struct lab_issue *i, struct sv name))
{
    const struct jval *list = jval_get(c->body, key);
    struct sv names = call_text(c, key), name;
    for (size_t k = 0; jval_kind(list) == J_ARRAY && k < jval_len(list); k++)
        for (struct sv some = jval_str(jval_item(list, k)); sv_next(&some, ',', &name);)
            fn(c, i, name);
    while (sv_next(&names, ',', &name))
        fn(c, i, name);
}

static struct lab_issue *issue_asked(struct lab_call *c)
{
    struct lab_issue *i = issue_find(c->repo, c->segs[1]);
    if (!i)
        call_message(c, 404, "404 Issue Not Found");
    return i;
}

static void list_issues(struct lab_call *c)
{
    call_issues(c, put_issue);
}

static void get_issue(struct lab_call *c)
{
    const struct lab_issue *i = issue_asked(c);
    if (!i)
        return;
    call_open(c, 200);
    put_issue(c, i);
}

static void post_issue(struct lab_call *c)
{
    struct sv title = call_text(c, "title");
    if (!title.n) {
        gitlab_invalid(c, 400, "title is missing");
        return;
    }
    struct lab_issue *i = issue_add(c->world, c->repo, title, call_text(c, "description"), c->now);
    each_label(c, i, "labels", add_label);
    call_open(c, 201);
    put_issue(c, i);
}

static bool has(const struct lab_call *c, const char *key)
{
    return jval_get(c->body, key) || call_param(c, key).p;
}

bool gitlab_edit_labels(struct lab_call *c, struct lab_issue *i)
{
    if (has(c, "labels"))
        VEC_CLEAR(&i->labels);
    each_label(c, i, "labels", add_label);
    each_label(c, i, "add_labels", add_label);
    each_label(c, i, "remove_labels", drop_label);
    return has(c, "labels") || has(c, "add_labels") || has(c, "remove_labels");
}

static void edit_issue(struct lab_call *c)
{
    struct lab_issue *i = issue_asked(c);
    struct sv title = call_text(c, "title"), text = call_text(c, "description"), event = call_text(c, "state_event");
    if (!i)
        return;
    if (title.p)
        i->title = arena_dup(&c->world->arena, title);
    if (text.p)
        i->body = arena_dup(&c->world->arena, text);
    if (sv_is(event, "close"))
        issue_close(i, c->now);
    else if (sv_is(event, "reopen"))
        issue_reopen(i);
    if (!gitlab_edit_labels(c, i) && !title.p && !text.p && !event.p) {
        gitlab_invalid(c, 400,
                       "title, description, labels, add_labels, remove_labels, state_event are missing, "
                       "at least one parameter must be provided");
        return;
    }
    i->updated = c->now;
    call_open(c, 200);
    put_issue(c, i);
}

/* ---- labels of the project ---- */

static void put_label(struct lab_call *c, const struct lab_label *l)
{
    jout_open(&c->j, '{');
    jout_kint(&c->j, "id", l->id);
    jout_kstrz(&c->j, "name", l->name);
    jout_kstrz(&c->j, "color", l->color);
    jout_kstrz(&c->j, "description", l->description);
    jout_close(&c->j, '}');
}

static void list_labels(struct lab_call *c)
{
    struct lab_page p = call_page(c, c->repo->labels.n);
    jout_open(call_open(c, 200), '[');
    for (size_t i = p.from; i < p.to; i++)
        put_label(c, c->repo->labels.at[i]);
    jout_close(&c->j, ']');
}

static void post_label(struct lab_call *c)
{
    struct sv name = call_text(c, "name"), color = call_text(c, "color");
    if (!name.n || !color.n) {
        gitlab_invalid(c, 400, name.n ? "color is missing" : "name is missing");
        return;
    }
    if (label_find(c->repo, name)) {
        call_message(c, 409, "Label already exists");
        return;
    }
    struct lab_label *l = label_add(c->world, c->repo, name, color, call_text(c, "description"));
    call_open(c, 201);
    put_label(c, l);
}

const struct lab_row gitlab_issue_rows[] = {
    {"GET", "issues", list_issues},
    {"POST", "issues", post_issue},
    {"GET", "issues/*", get_issue},
    {"PUT", "issues/*", edit_issue},
    {"GET", "labels", list_labels},
    {"POST", "labels", post_label},
    {NULL, NULL, NULL},
};
