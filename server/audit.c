/* SPDX-License-Identifier: Apache-2.0 */
#include "port/store.h"
#include "server/intake.h"

struct audit {
    struct app *app;
    struct mailbox *stored;
    struct watch *watch;
};

static void on_stored(void *ctx, struct letter *x)
{
    struct change_set *cs = CONTAINER_OF(x, struct change_set, letter);
    struct audit *t = ctx;
    if (cs->failed)
        log_error("the journal was not written", LS("cause", cs->err.msg));
    else
        intakes_nudge(t->app);
    change_set_free(&cs);
}

struct audit *audit_new(struct app *a)
{
    struct audit *t = mem_new(sizeof *t);
    t->app = a;
    t->stored = mailbox_new();
    t->watch = watch_mailbox(a->loop, t->stored, on_stored, t);
    return t;
}

void audit_free(struct audit **tp)
{
    struct audit *t = *tp;
    struct list left;
    if (!t)
        return;
    mailbox_take(t->stored, &left);
    for (struct list *x; (x = list_shift(&left));)
        on_stored(t, CONTAINER_OF(x, struct letter, node));
    watch_free(&t->watch);
    mailbox_free(&t->stored);
    mem_freep(tp);
}

static const char *wish_name(const struct app_letter *l)
{
    static const char *const names[] = {
        [LETTER_REPLAY] = "replay",     [LETTER_CANCEL] = "cancel",   [LETTER_APPROVE] = "approve",
        [LETTER_REJECT] = "reject",     [LETTER_RERUN] = "rerun",     [LETTER_PAUSE] = "pause",
        [LETTER_RESUME] = "resume",     [LETTER_BUMP] = "bump",       [LETTER_RELOAD] = "reload",
        [LETTER_PRIORITY] = "priority", [LETTER_REDRIVE] = "redrive",
    };
    if (l->kind == LETTER_DISPATCH)
        return l->event;
    return l->kind < ARRAY_LEN(names) ? names[l->kind] : NULL;
}

void audit_letter(struct audit *t, const struct app_letter *l)
{
    const char *what = wish_name(l);
    if (!what || !l->by[0])
        return;
    struct change_set *cs = change_set_new();
    bool of_run = l->kind != LETTER_REPLAY && l->kind != LETTER_DISPATCH && l->kind != LETTER_REDRIVE;
    change_add(cs, CHANGE_JOURNAL)->journal = (struct journal){.at = clk_wall_ms(),
                                                               .kind = "api",
                                                               .ref_id = l->id,
                                                               .run_id = of_run ? l->id : 0,
                                                               .to = what,
                                                               .cause = arena_dup(&cs->arena, sv_of(l->by))};
    cs->reply = t->stored;
    if (l->id)
        log_info("asked for", LS("what", what), LID("id", l->id), LS("by", l->by));
    else /* what a dispatch makes has no id yet */
        log_info("asked for", LS("what", what), LS("by", l->by));
    store_commit(t->app->store, cs);
}
