/* SPDX-License-Identifier: Apache-2.0 */
/* Loops: what we caused starts nothing by itself, and a chain of our own pushes and requests has an end. */
#include "engine/lookout.h"

enum { HOPS_USUAL = 5 };

/* What the workflows of the server's folder call their statuses; those of repositories are "fettle/…" or known by the
 * account. */
static const char *const *contexts(struct engine *e, struct arena *a)
{
    const struct workflow_set *w = e->conf->workflows;
    const char **all = arena_new(a, (w->n + 1) * sizeof *all);
    size_t n = 0;
    for (size_t i = 0; i < w->n; i++)
        if (w->at[i]->report.context)
            all[n++] = w->at[i]->report.context;
    return all;
}

const char *own_reason(struct engine *e, const struct hook_event *ev, struct arena *a)
{
    const struct own_account *self = lookout_self(e, ev->forge);
    bool says = ev->status.present || ev->check.present;
    return own_event_reason(ev, own_event(ev, self, says ? contexts(e, a) : NULL), a);
}

const char *own_too_far(const struct engine *e, const struct hook_event *ev, struct arena *a)
{
    int most = e->conf->hops ? e->conf->hops : HOPS_USUAL;
    if (ev->hops <= most)
        return NULL;
    return arena_fmt(a,
                     "hops: %d pushes or requests of this server led to one another, and %d are the most (limits.hops)",
                     ev->hops, most);
}
