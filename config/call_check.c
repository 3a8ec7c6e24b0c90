/* SPDX-License-Identifier: Apache-2.0 */
/* A call against the declaration of what is called: inputs, secrets, outputs, permissions. */
#include "config/name_index.h"
#include "config/workflow_parts.h"
#include "config/workflow_set.h"

struct one_call {
    const struct set_check *s;
    struct reading *r;
    const struct workflow_file *caller;
    const struct wf_job *job;
    const struct wf_trigger *declares;
    const struct workflow *called;
};

const struct wf_trigger *call_declaration(const struct workflow *w)
{
    for (size_t i = 0; i < w->n_triggers; i++)
        if (w->triggers[i].event == WF_WORKFLOW_CALL)
            return &w->triggers[i];
    return NULL;
}

static bool has(const struct name_index *x, const char *name)
{
    return name_index_find(x, sv_of(name)) >= 0;
}

static const struct ynode *entry_node(const struct one_call *c, const char *map, const char *name)
{
    const struct ynode *m = job_node(c->caller, c->job->key, map);
    return m && ynode_get(m, name) ? ynode_get(m, name) : m;
}

static const struct ynode *entry_key(const struct one_call *c, const char *map, const char *name)
{
    const struct ynode *m = job_node(c->caller, c->job->key, map);
    const struct ynode *key = m ? key_node(m, name) : NULL;
    return key ? key : m;
}

static void type_check(const struct one_call *c, const struct wf_input *in, const char *value)
{
    struct sv v = sv_of(value);
    const char *wanted = in->type == INPUT_BOOLEAN && !sv_is(v, "true") && !sv_is(v, "false") ? "true or false"
                         : in->type == INPUT_NUMBER && !is_number(v)                           ? "a number"
                                                                                               : NULL;
    if (wanted && sv_find(v, SV("${{")) < 0 && !only_counted(c->r))
        say(c->r, entry_node(c, "with", in->name), "bad-input", "the input \"%s\" of \"%s\" must be %s", in->name,
            c->job->uses, wanted);
}

static void inputs_check(const struct one_call *c)
{
    const struct wf_trigger *t = c->declares;
    const struct wf_env *with = &c->job->with;
    AUTO(name_index_free) struct name_index given = {.fold = NAMES_ANY_CASE}, known = {.fold = NAMES_ANY_CASE};
    const char **values = arena_new(c->s->arena, (with->n + 1) * sizeof *values); /* as in given.names */
    for (size_t i = 0; i < with->n; i++) {
        const char **value = &values[name_index_add(&given, with->names[i])];
        *value = *value ? *value : with->values[i];
    }
    for (size_t i = 0; i < t->n_inputs; i++) {
        const struct wf_input *in = &t->inputs[i];
        ptrdiff_t at = name_index_find(&given, sv_of(in->name));
        name_index_add(&known, in->name);
        if (at >= 0)
            type_check(c, in, values[at]);
        else if (in->required && !in->preset && !only_counted(c->r))
            say(c->r, job_node(c->caller, c->job->key, "uses"), "missing-input",
                "\"%s\" needs the input \"%s\" under \"with\"", c->job->uses, in->name);
    }
    for (size_t i = 0; i < with->n; i++)
        if (!has(&known, with->names[i]) && !only_counted(c->r))
            say(c->r, entry_key(c, "with", with->names[i]), "unknown-input", "\"%s\" declares no input \"%s\"%s",
                c->job->uses, with->names[i], did_you_mean(c->r, sv_of(with->names[i]), known.names.at, known.names.n));
}

static void secrets_check(const struct one_call *c)
{
    const struct wf_trigger *t = c->declares;
    const struct wf_env *secrets = &c->job->secrets;
    AUTO(name_index_free) struct name_index given = {.fold = NAMES_ANY_CASE}, known = {.fold = NAMES_ANY_CASE};
    if (c->job->secrets_inherit)
        return;
    for (size_t i = 0; i < secrets->n; i++)
        name_index_add(&given, secrets->names[i]);
    for (size_t i = 0; i < t->n_secrets; i++) {
        name_index_add(&known, t->secrets[i].name);
        if (t->secrets[i].required && !has(&given, t->secrets[i].name) && !only_counted(c->r))
            say(c->r, job_node(c->caller, c->job->key, "uses"), "missing-secret",
                "\"%s\" needs the secret \"%s\": give it under \"secrets\", or write \"secrets: inherit\"",
                c->job->uses, t->secrets[i].name);
    }
    for (size_t i = 0; i < secrets->n; i++)
        if (!has(&known, secrets->names[i]) && !only_counted(c->r))
            say(c->r, entry_key(c, "secrets", secrets->names[i]), "unknown-secret",
                "\"%s\" declares no secret \"%s\"%s", c->job->uses, secrets->names[i],
                did_you_mean(c->r, sv_of(secrets->names[i]), known.names.at, known.names.n));
}

static void outputs_check(const struct one_call *c)
{
    const struct wf_env *declared = &c->declares->outputs;
    AUTO(name_index_free) struct name_index known = {.fold = NAMES_ANY_CASE};
    for (size_t i = 0; i < declared->n; i++)
        name_index_add(&known, declared->names[i]);
    for (const struct call_output *o = c->caller->outputs[c->job - c->caller->w->jobs]; o; o = o->next) {
        struct ymark at = o->node->at;
        if (has(&known, o->name) || only_counted(c->r))
            continue;
        (void)find_in_text(c->r, o->node, o->at, o->at, &at);
        say_at(c->r, at, (int)strlen(o->name), "unknown-output", "\"%s\" declares no output \"%s\"%s", c->job->uses,
               o->name, did_you_mean(c->r, sv_of(o->name), declared->names, declared->n));
    }
}

static enum wf_access asked(const struct wf_permissions *job, const struct wf_permissions *file, int p)
{
    return job->said ? job->at[p] : file->said ? file->at[p] : ACCESS_UNSAID;
}

/* A called job may ask for no more than its caller was given. */
static void permissions_check(const struct one_call *c)
{
    static const char *const words[] = {"none", "none", "read", "write"};
    const struct wf_permissions *from = &c->caller->w->permissions;
    for (int p = 0; p < PERM_N; p++) {
        enum wf_access most = asked(&c->job->permissions, from, p);
        for (size_t i = 0; i < c->called->n_jobs && most != ACCESS_UNSAID; i++) {
            enum wf_access want = asked(&c->called->jobs[i].permissions, &c->called->permissions, p);
            if (want > most && !only_counted(c->r))
                say(c->r, job_node(c->caller, c->job->key, "uses"), "permission",
                    "the job \"%s\" of \"%s\" asks for \"%s: %s\", and is allowed only \"%s: %s\"",
                    c->called->jobs[i].key, c->job->uses, wf_permission_name[p], words[want], wf_permission_name[p],
                    words[most]);
        }
    }
}

void call_check(const struct set_check *s, size_t caller, const struct wf_job *j, const struct workflow_file *called)
{
    struct one_call c = {s, &s->reading[caller], &s->files[caller], j, call_declaration(called->w), called->w};
    if (!c.declares) {
        say(c.r, job_node(c.caller, j->key, "uses"), "not-callable",
            "\"%s\" cannot be called: add \"workflow_call\" to its \"on\"", j->uses);
        return;
    }
    inputs_check(&c);
    secrets_check(&c);
    outputs_check(&c);
    permissions_check(&c);
}
