/* SPDX-License-Identifier: Apache-2.0 */
/* `limits:` of a forge: how often its API may be called. By itself what is documented of a public service, and nothing
 * for a server of one's own, which has such limits only where somebody has switched them on. */
#include "config/field.h"
#include "config/sections.h"

enum { CALLS_MAX = 10000000, FLIGHTS_MAX = 100, MINUTE = 60000, HOUR = 60 * MINUTE };

/* So many at once that a thousand runs do not wait for each other's answers; a server of one's own bears that. */
static const struct call_limits none = {.flights = 16, .writes = 16, .hold = 1000};

#define AT(member) .at = offsetof(struct call_limits, member)
static const struct field fields[] = {
    {"calls-per-hour", F_INT, AT(hour), .min = 1, .max = CALLS_MAX, .doc = "of any kind"},
    {"calls-per-minute", F_INT, AT(minute), .min = 1, .max = CALLS_MAX, .doc = "of any kind"},
    {"points-per-minute", F_INT, AT(points), .min = POINTS_WRITE, .max = CALLS_MAX,
     .doc = "a call that reads costs one, any other five"},
    {"creates-per-minute", F_INT, AT(creates_minute), .min = 1, .max = CALLS_MAX,
     .doc = "issues, comments, pull requests and merges"},
    {"creates-per-hour", F_INT, AT(creates_hour), .min = 1, .max = CALLS_MAX, .doc = "the same"},
    {"write-spacing", F_DURATION, AT(write_gap), .min = 0, .max = HOUR, .doc = "from one call that writes to the next"},
    {"create-spacing", F_DURATION, AT(create_gap), .min = 0, .max = HOUR,
     .doc = "from one call that creates to the next"},
    {"in-flight", F_INT, AT(flights), .min = 1, .max = FLIGHTS_MAX, .doc = "calls at once"},
    {"writes-in-flight", F_INT, AT(writes), .min = 1, .max = FLIGHTS_MAX, .doc = "of them, those that write"},
    {"hold", F_DURATION, AT(hold), .min = 0, .max = MINUTE,
     .doc = "how long \"queued\" and \"running\" wait for what comes next, which then takes their place; an end never "
            "waits"},
};
static const struct object limits_object = {OBJECT("forge.limits", "\"limits\"", fields)};
static const char *const words[] = {"auto", "off", NULL};
static const struct shape shape_word = {SHAPE_WORD, .words = words},
                          shape_map = {SHAPE_OBJECT, .object = &limits_object};
const struct shape shape_forge_limits = {SHAPE_ONE_OF,
                                         .any = (const struct shape *const[]){&shape_word, &shape_map, NULL}};

static bool is_public(const struct conf_forge *f)
{
    if (!f->ops || !f->ops->limits || !f->ops->default_url || !f->url)
        return false;
    return strcmp(f->url, f->ops->default_url) == 0 || sv_ends(sv_of(f->url), SV(".ghe.com"));
}

void forge_limits_read(struct reading *r, const struct ynode *n, struct conf_forge *f)
{
    bool is_word = n && n->kind == Y_SCALAR;
    f->limits = is_public(f) ? *f->ops->limits : none;
    if (!n)
        return;
    if (is_word && sv_is(n->text, "off"))
        f->limits = none;
    else if (is_word && !sv_is(n->text, "auto"))
        say(r, n, "bad-value", "\"limits\" is auto, off, or keys%s", did_you_mean(r, n->text, words, 2));
    else if (!is_word)
        object_read(r, n, &limits_object, &f->limits);
}
