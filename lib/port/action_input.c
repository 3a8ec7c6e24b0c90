/* SPDX-License-Identifier: Apache-2.0 */
#include "port/action_input.h"

const struct action_input *action_input(const struct action_reading *r, const char *name)
{
    for (size_t i = 0; i < r->call->n_with; i++)
        if (strcmp(r->call->with[i].name, name) == 0 && r->call->with[i].value[0])
            return &r->call->with[i];
    return NULL;
}

int action_refuse(const struct action_reading *r, const struct action_input *in, const char *why)
{
    (void)err_set(r->e, ERR_INVALID, "\"%s\" of %s %s", in->name, r->action, why);
    r->e->code = (int)(in - r->call->with) + 1;
    return -1;
}

static bool one_line(const char *s)
{
    for (; *s; s++)
        if ((unsigned char)*s < 0x20 || *s == 0x7f)
            return false;
    return true;
}

int action_line(const struct action_reading *r, const char *name, size_t most, const char **ret)
{
    const struct action_input *in = action_input(r, name);
    if (!in)
        return 0;
    *ret = in->value;
    if (!one_line(in->value))
        return action_refuse(r, in, "must be one line");
    if (strlen(in->value) > most)
        return action_refuse(r, in, arena_fmt(r->call->arena, "is longer than %zu bytes", most));
    return 0;
}

int action_text(const struct action_reading *r, const char *name, const char **ret)
{
    const struct action_input *in = action_input(r, name);
    if (!in)
        return 0;
    *ret = in->value;
    return strlen(in->value) > ACTION_TEXT_MAX ? action_refuse(r, in, "is longer than 60000 bytes") : 0;
}

int action_flag(const struct action_reading *r, const char *name, bool *ret)
{
    const struct action_input *in = action_input(r, name);
    struct sv v = in ? sv_trim(sv_of(in->value)) : SV_NONE;
    if (!in)
        return 0;
    *ret = sv_ieq(v, SV("true"));
    return *ret || sv_ieq(v, SV("false")) ? 0 : action_refuse(r, in, "must be true or false");
}

int action_word(const struct action_reading *r, const char *name, const char *const *words, size_t n, size_t *ret)
{
    const struct action_input *in = action_input(r, name);
    AUTO(buf_free) struct buf why = {0};
    if (!in)
        return 0;
    for (size_t i = 0; i < n; i++)
        if (sv_is(sv_trim(sv_of(in->value)), words[i])) {
            *ret = i;
            return 0;
        }
    buf_str(&why, "must be ");
    for (size_t i = 0; i < n; i++)
        buf_fmt(&why, "%s%s", i == 0 ? "" : i + 1 == n ? " or " : ", ", words[i]);
    return action_refuse(r, in, why.p);
}

int action_end(const struct action_reading *r, const char *name, enum status_state *ret, const char **ret_word)
{
    static const char *const words[] = {"success", "failure", "error", "timed_out", "cancelled", "skipped"};
    static const enum status_state states[] = {STATUS_SUCCESS,   STATUS_FAILED,    STATUS_ERROR,
                                               STATUS_TIMED_OUT, STATUS_CANCELLED, STATUS_SKIPPED};
    size_t at = ARRAY_LEN(words);
    if (action_word(r, name, words, ARRAY_LEN(words), &at) < 0)
        return -1;
    if (at == ARRAY_LEN(words))
        return err_set(r->e, ERR_INVALID, "%s needs \"%s\"", r->action, name);
    *ret = states[at];
    *ret_word = words[at];
    return 0;
}

static bool has(const char **list, size_t n, struct sv one)
{
    for (size_t i = 0; i < n; i++)
        if (sv_is(one, list[i]))
            return true;
    return false;
}

/* A YAML list arrives as lines, and then a comma belongs to an entry. */
int action_list(const struct action_reading *r, const char *name, const char ***ret, size_t *ret_n)
{
    const struct action_input *in = action_input(r, name);
    if (!in)
        return 0;
    struct sv rest = sv_of(in->value), one;
    char between = sv_chr(rest, '\n') >= 0 ? '\n' : ',';
    const char **all = arena_new(r->call->arena, ACTION_LIST_MAX * sizeof *all);
    size_t n = 0;
    while (sv_next(&rest, between, &one)) {
        one = sv_trim(one);
        if (one.n == 0 || has(all, n, one))
            continue;
        if (one.n > ACTION_NAME_MAX || n == ACTION_LIST_MAX)
            return action_refuse(r, in, "has an entry longer than 255 bytes, or more than 100 of them");
        all[n++] = arena_dup(r->call->arena, one);
        if (!one_line(all[n - 1]))
            return action_refuse(r, in, "has a control character in it");
    }
    *ret = all;
    *ret_n = n;
    return 0;
}

/* git-check-ref-format(1), for the part below refs/heads/. */
static bool branch_ok(struct sv s)
{
    if (s.n == 0 || s.n > ACTION_NAME_MAX || s.p[0] == '-' || s.p[0] == '/' || s.p[s.n - 1] == '/' ||
        s.p[s.n - 1] == '.' || sv_ends(s, SV(".lock")) || sv_find(s, SV("..")) >= 0 || sv_find(s, SV("//")) >= 0 ||
        sv_find(s, SV("@{")) >= 0 || sv_is(s, "@") || s.p[0] == '.' || sv_find(s, SV("/.")) >= 0)
        return false;
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] <= 0x20 || s.p[i] == 0x7f || strchr("~^:?*[\\", s.p[i]))
            return false;
    return true;
}

int action_branch(const struct action_reading *r, const char *name, const char **ret)
{
    static const char heads[] = "refs/heads/";
    const struct action_input *in = action_input(r, name);
    if (!in)
        return 0;
    struct sv s = sv_of(in->value);
    if (sv_starts(s, sv_of(heads)))
        s = sv_from(s, strlen(heads));
    *ret = arena_dup(r->call->arena, s);
    return branch_ok(s) ? 0 : action_refuse(r, in, "is no name of a branch");
}

int action_commit(const struct action_reading *r, const char *name, const char **ret)
{
    const struct action_input *in = action_input(r, name);
    if (!in)
        return 0;
    size_t n = strspn(in->value, "0123456789abcdef");
    *ret = in->value;
    return (n == 40 || n == 64) && !in->value[n] ? 0 : action_refuse(r, in, "must be a whole commit id");
}

static int number(const struct action_reading *r, const struct action_input *in, int64_t *ret)
{
    if (!sv_int(sv_trim(sv_of(in->value)), ret) || *ret < 1)
        return action_refuse(r, in, "must be a number of 1 or more");
    return 0;
}

int action_thread(const struct action_reading *r, int64_t *ret_number, enum thread_kind *ret_at)
{
    const struct action_input *change = action_input(r, "change"), *issue = action_input(r, "issue");
    *ret_at = issue ? THREAD_ISSUE : THREAD_CHANGE;
    *ret_number = 0;
    if (change && issue)
        return action_refuse(r, issue, "cannot stand beside \"change\"");
    return change || issue ? number(r, change ? change : issue, ret_number) : 0;
}

const char *action_default_text(const struct action_call *c)
{
    return arena_fmt(c->arena, "Reported by job `%s` of workflow `%s`%s%s.", c->job ? c->job : "",
                     c->workflow ? c->workflow : "", c->run_url ? ": " : "", c->run_url ? c->run_url : "");
}
