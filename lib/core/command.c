/* SPDX-License-Identifier: Apache-2.0 */
#include "core/command.h"
#include "core/trigger.h"

#define X(id, name) name,
const char *const command_verb_name[] = {COMMAND_VERBS(X)};
#undef X

static bool is(const char *word, const char *other)
{
    return word && strcmp(word, other) == 0;
}

static enum command_verb verb_of(struct sv word)
{
    for (int i = COMMAND_NONE + 1; i < COMMAND_UNKNOWN; i++)
        if (sv_is(word, command_verb_name[i]))
            return (enum command_verb)i;
    return COMMAND_UNKNOWN;
}

static bool of_comment(const struct hook_event *ev, struct command *ret)
{
    struct sv command, arguments, verb;
    if (!is(ev->action, "created") || !trigger_command(ev->comment.body, &command, &arguments) ||
        !sv_is(command, "fettle"))
        return false;
    struct sv rest = sv_trim(arguments);
    ptrdiff_t blank = sv_chr(rest, ' ');
    verb = blank < 0 ? rest : sv_cut(rest, (size_t)blank);
    *ret = (struct command){.verb = verb_of(verb), .rest = sv_trim(sv_from(rest, verb.n))};
    return true;
}

/* GitHub REST API, "Check runs": rerequested and requested_action go to the App that owns the check run alone. */
static bool of_check(const struct hook_event *ev, struct command *ret)
{
    bool suite = is(ev->name, "check_suite");
    *ret = (struct command){.sha = ev->after, .context = suite ? NULL : ev->check.name, .whole_check = true};
    if (!ev->after || (!suite && !ev->check.name))
        return false;
    if (is(ev->action, "rerequested"))
        ret->verb = COMMAND_RETEST;
    else if (!suite && is(ev->action, "requested_action") && is(ev->check.wish, "fettle-retest"))
        ret->verb = COMMAND_RETEST, ret->whole_check = false;
    else if (!suite && is(ev->action, "requested_action") && is(ev->check.wish, "fettle-cancel"))
        ret->verb = COMMAND_CANCEL;
    return ret->verb != COMMAND_NONE;
}

bool command_of(const struct hook_event *ev, struct command *ret)
{
    *ret = (struct command){0};
    if (is(ev->name, "issue_comment"))
        return of_comment(ev, ret);
    return (is(ev->name, "check_run") || is(ev->name, "check_suite")) && of_check(ev, ret);
}
