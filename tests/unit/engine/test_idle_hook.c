/* SPDX-License-Identifier: Apache-2.0 */
/* Webhooks that bring nothing: which are switched on again and when, what people hear of the others. The forge is a
 * script of one hook. */
#include <stdio.h>
#include "unit/engine/rig.h"
#include "port/forge_app.h"
#include "port/missed.h"

static const msec_t MINUTE = 60000, DAY = 24 * 3600000;

/* ---- the forge ---- */

static struct missed_hook hook;
static bool there, refuses, looks_app;
static int lists, switched;

static enum talk_next forge_missed(struct missed *m, const struct api_reply *reply, struct api_request *ret,
                                   struct err *e)
{
    (void)e;
    if (!reply) {
        ret->method = "GET";
        buf_str(&ret->path, "/hooks");
        lists++;
        looks_app = m->of == MISSED_APP;
        return TALK_CALL;
    }
    if (m->stage == 1) {
        m->hooks.at[0].mended = !refuses;
        m->hooks.at[0].refused = refuses ? "no" : NULL;
        return TALK_SENT;
    }
    m->listed = true;
    if (!there || m->of == MISSED_APP)
        return TALK_SENT;
    VEC_PUSH(&m->hooks, hook);
    if (hook.trouble != HOOK_DISABLED || !m->may_switch(m->ctx, &m->hooks.at[0]))
        return TALK_SENT;
    m->stage = 1;
    ret->method = "PATCH";
    buf_str(&ret->path, hook.name);
    return TALK_CALL;
}

static const struct forge_app_ops app_ops;
static const struct forge_ops by_number = {
    .kind = "github", .talk = rig_talk, .missed = forge_missed, .naming = HOOKS_BY_NUMBER, .app = &app_ops};
static const struct forge_ops by_place = {
    .kind = "gitea", .talk = rig_talk, .missed = forge_missed, .naming = HOOKS_BY_PLACE};
static const struct missed_place place = {"/hook/f", false};

/* ---- the engine ---- */

static struct rig r;
static struct setting kept[32];
static size_t n_kept;
static struct arena texts;
static char last_word[64], last_cause[256];

static void clear(void)
{
    for (size_t i = 0; i < r.out.now.n; i++)
        if (r.out.now.at[i].kind == ACT_LOOK)
            api_request_done(&r.out.now.at[i].look.request);
    rig_clear(&r);
}

static void keep(const struct change *c)
{
    size_t i = 0;
    while (i < n_kept && strcmp(kept[i].name, c->setting.name) != 0)
        i++;
    assert_true(i < ARRAY_LEN(kept));
    n_kept += i == n_kept;
    kept[i] = (struct setting){arena_strdup(&texts, c->setting.name), c->setting.value};
}

static void step(struct engine_event ev)
{
    clear();
    ev.now = r.now;
    engine_step(r.engine, &ev, &r.out);
    for (const struct change *c = r.out.changes ? r.out.changes->first : NULL; c; c = c->next) {
        if (c->kind == CHANGE_SETTING)
            keep(c);
        if (c->kind != CHANGE_JOURNAL || strcmp(c->journal.kind, "hook") != 0)
            continue;
        (void)snprintf(last_word, sizeof last_word, "%s", c->journal.to);
        (void)snprintf(last_cause, sizeof last_cause, "%s", c->journal.cause);
    }
    if (r.out.changes)
        r.seq = r.out.changes->seq;
}

static void boot(const struct forge_ops *ops)
{
    struct open_work *w = mem_new(sizeof *w);
    r.repos.n = 1;
    r.forge.ops = ops;
    r.forge.looks = true;
    r.forge.reconcile_ms = MINUTE;
    r.forge.hooks = &place;
    r.forge.n_hooks = 1;
    w->seen_repos = arena_new(&w->arena, sizeof *w->seen_repos);
    w->seen_repos[0] = (struct seen_repo_row){.forge = "f", .forge_id = 7, .path = "acme/api", .looked_at = 1};
    w->n_seen_repos = 1;
    w->settings = kept;
    w->n_settings = n_kept;
    w->max_id = 100;
    step((struct engine_event){.kind = EV_BOOT, .boot = {.work = w}});
}

/* Another engine, with what is on disk. */
static void restart(const struct forge_ops *ops)
{
    msec_t now = r.now;
    clear();
    rig_close(&r);
    rig_open(&r);
    r.now = now;
    boot(ops);
}

static int set_up(void **state)
{
    (void)state;
    rig_open(&r);
    hook = (struct missed_hook){.name = "/repos/acme/api/hooks/12", .source = "12", .place = "/hook/f"};
    there = true;
    refuses = false;
    lists = switched = 0;
    n_kept = 0;
    last_word[0] = last_cause[0] = 0;
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    clear();
    rig_close(&r);
    arena_free(&texts);
    texts = (struct arena){0};
    return 0;
}

static struct engine_action *look_now(void)
{
    return rig_now(&r, ACT_LOOK);
}

static void answer(void)
{
    static const struct api_reply reply = {.status = 200};
    int64_t talk = look_now()->look.talk;
    step((struct engine_event){.kind = EV_LOOKED, .looked = {talk, &reply}});
}

static void commit(void)
{
    step((struct engine_event){.kind = EV_COMMITTED, .committed = r.seq});
}

static void next_list(void)
{
    while (!look_now()) {
        msec_t at = engine_next_timer(r.engine);
        assert_true(at != INT64_MAX);
        r.now = at > r.now ? at : r.now;
        step((struct engine_event){.kind = EV_TIMER});
    }
}

/* The next conversation about hooks, to its end. True: something was switched on. */
static bool look(void)
{
    next_list();
    assert_string_equal(look_now()->look.request.path.p, "/hooks");
    answer();
    assert_null(look_now()); /* a write waits for the disk */
    commit();
    if (!look_now())
        return false;
    assert_string_equal(look_now()->look.request.method, "PATCH");
    switched++;
    answer();
    commit();
    return true;
}

static void look_until(msec_t end)
{
    while (r.now < end)
        (void)look();
}

/* By our webhook, and about repository `repo`; 0: it says nothing that anybody wants to hear. */
static void comes(int64_t id, int64_t hook_id, int64_t repo)
{
    struct delivery d = {.id = id};
    struct engine_event ev = rig_push(id);
    step((struct engine_event){.kind = EV_DELIVERY, .delivery = &d});
    ev.decoded.arrival = (struct hook_arrival){"f", "/hook/f", hook_id};
    ev.decoded.event->name = "watch"; /* nothing runs for it */
    ev.decoded.event->repo.forge_id = repo;
    if (repo != 7) {
        ev.decoded.event->repo.id = "f:acme/other";
        ev.decoded.event->repo.full_name = "acme/other";
    }
    if (!repo) {
        ev.decoded.verdict = DECODE_IGNORED;
        ev.decoded.event = NULL;
        ev.decoded.reason = "unknown";
    }
    step(ev);
}

static void is_found(int64_t id)
{
    struct delivery d = {.id = id};
    struct engine_event ev = rig_push(id);
    step((struct engine_event){.kind = EV_DELIVERY, .delivery = &d});
    ev.decoded.event->name = "watch";
    ev.decoded.event->repo.forge_id = 7;
    step(ev);
}

/* One hook of `state`, or none at all when it is NULL. */
static void shows(const char *state, const char *why)
{
    AUTO(buf_free) struct buf out = {0};
    struct engine_stats stats;
    engine_hooks(r.engine, &out);
    engine_stats(r.engine, &stats);
    assert_int_equal(stats.hooks_idle, state ? 1 : 0);
    if (!state) {
        assert_string_equal(out.p, "{\"schema\":1,\"hooks\":[]}");
        return;
    }
    assert_non_null(strstr(out.p, state));
    assert_non_null(strstr(out.p, why));
    assert_non_null(strstr(out.p, "fettle connect f:acme/api"));
}

/* ---- tests ---- */

static void only_a_hook_that_something_came_by_is_switched_on(void **state)
{
    (void)state;
    boot(&by_number);
    assert_false(look());
    hook.trouble = HOOK_DISABLED;
    assert_false(look());
    shows("\"disabled\"", "knows of nothing that came by it");
    comes(200, 13, 7); /* by another one */
    is_found(201);     /* by none */
    assert_false(look());
    comes(202, 12, 0);
    assert_true(look());
    assert_string_equal(last_word, "switched-on");
    shows(NULL, NULL);
}

static void whoever_switches_it_off_again_is_respected_over_restarts(void **state)
{
    (void)state;
    boot(&by_number);
    comes(200, 12, 0);
    hook.trouble = HOOK_DISABLED;
    restart(&by_number); /* what came is remembered */
    assert_true(look());
    assert_false(look());
    assert_string_equal(last_word, "disabled");
    assert_non_null(strstr(last_cause, "switched off again"));
    shows("\"disabled\"", "switched off again");
    restart(&by_number);
    look_until(r.now + 3 * DAY);
    assert_int_equal(switched, 1);
    shows("\"disabled\"", "switched off again");
    hook.trouble = HOOK_WORKS; /* a person */
    assert_false(look());
    assert_string_equal(last_word, "works");
    shows(NULL, NULL);
    hook.trouble = HOOK_DISABLED;
    assert_true(look());
}

static void it_is_asked_for_once_a_day_whatever_comes_of_it(void **state)
{
    (void)state;
    boot(&by_number);
    comes(200, 12, 0);
    hook.trouble = HOOK_DISABLED;
    refuses = true;
    assert_true(look());
    shows("\"disabled\"", "\"refused\":\"no\"");
    restart(&by_number);
    look_until(r.now + DAY - 2 * MINUTE);
    assert_int_equal(switched, 1);
    look_until(r.now + 4 * MINUTE);
    assert_int_equal(switched, 2);
}

static void a_crash_before_the_answer_counts_as_a_try(void **state)
{
    (void)state;
    boot(&by_number);
    comes(200, 12, 0);
    hook.trouble = HOOK_DISABLED;
    next_list();
    answer(); /* the intent is on disk, and no more */
    restart(&by_number);
    assert_false(look());
    shows("\"disabled\"", "less than a day ago");
}

static void where_deliveries_name_no_hook_the_place_and_the_repository_do(void **state)
{
    (void)state;
    boot(&by_place);
    hook.source = "/hook/f 7";
    hook.trouble = HOOK_DISABLED;
    assert_false(look());
    comes(200, 0, 8); /* of another repository */
    assert_false(look());
    comes(201, 0, 7);
    assert_true(look());
}

static void a_repository_whose_hook_is_gone_is_told_until_something_comes(void **state)
{
    (void)state;
    boot(&by_number);
    assert_false(look());
    there = false;
    assert_false(look());
    assert_string_equal(last_word, "gone");
    shows("\"gone\"", "no webhook of it leads here any more");
    restart(&by_number);
    assert_false(look());
    shows("\"gone\"", "no webhook of it leads here any more");
    comes(200, 99, 7); /* a hook of the organisation, that we may not see */
    shows(NULL, NULL);
    assert_false(look());
    shows(NULL, NULL);
}

static void a_repository_that_never_had_a_hook_lacks_none(void **state)
{
    (void)state;
    there = false;
    boot(&by_number);
    assert_false(look());
    shows(NULL, NULL);
}

static void a_hook_that_was_off_and_is_removed_is_told_of_no_more(void **state)
{
    (void)state;
    boot(&by_number);
    hook.trouble = HOOK_DISABLED;
    assert_false(look());
    shows("\"disabled\"", "knows of nothing");
    hook.name = "/repos/acme/api/hooks/13";
    hook.source = "13";
    hook.trouble = HOOK_WORKS;
    assert_false(look());
    assert_string_equal(last_word, "removed");
    shows(NULL, NULL);
}

static void how_long_the_forge_lets_a_hook_rest_is_told(void **state)
{
    (void)state;
    boot(&by_number);
    hook.trouble = HOOK_RESTING;
    hook.until = "2026-09-21T13:00:00Z";
    assert_false(look());
    assert_string_equal(last_word, "resting");
    shows("\"until\":\"2026-09-21T13:00:00Z\"", "the forge lets it rest for a while");
    hook.trouble = HOOK_WORKS;
    assert_false(look());
    shows(NULL, NULL);
}

static void two_failures_without_a_success_in_between_are_silence(void **state)
{
    (void)state;
    boot(&by_number);
    hook.failed = r.now + 1;
    assert_false(look());
    assert_false(look()); /* the same one */
    shows(NULL, NULL);
    hook.failed = r.now + 2;
    assert_false(look());
    shows("\"silent\"", "nothing of what it sends arrives");
    hook.failed = 0; /* nothing was sent since */
    assert_false(look());
    shows("\"silent\"", "nothing of what it sends arrives");
    hook.arrived = r.now + 3;
    assert_false(look());
    assert_string_equal(last_word, "works");
    shows(NULL, NULL);
}

static void the_apps_own_hook_is_looked_at_beside_those_of_repositories(void **state)
{
    (void)state;
    bool app = false, repo = false;
    r.forge.is_app = true;
    boot(&by_number);
    for (int i = 0; i < 4; i++) {
        (void)look();
        app |= looks_app;
        repo |= !looks_app;
    }
    assert_true(app && repo);
    assert_int_equal(lists, 4);
}

int main(void)
{
#define CASE(fn) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        CASE(only_a_hook_that_something_came_by_is_switched_on),
        CASE(whoever_switches_it_off_again_is_respected_over_restarts),
        CASE(it_is_asked_for_once_a_day_whatever_comes_of_it),
        CASE(a_crash_before_the_answer_counts_as_a_try),
        CASE(where_deliveries_name_no_hook_the_place_and_the_repository_do),
        CASE(a_repository_whose_hook_is_gone_is_told_until_something_comes),
        CASE(a_repository_that_never_had_a_hook_lacks_none),
        CASE(a_hook_that_was_off_and_is_removed_is_told_of_no_more),
        CASE(how_long_the_forge_lets_a_hook_rest_is_told),
        CASE(two_failures_without_a_success_in_between_are_silence),
        CASE(the_apps_own_hook_is_looked_at_beside_those_of_repositories),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
