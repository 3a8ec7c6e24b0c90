/* SPDX-License-Identifier: Apache-2.0 */
/* run.context: what a run knows of its event, for as long as it lives:
 *   {"github":{…,"event":{…}},"event":{…},"hops":n,"inputs":{…},"repos":{alias: commit},
 *    "changed":[path] or "why not"}
 * Payloads are large: of github.event only those members are kept that a text of the workflow names. */
#include "engine/state.h"
#include "lang/text.h"

enum { CHANGED_MOST = 10000, DEPTH = 40 };
static const size_t EVENT_BYTES = 4 << 20;

/* ---- what the texts ask for ---- */

struct asked {
    struct arena *a;
    bool whole_event, changed;
    VEC(const char *) members; /* of github.event, lower case as the texts have them */
};

static void ask_use(void *ctx, const struct expr_use *u)
{
    struct asked *q = ctx;
    if (!sv_ieq(sv_of(u->context), SV("github")))
        return;
    if (u->n == 0)
        q->whole_event = true; /* the whole context, or a member that is worked out */
    else if (sv_ieq(sv_of(u->path[0]), SV("event")) && u->n == 1)
        q->whole_event = true;
    else if (sv_ieq(sv_of(u->path[0]), SV("event")))
        VEC_PUSH(&q->members, arena_strdup(q->a, u->path[1]));
}

static void ask_expr(struct asked *q, const struct expr *x)
{
    expr_each_use(x, ask_use, q);
    q->changed |= expr_calls(x, "changed");
}

static void ask_text(struct asked *q, struct sv raw)
{
    AUTO(arena_free) struct arena a = {0};
    static const struct expr_scope any = {.where = "a text"};
    const struct text *t;
    const struct expr *x;
    struct err ignored;
    if (!text_has_expr(raw) || text_compile(raw, &any, &a, &t, &ignored) < 0)
        return;
    for (size_t i = 0; (x = text_expr(t, i)); i++)
        ask_expr(q, x);
}

static void ask_cond(struct asked *q, struct sv raw)
{
    AUTO(arena_free) struct arena a = {0};
    static const struct expr_scope any = {.where = "if"};
    const struct expr *x;
    struct err ignored;
    if (cond_compile(raw, &any, &a, &x, &ignored) == 0)
        ask_expr(q, x);
}

static void ask_json(struct asked *q, struct sv json, int depth);

static void ask_node(struct asked *q, struct sv key, const struct jval *v, int depth)
{
    struct sv inner;
    const struct jval *value;
    if (depth > DEPTH)
        return;
    if (jval_kind(v) == J_STRING && sv_is(key, "if"))
        ask_cond(q, jval_str(v));
    else if (jval_kind(v) == J_STRING && (sv_is(key, "spec") || sv_is(key, "matrix")))
        ask_json(q, jval_str(v), depth + 1);
    else if (jval_kind(v) == J_STRING)
        ask_text(q, jval_str(v));
    for (size_t i = 0; jval_kind(v) == J_ARRAY && i < jval_len(v); i++)
        ask_node(q, SV(""), jval_item(v, i), depth + 1);
    for (size_t at = 0; jval_kind(v) == J_OBJECT && jval_each(v, &at, &inner, &value);)
        ask_node(q, inner, value, depth + 1);
}

/* Specifications are JSON whose strings are the texts. Most name nothing of what is looked for. */
static void ask_json(struct asked *q, struct sv json, int depth)
{
    AUTO(jdoc_free) struct jdoc *d = NULL;
    struct err ignored;
    if (!json.p || (!strcasestr(json.p, "github") && !strcasestr(json.p, "changed")))
        return;
    if (jdoc_parse(json, NULL, &d, &ignored) == 0)
        ask_node(q, SV(""), jdoc_root(d), depth);
}

static void ask_run(struct asked *q, const struct live_run *r, const struct plan_input *in)
{
    for (size_t i = 0; i < r->row->n_jobs; i++) {
        const struct job *j = r->row->jobs[i];
        ask_json(q, sv_of(j->spec), 0);
        for (size_t k = 0; k < j->n_steps; k++)
            ask_json(q, sv_of(j->steps[k].spec), 0);
    }
    for (size_t i = 0; i < in->n_sources; i++) {
        const struct workflow *w = in->sources[i].workflow;
        ask_text(q, sv_of(w->run_name));
        ask_text(q, sv_of(w->concurrency.group));
        ask_text(q, sv_of(w->concurrency.cancel_in_progress));
    }
}

/* ---- github ---- */

static bool is_asked(const struct asked *q, struct sv key)
{
    bool yes = q->whole_event;
    for (size_t i = 0; !yes && i < q->members.n; i++)
        yes = sv_ieq(key, sv_of(q->members.at[i]));
    return yes;
}

static void put_payload(struct jout *o, const struct asked *q, struct sv payload)
{
    AUTO(jdoc_free) struct jdoc *d = NULL;
    struct err ignored;
    struct sv key;
    const struct jval *v;
    jout_key(o, "event");
    jout_open(o, '{');
    if ((q->whole_event || q->members.n) && payload.p && jdoc_parse(payload, NULL, &d, &ignored) == 0)
        for (size_t at = 0; jval_each(jdoc_root(d), &at, &key, &v);)
            if (is_asked(q, key)) {
                jout_keyv(o, key);
                jout_val(o, v);
            }
    jout_close(o, '}');
}

static const char *short_ref(const char *ref)
{
    for (int i = 0; i < 2; i++)
        if (ref && (ref = strchr(ref, '/')))
            ref++;
    return ref;
}

static const struct engine_forge *forge_of(const struct engine *e, const char *name)
{
    for (size_t i = 0; name && i < e->conf->n_forges; i++)
        if (strcmp(e->conf->forges[i].name, name) == 0)
            return &e->conf->forges[i];
    return NULL;
}

static void put_github(struct jout *o, const struct engine *e, const struct run *r, const struct undecided *u,
                       const struct asked *q)
{
    const struct hook_event *ev = u->event;
    const struct engine_forge *f = forge_of(e, ev->forge);
    const char *name = ev->repo.full_name, *slash = name ? strchr(name, '/') : NULL;
    char id[ID_TEXT];
    jout_key(o, "github");
    jout_open(o, '{');
    jout_kstrz(o, "event_name", r->event);
    jout_kstrz(o, "repository", name);
    jout_kstr(o, "repository_owner", slash ? sv_n(name, (size_t)(slash - name)) : SV_NONE);
    jout_kstrz(o, "ref", r->ref);
    jout_kstrz(o, "ref_name", short_ref(r->ref));
    jout_kstrz(o, "ref_type", r->ref && strncmp(r->ref, "refs/tags/", 10) == 0 ? "tag" : "branch");
    jout_kstrz(o, "sha", r->sha);
    jout_kstrz(o, "head_ref", ev->change.head_ref);
    jout_kstrz(o, "base_ref", ev->change.base_ref);
    jout_kstrz(o, "actor", ev->sender.login);
    jout_kstrz(o, "triggering_actor", ev->sender.login);
    jout_kstrz(o, "workflow", r->workflow);
    jout_kstrz(o, "run_id", id_text(r->id, id));
    jout_kint(o, "run_number", r->number);
    jout_kint(o, "run_attempt", 1);
    jout_kstrz(o, "server_url", f ? f->server_url : NULL);
    jout_kstrz(o, "api_url", f ? f->api_url : NULL);
    put_payload(o, q, u->payload);
    jout_close(o, '}');
}

/* ---- inputs ---- */

static const struct wf_trigger *trigger_of(const struct plan_input *in, enum wf_event event)
{
    for (size_t i = 0; i < in->n_sources; i++)
        for (size_t k = 0; k < in->sources[i].workflow->n_triggers; k++)
            if (in->sources[i].workflow->triggers[k].event == event)
                return &in->sources[i].workflow->triggers[k];
    return NULL;
}

static void put_input(struct jout *o, const struct wf_input *x, const struct jval *given)
{
    struct sv text = jval_kind(given) == J_STRING ? jval_str(given) : given ? SV_NONE : sv_of(x->preset);
    double number = x->type == INPUT_NUMBER && text.p ? val_to_number(val_string(text)) : 0;
    jout_key(o, x->name);
    if (given && jval_kind(given) != J_STRING && jval_kind(given) != J_NULL)
        jout_val(o, given);
    else if (x->type == INPUT_BOOLEAN)
        jout_bool(o, sv_is(text, "true"));
    else if (x->type == INPUT_NUMBER)
        jout_real(o, number);
    else
        jout_str(o, text.p ? text : SV(""));
}

static void put_dispatch(struct jout *o, const struct wf_trigger *t, const char *json)
{
    AUTO(jdoc_free) struct jdoc *d = NULL;
    struct err ignored;
    if (json && jdoc_parse(sv_of(json), NULL, &d, &ignored) < 0)
        d = NULL;
    for (size_t i = 0; i < t->n_inputs; i++)
        put_input(o, &t->inputs[i], d ? jval_get(jdoc_root(d), t->inputs[i].name) : NULL);
}

static void put_command(struct jout *o, const char *body)
{
    struct sv command, arguments;
    if (!trigger_command(body, &command, &arguments))
        return;
    jout_kstr(o, "command", command);
    jout_kstr(o, "arguments", arguments);
}

static void put_inputs(struct jout *o, const struct plan_input *in)
{
    const struct hook_event *ev = in->delivery->event;
    const struct wf_trigger *t;
    jout_key(o, "inputs");
    jout_open(o, '{');
    if (strcmp(ev->name, "workflow_dispatch") == 0 && (t = trigger_of(in, WF_WORKFLOW_DISPATCH)))
        put_dispatch(o, t, ev->inputs);
    else if (strcmp(ev->name, "issue_comment") == 0 && (t = trigger_of(in, WF_ISSUE_COMMENT)) && t->commands.present)
        put_command(o, ev->comment.body);
    jout_close(o, '}');
}

/* ---- the rest ---- */

static void put_limits(struct jout *o, const struct live_run *r)
{
    jout_key(o, "limits");
    jout_open(o, '{');
    jout_kint(o, "run_ms", r->limits.run_ms);
    jout_kint(o, "queue_ms", r->limits.queue_ms);
    jout_close(o, '}');
}

/* Of several files that make one run the first one says it. */
static void put_lookahead(struct jout *o, const struct plan_input *in)
{
    if (in->n_sources && in->sources[0].workflow->lookahead == LOOKAHEAD_OFF)
        jout_kbool(o, "lookahead", false);
}

static void put_repos(struct jout *o, const struct gather *g)
{
    AUTO(map_free) struct map seen = {0};
    jout_key(o, "repos");
    jout_open(o, '{');
    for (size_t i = 0; g && i < g->n_repos; i++)
        if (g->repos[i].sha && !g->repos[i].called && !map_put(&seen, sv_of(g->repos[i].alias), (void *)g))
            jout_kstrz(o, g->repos[i].alias, g->repos[i].sha);
    jout_close(o, '}');
}

static void put_changed(struct jout *o, const struct gather *g)
{
    jout_key(o, "changed");
    if (!g || !g->changed_known) {
        jout_str(o, SV("git could not say which paths this event changed"));
    } else if (g->changed.n > CHANGED_MOST) {
        jout_str(o, SV("more than 10000 paths changed"));
    } else {
        jout_open(o, '[');
        for (size_t i = 0; i < g->changed.n; i++)
            jout_strz(o, g->changed.at[i]);
        jout_close(o, ']');
    }
}

const char *run_context_make(struct engine *e, struct live_run *r, const struct plan_input *in)
{
    AUTO(buf_free) struct buf json = {0};
    AUTO(arena_free) struct arena a = {0};
    struct asked q = {.a = &a};
    struct jout o = {.buf = &json};
    ask_run(&q, r, in);
    jout_open(&o, '{');
    put_github(&o, e, r->row, in->delivery, &q);
    VEC_FREE(&q.members);
    bool too_large = json.n > EVENT_BYTES;
    jout_key(&o, "event");
    hook_event_write(in->delivery->event, &json);
    o.comma = true;
    if (in->delivery->event->hops)
        jout_kint(&o, "hops", in->delivery->event->hops);
    put_inputs(&o, in);
    put_repos(&o, in->gather);
    put_limits(&o, r);
    put_lookahead(&o, in);
    if (q.changed)
        put_changed(&o, in->gather);
    jout_close(&o, '}');
    if (too_large)
        return "the part of github.event that its texts name is larger than 4 MiB; name its members one by one";
    r->row->context = arena_dup(&r->arena, buf_view(&json));
    return NULL;
}

const struct jval *run_context(struct live_run *r)
{
    struct err ignored;
    if (!r->context && (!r->row->context || jdoc_parse(sv_of(r->row->context), NULL, &r->context, &ignored) < 0))
        return NULL;
    return jdoc_root(r->context);
}

int run_hops(struct live_run *r)
{
    int64_t n = 0;
    return jval_int(jval_get(run_context(r), "hops"), &n) ? (int)n : 0;
}
