/* SPDX-License-Identifier: Apache-2.0 */
/* Secrets of a workflow that can be called, against its own `on.workflow_call.secrets`. A caller hands over what is
 * declared; anything else is there only if it writes `secrets: inherit`. */
#include "config/name_index.h"
#include "config/secret_check.h"
#include "config/workflow_parts.h"

struct ymark secret_use_mark(struct reading *r, const struct secret_use *u)
{
    struct ymark at = u->node->at;
    (void)find_in_text(r, u->node, u->at, u->at, &at);
    return at;
}

bool is_called_inheriting(const struct set_check *s, const struct workflow_file *called)
{
    for (size_t i = 0; i < s->n; i++)
        for (size_t k = 0; s->files[i].w && k < s->files[i].w->n_jobs; k++) {
            const struct wf_job *j = &s->files[i].w->jobs[k];
            if (j->uses && j->secrets_inherit && called_file(s, i, j) == called)
                return true;
        }
    return false;
}

/* False: all it was given goes on to another workflow, or is looked up by names that are not known yet. */
static bool reads_by_name(const struct workflow_file *f, struct name_index *ret)
{
    for (size_t i = 0; i < f->w->n_jobs; i++)
        if (f->w->jobs[i].secrets_inherit)
            return false;
    for (const struct secret_use *u = f->secrets; u; u = u->next) {
        if (!u->name)
            return false;
        name_index_add(ret, u->name);
    }
    return true;
}

static const struct ynode *declared_at(const struct workflow_file *f, const char *name)
{
    static const char *const way[] = {"on", "workflow_call", "secrets"};
    const struct ynode *n = f->root;
    for (size_t i = 0; i < ARRAY_LEN(way); i++)
        n = n && n->kind == Y_MAP ? ynode_get(n, way[i]) : NULL;
    return n ? key_node(n, name) : NULL;
}

static void unread_check(struct reading *r, const struct workflow_file *f, const struct wf_trigger *t)
{
    AUTO(name_index_free) struct name_index read = {.fold = NAMES_ANY_CASE};
    if (!t->n_secrets || !reads_by_name(f, &read))
        return;
    for (size_t i = 0; i < t->n_secrets; i++)
        if (name_index_find(&read, sv_of(t->secrets[i].name)) < 0)
            say_warning(r, declared_at(f, t->secrets[i].name), "unused-secret",
                        "the secret \"%s\" is declared and nothing in this workflow reads it", t->secrets[i].name);
}

/* Started by other events too, it has the server's secrets then; so that is asked only of who declares some. */
static void undeclared_check(const struct set_check *s, size_t i, const struct wf_trigger *t)
{
    const struct workflow_file *f = &s->files[i];
    struct reading *r = &s->reading[i];
    AUTO(name_index_free) struct name_index known = {.fold = NAMES_ANY_CASE};
    for (size_t k = 0; k < t->n_secrets; k++)
        name_index_add(&known, t->secrets[k].name);
    if ((f->w->n_triggers > 1 && !t->n_secrets) || is_called_inheriting(s, f))
        return;
    for (const struct secret_use *u = f->secrets; u && problems_room(r->problems); u = u->next)
        if (u->name && !secret_is_reserved(sv_of(u->name)) && name_index_find(&known, sv_of(u->name)) < 0)
            say_warning_at(r, secret_use_mark(r, u), (int)strlen(u->name), "unknown-secret",
                           "the workflow declares no secret \"%s\"%s: it is empty unless the caller writes "
                           "\"secrets: inherit\"",
                           u->name, did_you_mean(r, sv_of(u->name), known.names.at, known.names.n));
}

void declared_secrets_check(const struct set_check *s, size_t i)
{
    const struct workflow_file *f = &s->files[i];
    const struct wf_trigger *t = call_declaration(f->w);
    size_t before = s->reading[i].problems->list.n;
    if (!t)
        return;
    unread_check(&s->reading[i], f, t);
    undeclared_check(s, i, t);
    problems_sort(s->reading[i].problems, before);
}
