/* SPDX-License-Identifier: Apache-2.0 */
/* Filters of events: lists of patterns, and what can never match in them. */
#include "config/workflow_parts.h"

/* Steps of matching in one file, to find patterns that others take away: some milliseconds. */
enum { PATTERN_WORK = 8 << 20 };

void pattern_add(struct reading *r, const struct ynode *n, const char *pattern, struct wf_filter *f)
{
    struct err e = {0};
    if (globs_add(&f->globs, sv_of(pattern), r->arena, &e) < 0)
        say(r, n, "bad-pattern", "%s", e.msg);
}

static bool is_plain(const char *pattern)
{
    return !strpbrk(pattern, "*?+[\\!");
}

/* The last pattern of the list that matches the name, which itself stands at `i`; `i` too when patterns were made to
 * take long. */
static size_t last_match(struct reading *r, const struct names *names, const struct wf_filter *f, size_t i)
{
    struct sv name = sv_of(names->at[i]);
    size_t k = names->n - 1;
    for (; k > i; k--) {
        r->pattern_work += glob_work(f->globs.at[k], name);
        if (r->pattern_work > PATTERN_WORK)
            return i;
        if (glob_match(f->globs.at[k], name))
            break;
    }
    return k;
}

/* A pattern without wildcards matches one name: a later "!" that takes this name away makes it say nothing. */
static void check_taken_away(struct reading *r, const struct names *names, const struct wf_filter *f)
{
    for (size_t i = 0; i < names->n && names->n <= 64; i++) {
        size_t k = is_plain(names->at[i]) ? last_match(r, names, f, i) : i;
        if (k > i && names->at[k][0] == '!')
            say(r, names->nodes[i], "unreachable",
                "\"%s\" is taken away again by \"%s\" further down: the last "
                "pattern that matches wins",
                names->at[i], names->at[k]);
    }
}

static void check_patterns(struct reading *r, const struct names *names, const struct wf_filter *f)
{
    bool positive = false, everything = false;
    if (names->n != f->globs.n)
        return; /* one of them is no pattern */
    for (size_t i = 0; i < names->n; i++) {
        bool negative = names->at[i][0] == '!';
        positive |= !negative;
        everything = negative ? sv_is(sv_of(names->at[i]), "!**") : false;
    }
    if (!positive)
        say(r, names->nodes[0], "unreachable",
            "%s has only patterns that take away, so nothing ever matches: begin with a pattern like \"**\"", r->key);
    else if (everything)
        say(r, names->nodes[names->n - 1], "unreachable", "\"!**\" at the end takes everything away again");
    else
        check_taken_away(r, names, f);
}

static bool names_of_filter(struct reading *r, const struct ynode *n, struct names *ret, struct wf_filter *f)
{
    f->present = true;
    return node_names(r, n, r->key, ret);
}

void filter_read(struct reading *r, const struct ynode *n, void *into)
{
    struct wf_filter *f = into;
    struct names names;
    if (!names_of_filter(r, n, &names, f))
        return;
    for (size_t i = 0; i < names.n; i++)
        pattern_add(r, names.nodes[i], names.at[i], f);
    check_patterns(r, &names, f);
}

void repos_read(struct reading *r, const struct ynode *n, void *into)
{
    struct wf_filter *f = into;
    struct names names;
    if (!names_of_filter(r, n, &names, f))
        return;
    for (size_t i = 0; i < names.n; i++) {
        if (is_plain(names.at[i]))
            (void)alias_check(r, names.nodes[i], names.at[i]);
        pattern_add(r, names.nodes[i], names.at[i], f);
    }
    check_patterns(r, &names, f);
}

/* GitHub refuses both forms of one filter on the same event. */
static void check_pair(struct reading *r, const struct ynode *map, const char *key)
{
    const char *other = arena_fmt(r->arena, "%s-ignore", key);
    const struct ynode *at = key_node(map, other);
    if (at && key_node(map, key))
        say(r, at, "conflicting-keys",
            "\"%s\" and \"%s\" cannot stand together: use \"%s\" with patterns that begin with \"!\"", key, other, key);
}

void filters_check(struct reading *r, const struct ynode *map, const struct wf_trigger *t)
{
    const struct ynode *paths = key_node(map, "paths");
    bool branches = t->branches.present || t->branches_ignore.present;
    check_pair(r, map, "branches");
    check_pair(r, map, "tags");
    check_pair(r, map, "paths");
    paths = paths ? paths : key_node(map, "paths-ignore");
    if (t->event == WF_PUSH && paths && (t->tags.present || t->tags_ignore.present) && !branches)
        say_warning(r, paths, "unreachable",
                    "paths are not asked for tags, and this event takes only tags: leave the filter out, or add "
                    "\"branches\"");
}
