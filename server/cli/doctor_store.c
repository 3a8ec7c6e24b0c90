/* SPDX-License-Identifier: Apache-2.0 */
#include <unistd.h>
#include "server/cli/doctor.h"
#include "store/audit.h"

static void found(void *ctx, const struct audit_finding *f)
{
    struct doctor *d = ctx;
    doctor_say(d, DOCTOR_ERROR, "store", arena_fmt(&d->arena, "%s", f->check),
               arena_fmt(&d->arena, "with the server stopped, and a copy of the database kept: %s", f->mend),
               "%lld %s%s%s", (long long)f->n, f->text, f->detail ? ": " : "", f->detail ? f->detail : "");
}

void doctor_store(struct doctor *d)
{
    struct err e = {0};
    enum audit_beside beside;
    int checks = 0;
    size_t before = d->all.n;
    if (!d->conf || !d->conf->store_path)
        return;
    if (access(d->conf->store_path, F_OK) != 0)
        doctor_say(d, DOCTOR_NOTE, "store", "store-missing", "fettle serve", "%s is not there yet: the server makes it",
                   d->conf->store_path);
    else if (store_audit(d->conf->store_path, found, d, &beside, &checks, &e) < 0)
        doctor_say(d, DOCTOR_ERROR, "store", "store-unreadable", "fettle store check", "%s: %s", d->conf->store_path,
                   e.msg);
    else if (d->all.n == before)
        doctor_say(d, DOCTOR_OK, "store", "ok", NULL, "%d checks found nothing wrong", checks);
}
