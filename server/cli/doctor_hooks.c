/* SPDX-License-Identifier: Apache-2.0 */
/* Local git hooks: of the repository around the folder that people are in, of all their repositories, and of the bare
 * repositories of the configuration, whose pushes are heard of through hooks alone. */
#include "server/cli/doctor.h"
#include "server/cli/hooks_told.h"

static const char *const known[] = {"pre-push", "pre-receive", "update", "post-receive"};

/* Again with the options that it had. */
static bool install_again(struct doctor *d, const struct hooks_target *t, const struct script *had, const char *hook)
{
    struct script s = *had;
    bool changed = false;
    s.hook = hook;
    s.program = hooks_client(&d->arena);
    return d->fix && s.server && s.program && hooks_target_install(t, &s, &d->arena, &changed) == CLI_OK && changed;
}

static void check_one(struct doctor *d, const struct hooks_target *t, const char *name, const char *hook, int *sound)
{
    struct hooks_seen seen = {0};
    struct hooks_fault fault;
    struct script s = {.hook = hook, .program = hooks_client(&d->arena)};
    if (hooks_target_look(t, &s, &d->arena, &seen) != CLI_OK) {
        doctor_say(d, DOCTOR_WARNING, "hooks", "hook-unreadable", "run fettle as the user that owns the repository",
                   "%s of %s cannot be looked at", hook, name);
        return;
    }
    if (!hooks_fault_of(t, hook, &seen, &d->arena, &fault)) {
        *sound += seen.state != HOOK_NONE;
        return;
    }
    bool silent = strcmp(fault.code, "hook-unreachable") == 0;
    doctor_say(d, silent && d->server == SERVER_NONE ? DOCTOR_WARNING : DOCTOR_ERROR, "hooks",
               arena_fmt(&d->arena, "%s", fault.code), fault.mend, "%s", fault.text);
    if (!silent && seen.state != HOOK_EDITED && install_again(d, t, &seen.call, hook))
        doctor_mended(d);
}

static int check_target(struct doctor *d, const struct hooks_target *t, const char *name)
{
    int sound = 0;
    size_t before = d->all.n;
    for (size_t i = 0; i < ARRAY_LEN(known); i++)
        check_one(d, t, name, known[i], &sound);
    if (sound && d->all.n == before)
        doctor_say(d, DOCTOR_OK, "hooks", "ok", NULL, "%d hook%s installed in %s", sound, sound > 1 ? "s are" : " is",
                   name);
    return sound + (int)(d->all.n - before);
}

static void check_bare(struct doctor *d, const struct repo *r)
{
    struct hooks_target t = {.kind = TARGET_REPO};
    struct err e = {0};
    if (!r->url)
        return;
    if (hooks_place_ask(r->url, &d->arena, &t.place, &e) < 0)
        doctor_say(d, DOCTOR_ERROR, "hooks", "no-repository", "the right `url` in repositories.yaml", "%s: %s", r->url,
                   e.msg);
    else if (check_target(d, &t, r->url) == 0)
        doctor_say(d, DOCTOR_WARNING, "hooks", "hook-missing",
                   arena_fmt(&d->arena, "fettle hooks install %s", hooks_word(r->url, &d->arena)),
                   "%s has no hook of fettle: pushes to it are found late", r->url);
}

void doctor_hooks(struct doctor *d)
{
    struct hooks_target here = {.kind = TARGET_REPO}, all = {.kind = TARGET_ALL};
    struct err e = {0};
    check_target(d, &all, "all repositories of this person");
    if (hooks_place_ask(".", &d->arena, &here.place, &e) == 0)
        check_target(d, &here, here.place.top);
    for (size_t i = 0; d->desk && i < d->conf->repos.n; i++) {
        const struct conf_forge *f = conf_forge_by_name(d->conf, sv_of(d->conf->repos.at[i].forge));
        if (f && f->ops->local)
            check_bare(d, &d->conf->repos.at[i]);
    }
}
