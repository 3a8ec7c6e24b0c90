/* SPDX-License-Identifier: Apache-2.0 */
/* `retry:`: what is tried again, and how often. */
#include "config/policy_parts.h"
#include "config/workflow_parts.h"

enum { TIMES_MAX = 9, HOUR = 3600 * 1000 };
static const msec_t BACKOFF_MS = 2000, BACKOFF_MOST_MS = 5 * 60000;

/* ---- classes of failure ---- */

/* What was cancelled is none of them. */
static const char *const words[] = {"network", "rate-limit", "resource", "lost",    "conflict", "test", "build",
                                    "config",  "permission", "timeout",  "unknown", "any",      NULL};
enum { WORDS = ARRAY_LEN(words) - 1 };
_Static_assert(WORDS == FAILURE_CLASS_N - 1, "every class but none and cancelled, and any");
static const struct shape shape_class = {SHAPE_WORD, .words = words};
const struct shape shape_classes = {SHAPE_NAMES, .min = 1, .max = WORDS, .of = &shape_class,
                                    .looks = "one or several of network, rate-limit, resource (memory, disk), lost "
                                             "(the machine), conflict, test, build, config, permission, timeout, "
                                             "unknown, or any"};

static unsigned bit_of(struct sv word)
{
    if (sv_is(word, "any"))
        return FAILURE_ANY & ~FAILURE_BIT(FAILURE_CANCELLED);
    for (unsigned c = 1; c < FAILURE_CLASS_N; c++)
        if (sv_is(word, failure_class_name[c]) && c != FAILURE_CANCELLED)
            return FAILURE_BIT(c);
    return 0;
}

static void refuse_class(struct reading *r, const struct ynode *n, const char *what, struct sv word)
{
    if (sv_is(word, failure_class_name[FAILURE_CANCELLED]))
        say(r, n, "bad-value", "what was cancelled is left alone: somebody wanted it to end");
    else
        say(r, n, "bad-value", "%s names classes of failure: %s%s", what, words_text(r, words),
            did_you_mean(r, word, words, WORDS));
}

bool classes_read(struct reading *r, const struct ynode *n, const char *what, unsigned *ret)
{
    struct names names;
    unsigned all = 0;
    if (!node_names(r, n, what, &names))
        return false;
    for (size_t i = 0; i < names.n; i++) {
        unsigned bit = bit_of(sv_of(names.at[i]));
        if (!bit)
            refuse_class(r, names.nodes[i], what, sv_of(names.at[i]));
        all |= bit;
    }
    *ret = all;
    return all != 0;
}

/* ---- retry ---- */

static void on_read(struct reading *r, const struct ynode *n, void *into)
{
    (void)classes_read(r, n, "\"on\"", into);
}

#define AT(member) .at = offsetof(struct wf_retry, member)
static const struct field retry_fields[] = {
    {"attempts", F_INT, AT(attempts), .preset = "3", .min = 1, .max = TIMES_MAX + 1,
     .doc = "tries in all: with 3 there are at most two after the first"},
    {"backoff", F_DURATION, AT(backoff), .preset = "2s", .min = 100, .max = HOUR,
     .doc = "longest wait before the second try; it doubles with each one, and the wait is any time up to it"},
    {"max-backoff", F_DURATION, AT(max_backoff), .preset = "5m", .min = 100, .max = 24 * HOUR,
     .doc = "no wait is longer, but for what the other side asks for"},
    {"on", F_READ, .read = on_read, AT(on), .shape = &shape_classes,
     .doc = "the failures it is for; default: network, rate-limit, resource, lost"},
};
#undef AT
static const struct object retry_object = {OBJECT("retry", "\"retry\"", retry_fields)};
static const struct shape shape_times = {SHAPE_NUMBER, .max = TIMES_MAX, .looks = "how many further tries"};
static const struct shape shape_retry_map = {SHAPE_OBJECT, .object = &retry_object};
const struct shape shape_retry = {SHAPE_ONE_OF,
                                  .any = (const struct shape *const[]){&shape_times, &shape_retry_map, NULL}};

static void times_read(struct reading *r, const struct ynode *n, struct wf_retry *t)
{
    struct sv s;
    int64_t times;
    if (!node_text(r, n, "\"retry\"", &s))
        return;
    if (sv_int(s, &times) && times >= 0 && times <= TIMES_MAX)
        t->attempts = (int)times + 1;
    else
        say(r, n, "bad-value",
            "\"retry\" must be the number of further tries, 0 to %d, or a mapping like {attempts: 3, on: [network]}",
            TIMES_MAX);
}

void retry_read(struct reading *r, const struct ynode *n, void *into)
{
    struct wf_retry *t = into;
    *t = (struct wf_retry){.said = true, .attempts = 1, .backoff = BACKOFF_MS, .max_backoff = BACKOFF_MOST_MS};
    t->on = FAILURE_BIT(FAILURE_NETWORK) | FAILURE_BIT(FAILURE_RATE_LIMIT) | FAILURE_BIT(FAILURE_RESOURCE) |
            FAILURE_BIT(FAILURE_LOST);
    if (n->kind == Y_SCALAR) {
        times_read(r, n, t);
        return;
    }
    if (n->kind == Y_SEQ) {
        say(r, n, "bad-type", "\"retry\" must be the number of further tries, or a mapping with \"attempts\"");
        return;
    }
    object_read(r, n, &retry_object, t);
    if (t->backoff <= t->max_backoff)
        return;
    if (key_node(n, "max-backoff"))
        say(r, key_node(n, "max-backoff"), "conflicting-keys", "\"max-backoff\" is shorter than \"backoff\"");
    t->max_backoff = t->backoff;
}
