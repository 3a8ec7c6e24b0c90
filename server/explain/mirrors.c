/* SPDX-License-Identifier: Apache-2.0 */
/* What the server's mirrors say of an event, as far as they are there: the workflow files of its repository and
 * of those that they call, and the paths that changed. Nothing is fetched. */
#include "engine/state.h"
#include "server/explain/explain.h"
#include "server/gather_read.h"

enum { ROUNDS = 8 };

static void answer(struct gather *g, struct gits *gits, const struct conf *c)
{
    struct err none = {0};
    (void)err_set(&none, ERR_MISSING, "its mirror cannot be read here");
    g->offline = true;
    for (size_t i = 0; i < g->n_repos; i++)
        if (gits)
            gather_read(g, i, gits, &c->repos);
        else
            gather_fail(g, i, &none);
}

/* The files of one round name what the next one has to ask for, as when the server gathers. */
struct gather *explain_gather(struct engine *e, struct undecided *u, const struct conf *c, struct gits *gits)
{
    struct gather *g = NULL, *more;
    for (int i = 0; i < ROUNDS && (more = match_gather(e, u, g)); i++) {
        gather_free(&g);
        g = more;
        answer(g, gits, c);
    }
    return g;
}
