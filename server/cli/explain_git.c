/* SPDX-License-Identifier: Apache-2.0 */
/* What the server's mirrors say of an event, where this person may read them: the workflow files of its repository and
 * of those that they call, and the paths that changed. Nothing is fetched. */
#include <unistd.h>
#include "engine/state.h"
#include "server/cli/explain.h"
#include "server/gather_read.h"

enum { ROUNDS = 8 };

static struct gits *open_mirrors(const struct conf *c)
{
    AUTO(buf_free) struct buf mirrors = {0};
    struct gits *ret = NULL;
    struct err e = {0};
    buf_fmt(&mirrors, "%s/mirrors", c->state_dir);
    /* Opening makes the folder where there is none. */
    if (!c->state_dir || access(mirrors.p, R_OK | X_OK) != 0 || gits_open(c->state_dir, &ret, &e) < 0)
        return NULL;
    return ret;
}

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
struct gather *explain_gather(struct engine *e, struct undecided *u, const struct conf *c)
{
    struct gits *gits = open_mirrors(c);
    struct gather *g = NULL, *more;
    for (int i = 0; i < ROUNDS && (more = match_gather(e, u, g)); i++) {
        gather_free(&g);
        g = more;
        answer(g, gits, c);
    }
    gits_close(&gits);
    return g;
}
