/* SPDX-License-Identifier: Apache-2.0 */
/* A repository of a forge of kind bare has no API: what only a forge can be told is refused where it stands. Where the
 * repository is known only when the event comes, the step fails with the same words. */
#include "config/workflow_parts.h"

static const char *const forge_only[] = {"issue", "comment", "label", "pull_request", "merge", "dispatch"};

static const struct repo *local_repo(const struct reading *r, const char *word)
{
    if (!word || !r->repos || strstr(word, "${{"))
        return NULL;
    const struct repo *x = repo_by_word(r->repos, sv_of(word), SV(""));
    return x && x->local ? x : NULL;
}

static const char *with_repo(const struct wf_step *s)
{
    for (size_t i = 0; i < s->with.n; i++)
        if (strcmp(s->with.names[i], "repo") == 0)
            return s->with.values[i];
    return NULL;
}

static void check_step(struct reading *r, const struct ynode *at, const struct wf_step *s, const char *alias)
{
    const char *said = with_repo(s);
    const struct repo *x = local_repo(r, said ? said : alias);
    for (size_t i = 0; x && s->kind == STEP_USES && i < ARRAY_LEN(forge_only); i++)
        if (strcmp(s->uses, forge_only[i]) == 0)
            say(r, ynode_get(at, "uses"), "unsupported-value",
                "\"%s\" needs a forge, and the repository \"%s\" is a folder of this machine, which takes statuses "
                "(git notes) and nothing else",
                s->uses, x->alias);
}

static void check_recovery(struct reading *r, const struct ynode *map, const struct wf_recovery *list, size_t n)
{
    const struct ynode *at = ynode_get(map, "recovery");
    for (size_t i = 0; at && i < n; i++) {
        const struct repo *x = local_repo(r, list[i].issue_repo);
        if (x)
            say(r, at->kind == Y_SEQ && i < at->n ? at->items[i] : at, "unsupported-value",
                "an issue needs a forge, and the repository \"%s\" is a folder of this machine", x->alias);
    }
}

void forgeless_check(struct reading *r, const struct ynode *jobs, const struct ynode *root, const struct workflow *w)
{
    check_recovery(r, root, w->recovery, w->n_recovery);
    for (size_t i = 0; i < w->n_jobs; i++) {
        const struct wf_job *j = &w->jobs[i];
        const struct ynode *job = ynode_get(jobs, j->key), *steps = ynode_get(job, "steps");
        if (!job)
            continue;
        check_recovery(r, job, j->recovery, j->n_recovery);
        for (size_t k = 0; steps && steps->kind == Y_SEQ && k < j->n_steps && k < steps->n; k++)
            check_step(r, steps->items[k], &j->steps[k], j->repo ? j->repo : w->origin);
    }
}
