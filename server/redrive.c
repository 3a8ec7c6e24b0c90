/* SPDX-License-Identifier: Apache-2.0 */
/* A person wants an effect that is dead to be sent once more. */
#include <stdio.h>
#include "server/host.h"

static void name_cause(const struct app_letter *l, char ret[120])
{
    bool named = l->by[0] && strcmp(l->by, "loopback") != 0;
    snprintf(ret, 120, "asked for by %s", named ? l->by : "a person");
}

void redrive_letter(struct app *a, struct app_letter *l)
{
    char cause[120];
    struct err e = {0};
    struct redrive x = {.cause = cause};
    name_cause(l, cause);
    x.row = arena_new(&x.arena, sizeof *x.row);
    int rc = read_effect(host_reader(a->host), l->id, &x.arena, x.row, &x.newer, &e);
    if (rc == 0) {
        struct engine_event ev = {.kind = EV_REDRIVE, .redrive = &x};
        host_step(a->host, &ev);
    } else {
        snprintf(x.problem, sizeof x.problem, "%.190s", rc > 0 ? "there is no such effect" : e.msg);
    }
    l->ok = !x.problem[0];
    buf_clear(&l->text);
    buf_str(&l->text, x.problem);
    arena_free(&x.arena);
}
