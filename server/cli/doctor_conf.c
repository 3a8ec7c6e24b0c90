/* SPDX-License-Identifier: Apache-2.0 */
/* The configuration: read whole where that is possible, else as much as can be read. */
#include <unistd.h>
#include "server/cli/doctor.h"
#include "server/cli/hooks.h"
#include "server/cli/peek.h"

/* True: it can be used whole. */
static bool say_problems(struct doctor *d)
{
    struct problems p = {0};
    struct conf *c = NULL;
    const char *mend = arena_fmt(&d->arena, "fettle check %s", hooks_word(d->file, &d->arena));
    int rc = conf_load(d->file, &c, &p);
    for (size_t i = 0; i < p.list.n; i++) {
        const struct problem *x = &p.list.at[i];
        doctor_say(d, x->level == PROBLEM_ERROR ? DOCTOR_ERROR : DOCTOR_WARNING, "configuration", x->code, mend,
                   "%s:%d: %s", x->file, (int)x->at.line, x->text);
    }
    if (rc == 0 && p.list.n == 0)
        doctor_say(d, DOCTOR_OK, "configuration", "ok", NULL, "%s is valid: %zu forge%s, %zu repositor%s", c->file,
                   c->n_forges, c->n_forges == 1 ? "" : "s", c->repos.n, c->repos.n == 1 ? "y" : "ies");
    conf_unref(&c);
    problems_free(&p);
    return rc == 0;
}

void doctor_conf(struct doctor *d, struct conf **ret_conf)
{
    if (access(d->file, F_OK) != 0) {
        doctor_say(d, DOCTOR_ERROR, "configuration", "no-configuration", "fettle init, or name one with -c FILE",
                   "there is no %s", d->file);
        return;
    }
    if (access(d->file, R_OK) != 0) {
        doctor_say(d, DOCTOR_ERROR, "configuration", "unreadable", "run fettle as the user that owns it",
                   "%s cannot be read by this user", d->file);
        return;
    }
    peek_some(d->file, ret_conf);
    d->conf = *ret_conf;
    doctor_modes(d);
    if (say_problems(d) && desk_open(d->file, &d->desk) == CLI_OK) {
        conf_unref(ret_conf);
        d->conf = desk_conf(d->desk);
    }
}
