/* SPDX-License-Identifier: Apache-2.0 */
/* `recovery:`: what is done about failures, one entry after the other. Keys that belong to one strategy are refused at
 * the others. */
#include "config/policy_parts.h"
#include "config/workflow_parts.h"

enum { ENTRIES_MAX = 16, TIMES_MAX = 10, LABELS_MAX = 20, MINUTE = 60000 };
static const msec_t LONGEST_MS = 35LL * 24 * 3600 * 1000;

/* ---- issue ---- */

struct issue {
    const char *repo;
    struct names labels;
};

static void repo_read(struct reading *r, const struct ynode *n, void *into)
{
    const char *alias;
    if (node_name(r, n, "\"repo\"", &alias) && alias_check(r, n, alias))
        *(const char **)into = alias;
}

static void labels_read(struct reading *r, const struct ynode *n, void *into)
{
    struct names *names = into;
    if (node_names(r, n, "\"labels\"", names) && names->n > LABELS_MAX)
        say(r, n, "bad-value", "\"labels\" has more than %d entries", LABELS_MAX);
}

static const struct shape shape_issue_labels = {SHAPE_NAMES, .min = 1, .max = LABELS_MAX, .of = &shape_line,
                                                .looks = "labels"};
static const struct field issue_fields[] = {
    {"repo", F_READ, .read = repo_read, .at = offsetof(struct issue, repo), .required = true, .shape = &shape_alias,
     .doc = "alias of the repository that gets it"},
    {"labels", F_READ, .read = labels_read, .at = offsetof(struct issue, labels), .shape = &shape_issue_labels,
     .doc = "of the issue"},
};
static const struct object issue_object = {OBJECT("recovery.issue", "\"issue\"", issue_fields)};
static const struct shape shape_issue = {SHAPE_OBJECT, .object = &issue_object};

static void issue_read(struct reading *r, const struct ynode *n, void *into)
{
    struct wf_recovery *x = into;
    struct issue issue = {0};
    object_read(r, n, &issue_object, &issue);
    x->issue_repo = issue.repo;
    x->issue_labels = issue.labels.at;
    x->n_issue_labels = issue.labels.n;
}

/* ---- what stands in an entry ---- */

static void on_read(struct reading *r, const struct ynode *n, void *into)
{
    (void)classes_read(r, n, "\"on\"", into);
}

static void by_read(struct reading *r, const struct ynode *n, void *into)
{
    struct wf_recovery *x = into;
    people_read(r, n, &x->by, &x->n_by);
}

static void script_key(struct reading *r, const struct ynode *n, void *into)
{
    script_read(r, n, r->key, into);
}

/* ---- ways ---- */

#define X(id, name) name,
static const char *const way_words[] = {CONFLICT_WAYS(X) NULL};
#undef X
static const struct shape shape_way = {SHAPE_WORD, .words = way_words};
static const struct shape shape_ways = {SHAPE_NAMES, .min = 1, .max = WAY_N, .of = &shape_way,
                                        .looks = "one or several of fast-forward, rebase, merge"};

static void add_way(struct reading *r, const struct ynode *n, const char *word, struct wf_ways *ways)
{
    int i = 0;
    while (way_words[i] && strcmp(word, way_words[i]) != 0)
        i++;
    if (i == WAY_N)
        say(r, n, "bad-value", "\"ways\" are %s%s", words_text(r, way_words),
            did_you_mean(r, sv_of(word), way_words, WAY_N));
    else if (i == WAY_FORWARD && ways->n > 0)
        say(r, n, "unreachable", "\"fast-forward\" comes first: where it is possible, so are the others");
    else
        ways->at[ways->n++] = (enum conflict_way)i;
}

static void ways_read(struct reading *r, const struct ynode *n, void *into)
{
    struct names names;
    if (!node_names(r, n, "\"ways\"", &names))
        return;
    for (size_t i = 0; i < names.n && i < WAY_N; i++)
        add_way(r, names.nodes[i], names.at[i], into);
}

/* ---- one entry ---- */

/* ---- fix ---- */

static void fix_job_read(struct reading *r, const struct ynode *n, void *into)
{
    struct fix_name *x = arena_new(r->arena, sizeof *x);
    const char *job;
    if (!node_name(r, n, "\"job\"", &job))
        return;
    *x = (struct fix_name){n, job, r->fixes};
    r->fixes = x;
    *(const char **)into = job;
}

static const struct field fix_fields[] = {
    {"job", F_READ, .read = fix_job_read, .required = true, .shape = &shape_id,
     .doc = "key of a job of this file that says \"standby: true\""},
};
static const struct object fix_object = {OBJECT("recovery.fix", "\"fix\"", fix_fields)};
static const struct shape shape_fix_job = {SHAPE_OBJECT, .object = &fix_object};
static const struct shape *const fix_any[] = {&shape_script, &shape_fix_job, NULL};
static const struct shape shape_fix = {SHAPE_ONE_OF, .any = fix_any};

static void fix_read(struct reading *r, const struct ynode *n, void *into)
{
    struct wf_recovery *x = into;
    if (n->kind == Y_MAP)
        object_read(r, n, &fix_object, &x->fix_job);
    else
        script_read(r, n, "\"fix\"", &x->fix);
}

#define X(id, name) name,
static const char *const strategy_words[] = {STRATEGIES(X) NULL};
#undef X
static const char *const then_words[] = {"fail", "continue", NULL};

#define AT(member) .at = offsetof(struct wf_recovery, member)
static const struct field entry_fields[] = {
    {"on", F_READ, .read = on_read, AT(on), .required = true, .shape = &shape_classes, .doc = "the failures it is for"},
    {"do", F_WORD, AT(strategy), .required = true, .words = strategy_words,
     .doc = "retry: the step again; conflict: the change is brought onto what it conflicts with; testfix: the tests "
            "that failed again, then the script of \"fix\"; manual: a person is asked"},
    {"attempts", F_INT, AT(attempts), .preset = "2", .min = 1, .max = TIMES_MAX,
     .doc = "how often this entry is used; not with manual"},
    {"ways", F_READ, .read = ways_read, AT(ways), .shape = &shape_ways,
     .doc = "with conflict: how, in order: fast-forward; rebase: the commits of the change one by one on its base, "
            "which rewrites its branch; merge: a merge commit; default: [fast-forward, merge]"},
    {"issue", F_READ, .read = issue_read, .shape = &shape_issue, .doc = "with manual: an issue tells of it"},
    {"by", F_READ, .read = by_read, .shape = &shape_people,
     .doc = "with manual: who may answer; default: all who may approve"},
    {"deadline", F_DURATION, AT(deadline), .preset = "7d", .min = MINUTE, .max = LONGEST_MS,
     .doc = "with manual: how long the question stands"},
    {"then", F_WORD, AT(then), .words = then_words,
     .doc = "with manual: what happens when nobody answers; default: fail"},
    {"rerun", F_READ, .read = script_key, AT(rerun), .shape = &shape_script,
     .doc = "with testfix: a script that runs the tests of $FETTLE_FAILED_TESTS alone; default: the step as it is"},
    {"fix", F_READ, .read = fix_read, .shape = &shape_fix,
     .doc = "with testfix: a script that mends them, or the job that does"},
};
#undef AT
static const struct object entry_object = {OBJECT("recovery", "an entry of \"recovery\"", entry_fields)};
static const struct shape shape_entry = {SHAPE_OBJECT, .object = &entry_object};
const struct shape shape_recovery = {SHAPE_LIST, .max = ENTRIES_MAX, .of = &shape_entry};

/* Whose key it is. */
static const struct {
    const char *key;
    unsigned strategies;
} owners[] = {
    {"attempts", 1u << STRATEGY_RETRY | 1u << STRATEGY_CONFLICT | 1u << STRATEGY_TESTFIX},
    {"ways", 1u << STRATEGY_CONFLICT},
    {"issue", 1u << STRATEGY_MANUAL},
    {"by", 1u << STRATEGY_MANUAL},
    {"deadline", 1u << STRATEGY_MANUAL},
    {"then", 1u << STRATEGY_MANUAL},
    {"rerun", 1u << STRATEGY_TESTFIX},
    {"fix", 1u << STRATEGY_TESTFIX},
};

static void keys_of_strategy(struct reading *r, const struct ynode *n, const struct wf_recovery *x)
{
    for (size_t i = 0; i < ARRAY_LEN(owners); i++) {
        const struct ynode *key = key_node(n, owners[i].key);
        if (!key || owners[i].strategies & 1u << x->strategy)
            continue;
        say(r, key, "conflicting-keys", "\"%s\" does not belong to \"do: %s\"", owners[i].key,
            strategy_words[x->strategy]);
    }
}

/* A strategy for one kind of failure knows nothing to do about others. */
static void classes_of_strategy(struct reading *r, const struct ynode *n, const struct wf_recovery *x)
{
    unsigned tests = FAILURE_BIT(FAILURE_TEST), conflict = FAILURE_BIT(FAILURE_CONFLICT);
    if (x->strategy == STRATEGY_CONFLICT && x->on & ~conflict)
        say(r, ynode_get(n, "on"), "conflicting-keys", "\"do: conflict\" is for \"on: conflict\" alone");
    if (x->strategy == STRATEGY_TESTFIX && x->on & ~tests)
        say(r, ynode_get(n, "on"), "conflicting-keys", "\"do: testfix\" is for \"on: test\" alone");
}

static bool entry_read(struct reading *r, const struct ynode *n, struct wf_recovery *x)
{
    size_t before = r->problems->n_errors;
    object_read(r, n, &entry_object, x);
    const struct ynode *how = n->kind == Y_MAP ? ynode_get(n, "do") : NULL;
    if (!how || how->kind != Y_SCALAR || !is_one_of(how->text, strategy_words))
        return false;
    keys_of_strategy(r, n, x);
    classes_of_strategy(r, n, x);
    if (x->strategy == STRATEGY_MANUAL)
        x->attempts = 0;
    else
        x->deadline = 0;
    return r->problems->n_errors == before;
}

void recovery_read(struct reading *r, const struct ynode *n, struct wf_recovery **ret, size_t *ret_n)
{
    unsigned asked = 0; /* classes about which a person is asked further up */
    if (!want_seq(r, n, "\"recovery\""))
        return;
    if (n->n > ENTRIES_MAX) {
        say(r, n, "bad-value", "\"recovery\" has more than %d entries", ENTRIES_MAX);
        return;
    }
    *ret = arena_new(r->arena, (n->n + 1) * sizeof **ret);
    for (size_t i = 0; i < n->n; i++) {
        struct wf_recovery *x = &(*ret)[*ret_n];
        if (!entry_read(r, n->items[i], x))
            continue;
        if (!(x->on & ~asked))
            say(r, n->items[i], "unreachable",
                "an entry further up asks a person about all of these, and that is the end of it");
        if (x->strategy == STRATEGY_MANUAL)
            asked |= x->on;
        (*ret_n)++;
    }
}
