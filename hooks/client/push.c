/* SPDX-License-Identifier: Apache-2.0 */
#include "hooks/client/push.h"
#include <stdio.h>
#include <stdlib.h>

bool push_is_absent(struct sv object)
{
    for (size_t i = 0; i < object.n; i++)
        if (object.p[i] != '0')
            return false;
    return true;
}

/* Takes the last word off the line; what is in front may have blanks (the local name of pre-push is an expression). */
static bool take_last(struct sv *line, struct sv *ret)
{
    ptrdiff_t at = sv_rchr(*line, ' ');
    *ret = sv_from(*line, (size_t)(at + 1));
    *line = sv_cut(*line, at < 0 ? 0 : (size_t)at);
    return ret->n > 0;
}

/* <local ref> <local object> <remote ref> <remote object> */
static bool read_pre_push(struct sv line, struct hook_update *ret)
{
    return take_last(&line, &ret->before) && take_last(&line, &ret->ref) && take_last(&line, &ret->after) && line.n > 0;
}

/* <old object> <new object> <ref> */
static bool read_receive(struct sv line, struct hook_update *ret)
{
    return sv_next(&line, ' ', &ret->before) && sv_next(&line, ' ', &ret->after) && sv_next(&line, ' ', &ret->ref) &&
           !line.p && ret->before.n && ret->after.n && ret->ref.n;
}

/* Nothing is behind the last line end. */
static bool next_line(struct sv *rest, struct sv *ret)
{
    return rest->n && sv_next(rest, '\n', ret);
}

static size_t count_lines(struct sv text)
{
    size_t n = 0;
    struct sv line;
    while (next_line(&text, &line))
        n++;
    return n;
}

int push_read(const struct hook_options *o, struct sv input, struct arena *a, struct push *ret, struct err *e)
{
    struct sv line;
    size_t n = o->hook == UPDATE ? 1 : count_lines(input);
    if (n > HOOK_UPDATES_MOST)
        return err_set(e, ERR_INVALID, "it has %zu refs, and %d at once are the most", n, HOOK_UPDATES_MOST);
    struct hook_update *updates = arena_new(a, (n + 1) * sizeof *updates);
    ret->updates = updates;
    ret->n_updates = n;
    if (o->hook == UPDATE) {
        updates[0] =
            (struct hook_update){.ref = sv_of(o->args[0]), .before = sv_of(o->args[1]), .after = sv_of(o->args[2])};
        return 0;
    }
    for (size_t i = 0; next_line(&input, &line); i++)
        if (!(o->hook == PRE_PUSH ? read_pre_push : read_receive)(line, &updates[i]))
            return err_set(e, ERR_INVALID, "line %zu of its input is none that git writes", i + 1);
    return 0;
}

int push_options(struct arena *a, struct push *ret, struct err *e)
{
    const char *count = getenv("GIT_PUSH_OPTION_COUNT");
    int64_t n = 0;
    if (count && (!sv_int(sv_of(count), &n) || n < 0))
        return err_set(e, ERR_INVALID, "GIT_PUSH_OPTION_COUNT is no number");
    if (n > HOOK_OPTIONS_MOST)
        return err_set(e, ERR_INVALID, "it has %lld push options, and %d are the most", (long long)n,
                       HOOK_OPTIONS_MOST);
    struct sv *options = arena_new(a, ((size_t)n + 1) * sizeof *options);
    for (int i = 0; i < n; i++) {
        char name[40];
        snprintf(name, sizeof name, "GIT_PUSH_OPTION_%d", i);
        options[i] = arena_sv(a, sv_of(getenv(name)));
        if (!options[i].p)
            return err_set(e, ERR_INVALID, "%s is not there", name);
    }
    ret->options = options;
    ret->n_options = (size_t)n;
    return 0;
}
