/* SPDX-License-Identifier: Apache-2.0 */
/* Processes of the simulator. A script is "sleep SECONDS" and then "exit CODE", both optional; "hang" ends only by its
 * time limit or when it is killed. "output NAME=VALUE", "env NAME=VALUE" and "path FOLDER" are what it leaves behind, a
 * VALUE of "$NAME" being that of its environment; "note COUNT" as many annotations, each different. Behind "saying",
 * in quotes, stands the end of its output, with / for the end of a line. */
#include <stdio.h>
#include <stdlib.h>
#include "core/classify.h"
#include "world.h"

struct sim_process *exec_find(struct world *w, int64_t attempt)
{
    for (size_t i = 0; i < w->processes.n; i++)
        if (w->processes.at[i].attempt == attempt)
            return &w->processes.at[i];
    return NULL;
}

static void end_at(struct world *w, struct sim_process *p, msec_t at)
{
    struct sim_event *ev = mem_new(sizeof *ev);
    p->ends_at = at;
    ev->kind = SIM_EXIT;
    ev->at = at;
    ev->id = p->attempt;
    world_push(w, ev);
}

static const char *value_of(const struct exec_spec *s, struct arena *a, struct sv text)
{
    struct sv name = sv_from(text, 1);
    if (!sv_starts(text, SV("$")))
        return arena_dup(a, text);
    for (const char **e = s->env; *e; e++)
        if (sv_starts(sv_of(*e), name) && (*e)[name.n] == '=')
            return arena_strdup(a, *e + name.n + 1);
    return "";
}

static void leave_notes(struct sim_process *p, struct sv count)
{
    int64_t n = 0;
    if (!p->result)
        p->result = mem_new(sizeof *p->result);
    struct step_result *r = p->result;
    for (int i = 1; sv_int(count, &n) && i <= n; i++) {
        struct step_note x = {.level = (enum note_level)(i % 3),
                              .file = "a.c",
                              .line = i,
                              .text = arena_fmt(&r->arena, "%lld.%d", (long long)p->attempt, i)};
        VEC_PUSH(&r->notes.v, x);
    }
}

static void leave(struct sim_process *p, const struct exec_spec *s, struct sv verb, struct sv word)
{
    if (sv_is(verb, "note"))
        leave_notes(p, word);
    struct step_result *r = p->result;
    struct sv name = word;
    ptrdiff_t eq = sv_chr(word, '=');
    bool is_path = sv_is(verb, "path");
    if (!is_path && !sv_is(verb, "output") && !sv_is(verb, "env"))
        return;
    if (!r)
        r = p->result = mem_new(sizeof *r);
    name = eq < 0 ? word : sv_cut(word, (size_t)eq);
    struct name_value v = {arena_dup(&r->arena, name),
                           value_of(s, &r->arena, eq < 0 ? SV("") : sv_from(word, (size_t)eq + 1))};
    if (is_path)
        VEC_PUSH(&r->path.v, v.name);
    else if (sv_is(verb, "output"))
        VEC_PUSH(&r->outputs.v, v);
    else
        VEC_PUSH(&r->env.v, v);
}

static void leave_all(struct sim_process *p, const struct exec_spec *s)
{
    struct sv rest = sv_of(s->script), word, verb = SV_NONE;
    while (sv_next(&rest, ' ', &word)) {
        leave(p, s, verb, sv_trim(word));
        verb = word;
    }
}

/* NULL = it is silent. */
static const char *said_in(struct arena *a, const char *script)
{
    const char *from = strstr(script, "saying \""), *to = from ? strchr(from + 8, '"') : NULL;
    char *text = to ? arena_dup(a, sv_n(from + 8, (size_t)(to - from - 8))) : NULL;
    for (char *c = text; c && *c; c++)
        if (*c == '/')
            *c = '\n';
    return text;
}

const struct failure *exec_failure(struct world *w, const struct sim_process *p)
{
    static struct log_rules *rules; /* as long as the program */
    struct err e = {0};
    if (!rules && log_rules_new(NULL, 0, &rules, &e) < 0)
        panic_at(__FILE__, __LINE__, e.msg);
    if (p->exit.reason == EXIT_NORMAL && p->exit.exit_code == 0 && !p->exit.signal)
        return NULL;
    struct failure_signs s = {.end = p->exit.reason == EXIT_TIMEOUT     ? END_TIMEOUT
                                     : p->exit.reason == EXIT_CANCELLED ? END_CANCELLED
                                     : p->exit.reason == EXIT_LOST      ? END_LOST
                                                                        : END_ITSELF,
                              .exit_code = p->exit.exit_code,
                              .signal = p->exit.signal,
                              .oom = p->exit.oom,
                              .result = p->result,
                              .tail = sv_of(p->said)};
    struct failure *f = arena_new(&w->arena, sizeof *f);
    failure_classify(&s, rules, &w->arena, f);
    return f;
}

void exec_start(struct world *w, const struct exec_spec *s)
{
    struct sim_process p = {.attempt = s->attempt_id,
                            .epoch = s->epoch,
                            .script = arena_strdup(&w->arena, s->script),
                            .said = said_in(&w->arena, s->script),
                            .started = true,
                            .exit = {.attempt_id = s->attempt_id, .epoch = s->epoch}};
    for (size_t i = 0; i < w->store.attempts.n; i++)
        if (w->store.attempts.at[i].id == s->attempt_id) {
            p.step = w->store.attempts.at[i].step_id;
            p.job = w->store.attempts.at[i].job_id;
            p.role = w->store.attempts.at[i].role;
        }
    world_check_start(w, &p);
    const char *sleep = strstr(s->script, "sleep "), *code = strstr(s->script, "exit ");
    msec_t ms = strstr(s->script, "hang") ? INT64_MAX / 4 : sleep ? (msec_t)(strtod(sleep + 6, NULL) * 1000) : 1;
    p.exit.exit_code = code ? (int)strtol(code + 5, NULL, 10) : 0;
    leave_all(&p, s);
    if (w->misfortunes)
        misfortune_meets(w, &p);
    bool silent = s->silence_ms && s->silence_ms < s->timeout_ms; /* they all are while they sleep */
    msec_t most = silent ? s->silence_ms : s->timeout_ms;
    if (ms > most) {
        ms = most;
        p.exit.reason = silent ? EXIT_SILENT : EXIT_TIMEOUT;
        p.exit.exit_code = -1;
        p.exit.signal = 9;
    }
    VEC_PUSH(&w->processes, p);
    end_at(w, &w->processes.at[w->processes.n - 1], w->now + ms);
}

void exec_kill(struct world *w, int64_t attempt)
{
    struct sim_process *p = exec_find(w, attempt);
    if (!p || p->ended)
        return;
    p->exit.reason = EXIT_CANCELLED;
    p->exit.exit_code = -1;
    p->exit.signal = 15;
    end_at(w, p, w->now + 5);
}
