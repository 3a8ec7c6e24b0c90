/* SPDX-License-Identifier: Apache-2.0 */
#include "config/scope.h"

#define LIST(...) ((const char *const[]){__VA_ARGS__, NULL})
#define BASE      "github", "inputs", "vars", "event", "run", "history"
#define JOB       BASE, "needs", "strategy", "matrix", "repo"
#define STEP      JOB, "job", "runner", "env", "steps"
#define STATUS    "success", "failure", "cancelled", "always"

static const char *const no_functions[] = {NULL};

const struct expr_scope scopes[] = {
    [SCOPE_NONE] = {.contexts = no_functions, .functions = no_functions, .where = "a plain text"},
    [SCOPE_RUN_NAME] = {LIST(BASE), no_functions, "\"run-name\""},
    [SCOPE_CONCURRENCY] = {LIST(BASE), no_functions, "\"concurrency\" of the workflow"},
    [SCOPE_PRIORITY] = {LIST(BASE), no_functions, "\"priority\""},
    [SCOPE_ENV] = {LIST(BASE, "secrets", "repo"), no_functions, "\"env\" of the workflow"},
    [SCOPE_CALL_DEFAULT] = {LIST(BASE), no_functions, "\"default\" of an input"},
    [SCOPE_CALL_OUTPUT] = {LIST(BASE, "jobs"), no_functions, "an output of the workflow"},
    [SCOPE_REPORT] = {LIST(BASE), no_functions, "\"report\""},
    [SCOPE_JOB_NAME] = {LIST(JOB), no_functions, "\"name\" of a job"},
    [SCOPE_JOB_IF] = {LIST(BASE, "needs", "repo"), LIST(STATUS, "changed"), "\"if\" of a job"},
    [SCOPE_JOB_REPO] = {LIST(BASE, "needs", "strategy", "matrix"), no_functions, "\"repo\" of a job"},
    [SCOPE_JOB_RUNS_ON] = {LIST(JOB), no_functions, "\"runs-on\""},
    [SCOPE_JOB_STRATEGY] = {LIST(BASE, "needs", "repo"), no_functions, "\"strategy\""},
    [SCOPE_JOB_ENV] = {LIST(JOB, "secrets"), no_functions, "\"env\" of a job"},
    [SCOPE_JOB_DEFAULTS] = {LIST(JOB, "env"), no_functions, "\"defaults\""},
    [SCOPE_JOB_CONCURRENCY] = {LIST(JOB), no_functions, "\"concurrency\" of a job"},
    [SCOPE_JOB_LOCKS] = {LIST(JOB), no_functions, "\"locks\""},
    [SCOPE_JOB_ENVIRONMENT] = {LIST(JOB), no_functions, "\"environment\""},
    [SCOPE_JOB_URL] = {LIST(STEP), no_functions, "\"url\" of an environment"},
    [SCOPE_JOB_OUTPUT] = {LIST(STEP, "secrets"), no_functions, "\"outputs\" of a job"},
    [SCOPE_JOB_TIMEOUT] = {LIST(JOB), no_functions, "\"timeout-minutes\" of a job"},
    [SCOPE_JOB_CONTINUE] = {LIST(JOB), no_functions, "\"continue-on-error\" of a job"},
    [SCOPE_JOB_WITH] = {LIST(JOB), no_functions, "\"with\" of a job"},
    [SCOPE_JOB_SECRETS] = {LIST(JOB, "secrets"), no_functions, "\"secrets\" of a job"},
    [SCOPE_STEP_IF] = {LIST(STEP), LIST(STATUS, "hashFiles", "changed"), "\"if\" of a step"},
    [SCOPE_STEP] = {LIST(STEP, "secrets"), LIST("hashFiles", "changed"), "a step"},
    [SCOPE_STEP_ENV] = {LIST(STEP, "secrets"), LIST("hashFiles", "changed"), "\"env\" of a step"},
};

bool scope_has(enum scope s, const char *context)
{
    for (const char *const *c = scopes[s].contexts; *c; c++)
        if (strcmp(*c, context) == 0)
            return true;
    return false;
}

const char *scope_of_context(struct sv context)
{
    static const struct {
        const char *name, *where;
    } rows[] = {
        {"secrets", "in \"env\", in \"with\" and the other keys of steps, in \"outputs\" and in \"secrets\" of a call"},
        {"matrix", "in the keys of a job other than \"if\" and \"strategy\", and in its steps"},
        {"strategy", "in the keys of a job other than \"if\" and \"strategy\", and in its steps"},
        {"needs", "in the keys of a job and in its steps"},
        {"steps", "in steps, in \"outputs\" of a job and in the url of its environment"},
        {"job", "in steps, in \"outputs\" of a job and in the url of its environment"},
        {"runner", "in steps, in \"outputs\" of a job and in the url of its environment"},
        {"env", "in steps, in \"outputs\" and \"defaults\" of a job and in the url of its environment"},
        {"repo", "in the keys of a job and in its steps"},
        {"jobs", "in \"outputs\" of workflow_call"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        if (sv_ieq(context, sv_of(rows[i].name)))
            return rows[i].where;
    return NULL;
}
