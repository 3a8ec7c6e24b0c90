/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include "core/trigger.h"

static struct arena arena;

struct row {
    const char *what;
    struct { /* the trigger; lists are separated by blanks, NULL = the key is absent */
        enum wf_event event;
        const char *repos, *types, *branches, *branches_ignore, *tags, *tags_ignore, *paths, *paths_ignore, *labels,
            *authors;
    } on;
    struct {
        const char *name, *action, *ref, *base, *labels, *login, *alias, *paths;
        enum tristate deleted;
        enum paths_known known;
    } ev;
    const char *reason; /* NULL = it starts */
};

#define PUSH .name = "push", .ref
#define MAIN .name = "push", .ref = "refs/heads/main"
#define CHANGE .name = "pull_request", .ref = "refs/pull/7/head", .base = "main", .action
#define UNWANTED(key, value) key ": \"" value "\" is not wanted"

static const struct row rows[] = {
    {"a push without filters", {.event = WF_PUSH}, {MAIN}, NULL},
    {"another event", {.event = WF_PULL_REQUEST}, {MAIN}, "on: \"push\" is not listed"},
    {"an event of no kind", {.event = WF_PUSH}, {.name = "fork"}, "on: workflows cannot start from \"fork\" in this version"},
    {"a deleted branch", {.event = WF_PUSH}, {MAIN, .deleted = YES}, "the ref was deleted"},
    {"a branch that is wanted", {WF_PUSH, .branches = "main rel/**"}, {PUSH = "refs/heads/rel/a/b"}, NULL},
    {"a branch that is not", {WF_PUSH, .branches = "main"}, {PUSH = "refs/heads/x"}, UNWANTED("branches", "x")},
    {"a negative pattern", {WF_PUSH, .branches = "** !x"}, {PUSH = "refs/heads/x"}, UNWANTED("branches", "x")},
    {"an ignored branch", {WF_PUSH, .branches_ignore = "wip/**"}, {PUSH = "refs/heads/wip/a"},
     UNWANTED("branches-ignore", "wip/a")},
    {"a branch beside the ignored", {WF_PUSH, .branches_ignore = "wip/**"}, {MAIN}, NULL},
    {"a tag where only branches are named", {WF_PUSH, .branches = "**"}, {PUSH = "refs/tags/v1"}, UNWANTED("tags", "v1")},
    {"a tag where only branches are ignored", {WF_PUSH, .branches_ignore = "x"}, {PUSH = "refs/tags/v1"},
     UNWANTED("tags", "v1")},
    {"a branch where only tags are named", {WF_PUSH, .tags = "v*"}, {MAIN}, UNWANTED("branches", "main")},
    {"a tag where both are named", {WF_PUSH, .branches = "x", .tags = "v*"}, {PUSH = "refs/tags/v1"}, NULL},
    {"an ignored tag", {WF_PUSH, .tags_ignore = "v*"}, {PUSH = "refs/tags/v1"}, UNWANTED("tags-ignore", "v1")},
    {"a tag without filters", {.event = WF_PUSH}, {PUSH = "refs/tags/v1"}, NULL},
    {"a change that was opened", {.event = WF_PULL_REQUEST}, {CHANGE = "opened"}, NULL},
    {"a change with new commits", {.event = WF_PULL_REQUEST}, {CHANGE = "synchronize"}, NULL},
    {"a change opened again", {.event = WF_PULL_REQUEST}, {CHANGE = "reopened"}, NULL},
    {"a change that got a label", {.event = WF_PULL_REQUEST}, {CHANGE = "labeled"}, UNWANTED("types", "labeled")},
    {"a label where it is asked for", {WF_PULL_REQUEST, .types = "labeled"}, {CHANGE = "labeled"}, NULL},
    {"types take the place of the usual ones", {WF_PULL_REQUEST, .types = "closed"}, {CHANGE = "opened"},
     UNWANTED("types", "opened")},
    {"branches of a change are base branches", {WF_PULL_REQUEST, .branches = "main"}, {CHANGE = "opened"}, NULL},
    {"a change into another branch", {WF_PULL_REQUEST, .branches = "rel"}, {CHANGE = "opened"}, UNWANTED("branches", "main")},
    {"a change without a base", {WF_PULL_REQUEST, .branches = "main"}, {.name = "pull_request", .action = "opened"},
     "branches: the event has none"},
    {"a repository by alias", {WF_PUSH, .repos = "api web"}, {MAIN, .alias = "web"}, NULL},
    {"another repository", {WF_PUSH, .repos = "api"}, {MAIN, .alias = "web"}, UNWANTED("repos", "web")},
    {"a repository that is not configured", {WF_PUSH, .repos = "**"}, {MAIN}, "repos: the event has none"},
    {"a label of several", {WF_PULL_REQUEST, .labels = "full-*"}, {CHANGE = "opened", .labels = "a full-stack"}, NULL},
    {"other labels", {WF_PULL_REQUEST, .labels = "full"}, {CHANGE = "opened", .labels = "a b"}, UNWANTED("labels", "a")},
    {"no label", {WF_PULL_REQUEST, .labels = "full"}, {CHANGE = "opened"}, "labels: the event has none"},
    {"an author", {WF_PUSH, .authors = "* !*\\[bot\\]"}, {MAIN, .login = "ann"}, NULL},
    {"a bot", {WF_PUSH, .authors = "* !*\\[bot\\]"}, {MAIN, .login = "dep[bot]"}, UNWANTED("authors", "dep[bot]")},
    {"a path", {WF_PUSH, .paths = "src/**"}, {MAIN, .paths = "a src/b/c"}, NULL},
    {"no such path", {WF_PUSH, .paths = "src/**"}, {MAIN, .paths = "a b"}, UNWANTED("paths", "a")},
    {"nothing changed", {WF_PUSH, .paths = "src/**"}, {MAIN}, "paths: the event has none"},
    {"one path that is not ignored", {WF_PUSH, .paths_ignore = "docs/**"}, {MAIN, .paths = "docs/a b"}, NULL},
    {"ignored paths alone", {WF_PUSH, .paths_ignore = "docs/**"}, {MAIN, .paths = "docs/a docs/b"},
     UNWANTED("paths-ignore", "docs/a")},
    {"paths of a tag are not asked for", {WF_PUSH, .tags = "**", .paths = "src/**"}, {PUSH = "refs/tags/v1", .paths = "a"}, NULL},
    {"paths to be known later", {WF_PUSH, .paths = "src/**"}, {MAIN, .known = PATHS_LATER}, NULL},
    {"paths that nobody knows", {WF_PUSH, .paths = "src/**"}, {MAIN, .known = PATHS_UNKNOWN},
     "paths: what changed is not known (the repository is not in repositories.yaml or cannot be read)"},
    {"the first filter that says no is told", {WF_PULL_REQUEST, .branches = "x", .labels = "l", .paths = "p"},
     {CHANGE = "opened", .paths = "q"}, UNWANTED("branches", "main")},
    {"labels before paths", {WF_PULL_REQUEST, .labels = "l", .authors = "a", .paths = "p"},
     {CHANGE = "opened", .login = "b", .paths = "q"}, "labels: the event has none"},
    {"a system event by its type", {WF_SYSTEM, .types = "project_*"}, {.name = "system", .action = "project_create"}, NULL},
    {"another system event", {WF_SYSTEM, .types = "user_*"}, {.name = "system", .action = "project_create"},
     UNWANTED("types", "project_create")},
};

static size_t words(const char *text, const char ***ret)
{
    size_t n = 0;
    struct sv rest = sv_of(text), word;
    *ret = arena_new(&arena, 16 * sizeof **ret);
    while (text && sv_next(&rest, ' ', &word))
        (*ret)[n++] = arena_dup(&arena, word);
    return n;
}

static void fill(struct wf_filter *f, const char *text)
{
    struct err e = {0};
    const char **at;
    size_t n = words(text, &at);
    f->present = text != NULL;
    for (size_t i = 0; i < n; i++)
        assert_int_equal(globs_add(&f->globs, sv_of(at[i]), &arena, &e), 0);
}

static void trigger_of(const struct row *r, struct wf_trigger *t)
{
    *t = (struct wf_trigger){.event = r->on.event};
    fill(&t->repos, r->on.repos);
    fill(&t->types, r->on.types);
    fill(&t->branches, r->on.branches);
    fill(&t->branches_ignore, r->on.branches_ignore);
    fill(&t->tags, r->on.tags);
    fill(&t->tags_ignore, r->on.tags_ignore);
    fill(&t->paths, r->on.paths);
    fill(&t->paths_ignore, r->on.paths_ignore);
    fill(&t->labels, r->on.labels);
    fill(&t->authors, r->on.authors);
}

static void ask(const struct row *r, struct wf_trigger *triggers, size_t n, struct trigger_verdict *ret)
{
    struct workflow w = {.name = "w", .triggers = triggers, .n_triggers = n};
    struct hook_event ev = {.name = r->ev.name, .action = r->ev.action, .ref = r->ev.ref, .deleted = r->ev.deleted};
    const char **paths;
    ev.change.base_ref = r->ev.base;
    ev.change.n_labels = words(r->ev.labels, &ev.change.labels);
    ev.sender.login = r->ev.login;
    struct trigger_input in = {.event = &ev, .alias = r->ev.alias, .known = r->ev.known};
    in.n_paths = words(r->ev.paths, &paths);
    in.paths = paths;
    trigger_match(&w, &in, &arena, ret);
}

static void every_filter_says_what_it_wants(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct wf_trigger t;
        struct trigger_verdict v;
        trigger_of(&rows[i], &t);
        ask(&rows[i], &t, 1, &v);
        if (v.matched != !rows[i].reason || !v.reason != v.matched || (v.reason && strcmp(v.reason, rows[i].reason) != 0))
            fail_msg("%s: %s", rows[i].what, v.reason ? v.reason : "starts");
        if (v.needs_paths != (rows[i].ev.known == PATHS_LATER))
            fail_msg("%s: paths", rows[i].what);
        arena_free(&arena);
    }
}

static void any_of_several_entries_starts_it(void **state)
{
    (void)state;
    struct wf_trigger t[2];
    struct trigger_verdict v;
    const struct row no = {.on = {WF_PUSH, .branches = "x"}, .ev = {MAIN}}, yes = {.on = {WF_PUSH, .branches = "main"}};
    trigger_of(&no, &t[0]);
    trigger_of(&yes, &t[1]);
    ask(&no, t, 2, &v);
    assert_true(v.matched);
    assert_null(v.reason);
    assert_int_equal(v.n_filters, 1);
    assert_string_equal(v.filters[0].key, "branches");
    assert_string_equal(v.filters[0].value, "main");
    assert_true(v.filters[0].matched);
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_filter_says_what_it_wants),
        cmocka_unit_test(any_of_several_entries_starts_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
