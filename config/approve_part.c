/* SPDX-License-Identifier: Apache-2.0 */
/* `approve:`: a person says yes before a job starts. */
#include "config/policy_parts.h"
#include "config/workflow_parts.h"

enum { PEOPLE_MAX = 100, MINUTE = 60000 };
static const msec_t LONGEST_MS = 35LL * 24 * 3600 * 1000;

#define NAME "[A-Za-z0-9_][A-Za-z0-9._-]*"
static const struct shape shape_person = {SHAPE_TEXT, .pattern = "^" NAME "(/" NAME ")*$", .looks = "a name"};
const struct shape shape_people = {SHAPE_NAMES, .min = 1, .max = PEOPLE_MAX, .of = &shape_person,
                                   .looks = "users and teams like ann or acme/release"};

static bool is_person(struct sv s)
{
    struct sv part;
    if (s.n == 0 || s.p[s.n - 1] == '/')
        return false;
    while (sv_next(&s, '/', &part))
        if (!is_word(part, "._-"))
            return false;
    return true;
}

void people_read(struct reading *r, const struct ynode *n, const char ***ret, size_t *ret_n)
{
    struct names names;
    if (!node_names(r, n, "\"by\"", &names))
        return;
    if (names.n > PEOPLE_MAX)
        say(r, n, "bad-value", "\"by\" has more than %d entries", PEOPLE_MAX);
    for (size_t i = 0; i < names.n; i++)
        if (!is_person(sv_of(names.at[i])))
            say(r, names.nodes[i], "bad-value",
                "\"by\" names users and teams of the forge, like ann or acme/release, without an @");
    *ret = names.at;
    *ret_n = names.n;
}

static void by_read(struct reading *r, const struct ynode *n, void *into)
{
    struct wf_approve *a = into;
    people_read(r, n, &a->by, &a->n_by);
}

static const char *const bind_words[] = {"run", "sha", NULL}; /* by bind_sha */
static const struct shape shape_bind = {SHAPE_WORD, .words = bind_words};

static void bind_read(struct reading *r, const struct ynode *n, void *into)
{
    struct sv s;
    if (!node_text(r, n, "\"bind\"", &s))
        return;
    if (!is_one_of(s, bind_words))
        say(r, n, "bad-value", "\"bind\" must be sha or run%s", did_you_mean(r, s, bind_words, 2));
    *(bool *)into = !sv_is(s, "run");
}

static const char *const then_words[] = {"fail", "continue", NULL};

#define AT(member) .at = offsetof(struct wf_approve, member)
#define PEOPLE                                                                                                         \
    {"by", F_READ, .read = by_read, .shape = &shape_people, .doc = "who; default: all who may approve"},               \
    {                                                                                                                  \
        "deadline", F_DURATION, AT(deadline), .preset = "30d", .min = MINUTE, .max = LONGEST_MS,                       \
                                              .doc = "how long the question stands"                                    \
    }
static const struct field approve_fields[] = {
    PEOPLE,
    {"bind", F_READ, .read = bind_read, AT(bind_sha), .shape = &shape_bind,
     .doc = "what the answer holds for: with sha it names the commit, and holds for no other; default: sha"},
    {"then", F_WORD, AT(then), .words = then_words, .doc = "what happens when nobody answers; default: fail"},
};
static const struct field environment_fields[] = {PEOPLE};
#undef AT
static const struct object approve_object = {OBJECT("approve", "\"approve\"", approve_fields)};
static const struct object environment_object = {OBJECT("environment.approve", "\"approve\"", environment_fields)};
const struct shape shape_approve = {SHAPE_OBJECT, .object = &approve_object};
const struct shape shape_environment_approve = {SHAPE_OBJECT, .object = &environment_object};

void approve_read(struct reading *r, const struct ynode *n, void *into)
{
    struct wf_approve *a = into;
    a->present = a->bind_sha = true;
    object_read(r, n, &approve_object, a);
}

void environment_approve_read(struct reading *r, const struct ynode *n, void *into)
{
    struct wf_approve *a = into;
    a->present = a->bind_sha = true;
    object_read(r, n, &environment_object, a);
}
