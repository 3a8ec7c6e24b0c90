/* SPDX-License-Identifier: Apache-2.0 */
/* `schedule:` — a list of {cron, timezone}. */
#include "config/workflow_parts.h"
#include "lang/cron.h"

enum { SCHEDULES_MAX = 100 };

struct raw_schedule {
    const struct ynode *cron, *timezone;
};

static const struct field schedule_fields[] = {
    {"cron", F_READ, .read = field_keep, .at = offsetof(struct raw_schedule, cron), .shape = &shape_line,
     .required = true, .doc = "minute hour day month weekday"},
    {"timezone", F_READ, .read = field_keep, .at = offsetof(struct raw_schedule, timezone), .shape = &shape_line,
     .doc = "of the tz database: Europe/Berlin; default UTC"},
};
static const struct object schedule = {OBJECT("schedule", "a schedule", schedule_fields)};
static const struct shape shape_schedule = {SHAPE_OBJECT, .object = &schedule};
const struct shape shape_schedules = {SHAPE_LIST, .min = 1, .max = SCHEDULES_MAX, .of = &shape_schedule};

static void check_cron(struct reading *r, const struct ynode *n)
{
    const struct cron *cron;
    struct ymark at = n->at;
    struct err e = {0};
    if (cron_compile(n->text, r->arena, &cron, &e) < 0) {
        (void)find_in_text(r, n, 0, e.code > 0 ? (size_t)e.code : 0, &at);
        say_at(r, at, 1, "bad-schedule", "%s", e.msg);
        return;
    }
    int gap = cron_shortest_gap(cron);
    if (gap < 5)
        say_warning(r, n, "often",
                    "this starts every %s: GitHub takes no schedule below 5 minutes, and each start is a run",
                    gap == 1 ? "minute" : arena_fmt(r->arena, "%d minutes", gap));
}

static void check_zone(struct reading *r, const struct ynode *n)
{
    const struct cron_zone *zone;
    struct err e = {0};
    if (cron_zone(n->text.p, r->arena, &zone, &e) < 0)
        say(r, n, "unknown-timezone", "%s", e.msg);
}

static void schedule_read(struct reading *r, const struct ynode *n, struct wf_trigger *t)
{
    struct raw_schedule raw = {0};
    struct wf_schedule s = {.line = n->at.line};
    object_read(r, n, &schedule, &raw);
    if (!raw.cron || !node_name(r, raw.cron, "\"cron\"", &s.cron))
        return;
    if (raw.timezone && !node_name(r, raw.timezone, "\"timezone\"", &s.timezone))
        return;
    check_cron(r, raw.cron);
    if (raw.timezone)
        check_zone(r, raw.timezone);
    t->schedules[t->n_schedules++] = s;
}

void schedules_read(struct reading *r, const struct ynode *n, struct wf_trigger *t)
{
    if (!want_seq(r, n, "\"schedule\""))
        return;
    if (n->n == 0 || n->n > SCHEDULES_MAX) {
        say(r, n, "bad-value", n->n ? "\"schedule\" has more than 100 entries" : "\"schedule\" is an empty list");
        return;
    }
    t->schedules = arena_new(r->arena, n->n * sizeof *t->schedules);
    for (size_t i = 0; i < n->n; i++)
        schedule_read(r, n->items[i], t);
}
