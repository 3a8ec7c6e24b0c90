/* SPDX-License-Identifier: Apache-2.0 */
/* Environments: a job that deploys to one has its secrets, if the run's branch may deploy there. Else it fails before
 * its first step, as at GitHub. */
#include "engine/scene.h"

const struct engine_environment *deploy_find(const struct engine *e, const char *name)
{
    for (size_t i = 0; i < e->conf->n_environments; i++)
        if (sv_ieq(sv_of(e->conf->environments[i].name), sv_of(name)))
            return &e->conf->environments[i];
    return NULL;
}

/* A branch by its short name, anything else (a tag, a change) in full. */
bool deploy_may(const struct engine_environment *x, const struct run *r)
{
    static const char heads[] = "refs/heads/";
    const char *ref = r->ref && strncmp(r->ref, heads, sizeof heads - 1) == 0 ? r->ref + sizeof heads - 1 : r->ref;
    return !x->branches || (ref && globs_match(x->branches, sv_of(ref)));
}

int deploy_check(struct scene *s, struct err *e)
{
    const char *text = s->spec->job.environment, *name;
    const struct engine_conf *c = s->e->conf;
    if (!text || !c->environments)
        return 0;
    if (scene_text(s, "environment", text, &name, e) < 0)
        return -1;
    const struct engine_environment *x = deploy_find(s->e, name);
    if (!name[0] || (x && deploy_may(x, s->run->row)))
        return 0;
    if (!x)
        return err_set(e, ERR_INVALID, "%s:%d: environment: this server has no environment \"%s\" (environments)",
                       s->spec->file, s->spec->job.line, name);
    return err_set(e, ERR_INVALID, "%s:%d: environment: %s may not deploy to \"%s\" (environments: branches)",
                   s->spec->file, s->spec->job.line, s->run->row->ref ? s->run->row->ref : "no branch", x->name);
}
