/* SPDX-License-Identifier: Apache-2.0 */
/* A workflow of GitHub Actions: what runs here, line by line, and the file that runs as far as possible. */
#include "config/secret_check.h"
#include "server/cli/import.h"

enum { SECRETS = 100 };

/* ---- events ---- */

static bool is_event(struct sv name)
{
    for (int i = 0; i < WF_EVENT_N; i++)
        if (sv_is(name, wf_event_name[i]))
            return true;
    return false;
}

static void event(struct import *x, const struct ynode *n)
{
    if (sv_is(n->text, "pull_request_target"))
        import_say(x, n->at, IMPORT_REFUSED, "pull-request-target",
                   "pull_request: for a change from a fork the workflow file comes from the base commit here anyway, "
                   "without secrets and without a token that writes",
                   "pull_request_target gives secrets to what comes from forks");
    else if (is_event(n->text))
        import_say(x, n->at, IMPORT_RUNS, "event", NULL, "the event %.*s", SV_ARG(n->text));
}

static void events(struct import *x, const struct ynode *on)
{
    for (size_t i = 0; on && i < on->n; i++)
        event(x, on->kind == Y_MAP ? on->keys[i] : on->items[i]);
    if (on && on->kind == Y_SCALAR)
        event(x, on);
}

/* ---- runs-on ---- */

static bool has_label(const struct import *x, struct sv label)
{
    for (size_t i = 0; i < x->n_labels; i++)
        if (sv_ieq(label, sv_of(x->labels[i])))
            return true;
    return false;
}

static void label(struct import *x, const struct ynode *n)
{
    if (has_label(x, n->text)) {
        import_say(x, n->at, IMPORT_RUNS, "runs-on", NULL, "the label %.*s", SV_ARG(n->text));
    } else if (sv_istarts(n->text, SV("ubuntu-")) && has_label(x, SV("linux"))) {
        size_t at = edits_offset(&x->edits, n->at);
        edits_put(&x->edits, at, edits_offset(&x->edits, n->end) - at, "linux");
        import_say(x, n->at, IMPORT_REWRITTEN, "runs-on",
                   "linux; or put the label under \"runner\" of fettle.yaml: {labels: [linux, …]}",
                   "this runner has no label \"%.*s\"", SV_ARG(n->text));
    } else if (sv_istarts(n->text, SV("windows")) || sv_istarts(n->text, SV("macos"))) {
        import_say(x, n->at, IMPORT_REFUSED, "runs-on", "leave this job or leg at GitHub",
                   "\"%.*s\": steps run on Linux here", SV_ARG(n->text));
    } else {
        import_say(x, n->at, IMPORT_REFUSED, "runs-on", "put the label under \"runner\" of fettle.yaml: {labels: […]}",
                   "this runner has no label \"%.*s\"", SV_ARG(n->text));
    }
}

/* "${{ matrix.os }}": the values of that key, where they stand in the file. They may be used elsewhere too, so they
 * stay. */
static void label_of_matrix(struct import *x, const struct ynode *n, const struct ynode *job)
{
    struct sv s = sv_trim(n->text), key = SV_NONE;
    if (sv_starts(s, SV("${{")) && sv_ends(s, SV("}}")))
        key = sv_trim(sv_cut(sv_from(s, 3), s.n - 5));
    AUTO(mem_freep) char *name = sv_dup(sv_from(key, 7));
    const struct ynode *matrix = ynode_get(ynode_get(job, "strategy"), "matrix");
    const struct ynode *values = sv_starts(key, SV("matrix.")) && matrix ? ynode_get(matrix, name) : NULL;
    if (!values || values->kind != Y_SEQ) {
        import_say(x, n->at, IMPORT_NOTE, "runs-on", NULL,
                   "the label is known when the job starts: it must be one of this runner");
        return;
    }
    for (size_t i = 0; i < values->n; i++) {
        const struct ynode *v = values->items[i];
        if (v->kind == Y_SCALAR && !has_label(x, v->text))
            import_say(x, v->at, IMPORT_REFUSED, "runs-on",
                       sv_istarts(v->text, SV("ubuntu-"))
                           ? "put the label under \"runner\" of fettle.yaml: {labels: [linux, …]}"
                           : "leave this leg at GitHub",
                       "this runner has no label \"%.*s\"", SV_ARG(v->text));
    }
}

static void runs_on(struct import *x, const struct ynode *n, const struct ynode *job)
{
    if (n->kind == Y_MAP) {
        import_say(x, n->at, IMPORT_REFUSED, "runs-on", "name the labels: runs-on: [linux]",
                   "there are no groups of runners here");
        return;
    }
    for (size_t i = 0; i < (n->kind == Y_SEQ ? n->n : 1); i++) {
        const struct ynode *one = n->kind == Y_SEQ ? n->items[i] : n;
        if (one->kind == Y_SCALAR && sv_find(one->text, SV("${{")) >= 0)
            label_of_matrix(x, one, job);
        else if (one->kind == Y_SCALAR)
            label(x, one);
    }
}

/* ---- jobs ---- */

static void container(struct import *x, const struct ynode *job, const char *key)
{
    const struct ynode *k = import_key(job, key);
    if (!k)
        return;
    bool services = strcmp(key, "services") == 0;
    import_say(x, k->at, IMPORT_REFUSED, key,
               services ? "start it in a step (docker run -d …) and end it in one with if: always(), or run it on the "
                          "host"
                        : "run the commands with docker run in a step, or install what the image has on the host",
               services ? "services are not started here" : "jobs run on the host, not in a container");
    (void)import_comment_out(x, k, ynode_get(job, key));
}

static const char *default_shell(const struct ynode *at)
{
    const struct ynode *n = ynode_get(ynode_get(ynode_get(at, "defaults"), "run"), "shell");
    return n && n->kind == Y_SCALAR ? n->text.p : NULL;
}

static void job(struct import *x, const struct ynode *key, const struct ynode *n, const char *shell)
{
    const struct ynode *on = ynode_get(n, "runs-on"), *steps = ynode_get(n, "steps"), *uses = ynode_get(n, "uses");
    const char *own = default_shell(n);
    x->env[1] = ynode_get(n, "env");
    if (uses && uses->kind == Y_SCALAR)
        import_say(x, key->at, IMPORT_NOTE, "reusable-workflow", NULL,
                   "the job %.*s calls %.*s, which has to be there too", SV_ARG(key->text), SV_ARG(uses->text));
    else
        import_say(x, key->at, IMPORT_RUNS, "job", NULL, "the job %.*s, %zu step%s", SV_ARG(key->text),
                   steps ? steps->n : 0, steps && steps->n == 1 ? "" : "s");
    if (on)
        runs_on(x, on, n);
    container(x, n, "container");
    container(x, n, "services");
    import_steps(x, steps, own ? own : shell);
    x->env[1] = NULL;
}

/* ---- secrets ---- */

struct secrets {
    struct import *x;
    struct sv names[SECRETS];
    size_t n;
};

static void secret(struct secrets *s, struct ymark at, struct sv name)
{
    for (size_t i = 0; i < s->n; i++)
        if (sv_ieq(s->names[i], name))
            return;
    if (s->n == SECRETS || name.n == 0 || secret_is_reserved(name)) /* of those the reader speaks */
        return;
    s->names[s->n++] = name;
    import_say(s->x, at, IMPORT_NOTE, "secret",
               arena_fmt(&s->x->arena, "under \"secrets\" of fettle.yaml: %.*s: {file: secrets/%.*s}", SV_ARG(name),
                         SV_ARG(name)),
               "it wants secrets.%.*s", SV_ARG(name));
}

static void secrets_in(struct secrets *s, const struct ynode *n)
{
    if (n->kind != Y_SCALAR) {
        for (size_t i = 0; i < n->n; i++)
            secrets_in(s, n->items[i]);
        return;
    }
    struct sv rest = n->text;
    for (ptrdiff_t at; sv_find(n->text, SV("${{")) >= 0 && (at = sv_find(rest, SV("secrets."))) >= 0;) {
        size_t len = 0;
        rest = sv_from(rest, (size_t)at + 8);
        while (len < rest.n && (rest.p[len] == '_' || rest.p[len] == '-' ||
                                (rest.p[len] >= '0' && rest.p[len] <= '9') ||
                                ((rest.p[len] | 0x20) >= 'a' && (rest.p[len] | 0x20) <= 'z')))
            len++;
        secret(s, n->at, sv_cut(rest, len));
    }
}

/* ---- what the reader of workflow files says to the result ---- */

static bool told_already(const struct import *x, int line)
{
    for (size_t i = 0; i < x->findings.n; i++)
        if (x->findings.at[i].at.line == line && x->findings.at[i].verdict == IMPORT_REFUSED)
            return true;
    return false;
}

static void read_result(struct import *x, struct sv text)
{
    struct problems problems = {0};
    struct edits places;
    AUTO(arena_free) struct arena a = {0};
    edits_open(&places, text);
    (void)workflow_read(text, x->file, NULL, NULL, &a, &problems);
    for (size_t i = 0; i < problems.list.n; i++) {
        const struct problem *p = &problems.list.at[i];
        struct ymark at = edits_mark(&x->edits, edits_origin(&x->edits, edits_offset(&places, p->at)));
        if (!told_already(x, at.line))
            import_say(x, at, p->level == PROBLEM_ERROR ? IMPORT_REFUSED : IMPORT_NOTE, p->code, NULL, "%s", p->text);
    }
    edits_free(&places);
    problems_free(&problems);
}

void import_workflow(struct import *x)
{
    AUTO(buf_free) struct buf text = {0};
    const struct ynode *jobs = ynode_get(x->root, "jobs");
    struct secrets *s = arena_new(&x->arena, sizeof *s);
    ptrdiff_t slash = sv_rchr(sv_of(x->file), '/');
    x->env[0] = ynode_get(x->root, "env");
    events(x, ynode_get(x->root, "on"));
    for (size_t i = 0; jobs && jobs->kind == Y_MAP && i < jobs->n; i++)
        job(x, jobs->keys[i], jobs->items[i], default_shell(x->root));
    s->x = x;
    secrets_in(s, x->root);
    edits_apply(&x->edits, &text);
    read_result(x, buf_view(&text));
    import_output(x, arena_dup(&x->arena, sv_from(sv_of(x->file), (size_t)(slash + 1))), 0644, buf_view(&text));
}
