/* SPDX-License-Identifier: Apache-2.0 */
/* A call against the declaration of what is called: inputs, secrets, outputs, permissions. */
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

static const char *value_of(const struct wf_env *env, const char *name)
{
    for (size_t i = 0; i < env->n; i++)
        if (sv_ieq(sv_of(env->names[i]), sv_of(name)))
            return env->values[i];
    return NULL;
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
    const struct ynode *n = entry_node(c, "with", in->name);
    if (sv_find(v, SV("${{")) >= 0)
        return;
    if (in->type == INPUT_BOOLEAN && !sv_is(v, "true") && !sv_is(v, "false"))
        say(c->r, n, "bad-input", "the input \"%s\" of \"%s\" must be true or false", in->name, c->job->uses);
    if (in->type == INPUT_NUMBER && !is_number(v))
        say(c->r, n, "bad-input", "the input \"%s\" of \"%s\" must be a number", in->name, c->job->uses);
}

static void inputs_check(const struct one_call *c)
{
    const struct wf_trigger *t = c->declares;
    const char **names = arena_new(c->s->arena, (t->n_inputs + 1) * sizeof *names);
    for (size_t i = 0; i < t->n_inputs; i++) {
        const struct wf_input *in = &t->inputs[i];
        const char *value = value_of(&c->job->with, in->name);
        names[i] = in->name;
        if (value)
            type_check(c, in, value);
        else if (in->required && !in->preset)
            say(c->r, job_node(c->caller, c->job->key, "uses"), "missing-input",
                "\"%s\" needs the input \"%s\" under \"with\"", c->job->uses, in->name);
    }
    for (size_t i = 0; i < c->job->with.n; i++) {
        bool known = false;
        for (size_t k = 0; k < t->n_inputs; k++)
            known |= sv_ieq(sv_of(names[k]), sv_of(c->job->with.names[i]));
        if (!known)
            say(c->r, entry_key(c, "with", c->job->with.names[i]), "unknown-input", "\"%s\" declares no input \"%s\"%s",
                c->job->uses, c->job->with.names[i],
                did_you_mean(c->r, sv_of(c->job->with.names[i]), names, t->n_inputs));
    }
}

static void secrets_check(const struct one_call *c)
{
    const struct wf_trigger *t = c->declares;
    const char **names = arena_new(c->s->arena, (t->n_secrets + 1) * sizeof *names);
    if (c->job->secrets_inherit)
        return;
    for (size_t i = 0; i < t->n_secrets; i++) {
        names[i] = t->secrets[i].name;
        if (t->secrets[i].required && !value_of(&c->job->secrets, names[i]))
            say(c->r, job_node(c->caller, c->job->key, "uses"), "missing-secret",
                "\"%s\" needs the secret \"%s\": give it under \"secrets\", or write \"secrets: inherit\"",
                c->job->uses, names[i]);
    }
    for (size_t i = 0; i < c->job->secrets.n; i++) {
        bool known = false;
        for (size_t k = 0; k < t->n_secrets; k++)
            known |= sv_ieq(sv_of(names[k]), sv_of(c->job->secrets.names[i]));
        if (!known)
            say(c->r, entry_key(c, "secrets", c->job->secrets.names[i]), "unknown-secret",
                "\"%s\" declares no secret \"%s\"%s", c->job->uses, c->job->secrets.names[i],
                did_you_mean(c->r, sv_of(c->job->secrets.names[i]), names, t->n_secrets));
    }
}

static void outputs_check(const struct one_call *c)
{
    const struct wf_env *declared = &c->declares->outputs;
    for (const struct call_output *o = c->caller->outputs; o; o = o->next) {
        struct ymark at = o->node->at;
        if (!sv_ieq(sv_of(o->job), sv_of(c->job->key)) || value_of(declared, o->name))
            continue;
        (void)find_in_text(c->r, o->node, o->at, &at);
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
            if (want > most)
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
