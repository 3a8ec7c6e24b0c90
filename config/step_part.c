/* SPDX-License-Identifier: Apache-2.0 */
#include "config/name_index.h"
#include "config/policy_parts.h"
#include "config/workflow_parts.h"

enum { STEPS_MAX = 256, SCRIPT_MAX = 256 * 1024, NAME_CHARS = 80, LEAST_MS = 600 };

struct raw_step { /* one entry as written */
    const struct ynode *id, *cond, *run, *uses, *with;
    const struct ynode *timeout, *go_on, *shell, *workdir, *reports;
    struct wf_step step;
};

static const struct shape shape_input = {SHAPE_NAMES, .null = true, .max = 100000, .of = &shape_expr};
static const struct shape shape_inputs = {SHAPE_MAP, .of = &shape_input, .looks = "inputs"};

/* The variable that people would name after what an expression reads: "event.pull_request.title" -> "TITLE". */
static const char *variable_for(struct reading *r, struct sv expression)
{
    AUTO(buf_free) struct buf name = {0};
    ptrdiff_t dot = sv_rchr(expression, '.');
    struct sv last = sv_from(expression, dot < 0 ? 0 : (size_t)dot + 1);
    for (size_t i = 0; i < last.n && name.n < 40; i++) {
        char c = last.p[i];
        bool digit = c >= '0' && c <= '9';
        if (c >= 'a' && c <= 'z')
            buf_chr(&name, (char)(c - 32));
        else if ((c >= 'A' && c <= 'Z') || (digit && name.n))
            buf_chr(&name, c);
        else if (name.n && name.p[name.n - 1] != '_')
            buf_chr(&name, '_');
    }
    while (name.n && name.p[name.n - 1] == '_')
        name.n--;
    return name.n ? arena_dup(r->arena, buf_view(&name)) : "VALUE";
}

static void refuse_in_script(struct reading *r, const struct ynode *n)
{
    struct sv from = sv_from(n->text, (size_t)sv_find(n->text, SV("${{")));
    ptrdiff_t close = sv_find(from, SV("}}"));
    struct sv whole = close < 0 ? sv_cut(from, 3) : sv_cut(from, (size_t)close + 2);
    struct sv inner = close < 0 ? SV("") : sv_trim(sv_cut(sv_from(from, 3), (size_t)close - 3));
    struct sv shown = close < 0 || whole.n > 100 || sv_chr(whole, '\n') >= 0 ? SV("${{ … }}") : whole;
    const char *name = variable_for(r, inner);
    struct ymark at = n->at;
    bool there = find_in_node(r, n, "${{", &at);
    say_at(r, at, there ? (shown.p == whole.p ? (int)sv_cut(whole, 100).n : 3) : 1, "expression-in-script",
           "the text of a script takes no ${{ }}, because a value from outside would run as a command: write env: {%s: "
           "\"%.*s\"} beside it and use \"$%s\" in the script",
           name, SV_ARG(shown), name);
}

void script_read(struct reading *r, const struct ynode *n, const char *what, const char **ret)
{
    struct sv text;
    if (!node_text(r, n, what, &text))
        return;
    if (sv_trim(text).n == 0)
        say(r, n, "bad-value", "%s is empty", what);
    else if (text.n > SCRIPT_MAX)
        say(r, n, "too-large", "the script is longer than 256 KiB");
    *ret = text.p;
}

static void run_read(struct reading *r, const struct ynode *n, struct wf_step *s)
{
    s->kind = STEP_RUN;
    if (n->kind == Y_SCALAR && sv_find(n->text, SV("${{")) >= 0)
        refuse_in_script(r, n);
    else
        script_read(r, n, "\"run\"", &s->run);
}

/* `repeatable:` */
static void once_read(struct reading *r, const struct ynode *n, void *into)
{
    bool repeatable = true;
    if (!ynode_bool(n, &repeatable))
        say(r, n, "bad-value", "\"repeatable\" must be true or false");
    *(bool *)into = !repeatable;
}

/* A command of its own has to say where the script goes. */
void shell_read(struct reading *r, const struct ynode *n, void *into)
{
    static const char *const shells[] = {"bash", "sh", "python", NULL};
    static const char *const foreign[] = {"pwsh", "powershell", "cmd", NULL};
    const char *text;
    if (!expr_line(r, n, "\"shell\"", r->scope, &text))
        return;
    struct sv s = sv_of(text);
    if (is_one_of(s, shells) || sv_find(s, SV("{0}")) >= 0 || sv_find(s, SV("${{")) >= 0)
        *(const char **)into = text;
    else if (is_one_of(s, foreign))
        say(r, n, "unsupported-value",
            "\"%s\" is not expected on these machines: use bash, sh or python, or \"%s -File "
            "{0}\" where it is installed",
            text, text);
    else
        say(r, n, "bad-value", "\"shell\" must be bash, sh, python, or a command with {0} where the script goes%s",
            did_you_mean(r, s, shells, 3));
}

void workdir_read(struct reading *r, const struct ynode *n, void *into)
{
    const char *text;
    if (!expr_line(r, n, "\"working-directory\"", r->scope, &text))
        return;
    if (sv_find(sv_of(text), SV("${{")) < 0 && !workspace_path_ok(sv_of(text)))
        say(r, n, "bad-path", "\"working-directory\" must be relative and stay below the workspace");
    *(const char **)into = text;
}

const struct shape shape_script = {SHAPE_TEXT, .pattern = "\\S", .looks = "a script"};
const struct shape shape_shell = {SHAPE_TEXT, .expr = true, .pattern = "^(bash|sh|python|.*[{]0[}].*)$",
                                  .looks = "a shell"};

static const char *const checkpoint_words[] = {"outputs", "workspace", NULL};
static const struct shape shape_flag = {.kind = SHAPE_FLAG};

#define AT(member) .at = offsetof(struct raw_step, member)
#define KEEP(key_, member_, shape_, doc_)                                                                              \
    {                                                                                                                  \
        key_, F_READ, .read = field_keep, AT(member_), .shape = shape_, .doc = doc_                                    \
    }
static const struct field step_fields[] = {
    KEEP("id", id, &shape_step_id, "by which others read its outputs: steps.ID.outputs.NAME"),
    {"name", F_EXPR, AT(step.name), .scope = SCOPE_STEP, .doc = "for people"},
    KEEP("if", cond, &shape_cond, "runs only then; without a status function: success() && (…)"),
    KEEP("run", run, &shape_script, "a script; ${{ }} is refused in it: values go through `env`"),
    KEEP("shell", shell, &shape_shell, "bash, sh, python, or a command with {0} for the script"),
    KEEP("working-directory", workdir, &shape_expr_line, "below the workspace"),
    KEEP("test-results", reports, &shape_test_results,
         "files below the workspace, by patterns: JUnit XML or TAP, read when the step fails"),
    {"env", F_READ, .read = env_read, AT(step.env), .scope = SCOPE_STEP_ENV, .shape = &shape_env, .doc = "variables"},
    KEEP("uses", uses, &shape_line, "an action"),
    KEEP("with", with, &shape_inputs, "inputs of the action"),
    KEEP("timeout-minutes", timeout, &shape_minutes, "default: the job's; at least 0.01"),
    KEEP("continue-on-error", go_on, &shape_flag_expr, "its failure does not fail the job"),
    {"retry", F_READ, .read = retry_read, AT(step.retry), .shape = &shape_retry,
     .doc = "further tries after a failure; default: the job's"},
    {"repeatable", F_READ, .read = once_read, AT(step.once), .shape = &shape_flag,
     .doc = "with false it is never tried again by itself, and when its outcome is unknown a person is asked"},
    {"checkpoint", F_WORD, AT(step.checkpoint), .words = checkpoint_words,
     .doc = "what is kept of it for a job that goes on from here: outputs (default), or the workspace as well"},
    {"limits", F_READ, .read = step_limits_read, AT(step.limits), .shape = &shape_step_limits,
     .doc = "beside \"timeout-minutes\"; default: the job's"},
    {"recovery", F_UNSUPPORTED, .doc = "write it at the job or the workflow: its entries say for which failures"},
    {"background", F_UNSUPPORTED, .doc = "start it in the script with & and wait for it there"},
    {"wait", F_UNSUPPORTED, .doc = "start and wait in one script"},
    {"wait-all", F_UNSUPPORTED, .doc = "start and wait in one script"},
    {"cancel", F_UNSUPPORTED, .doc = "start and end it in one script"},
    {"parallel", F_UNSUPPORTED, .doc = "use a job for each"},
    {"approve", F_UNSUPPORTED, .doc = "write it at the job: people are asked before it starts"},
};
#undef AT
static const char *const step_one_of[] = {"run", "uses", NULL};
static const struct object step_object = {OBJECT("step", "a step", step_fields), .one_of = step_one_of};
static const struct shape shape_step = {SHAPE_OBJECT, .object = &step_object};
const struct shape shape_steps = {SHAPE_LIST, .min = 1, .max = STEPS_MAX, .of = &shape_step, .looks = "steps"};

static void set_name(struct reading *r, struct wf_step *s)
{
    if (s->name)
        return;
    struct sv rest = sv_of(s->run), line = SV_NONE;
    if (s->kind == STEP_USES) {
        s->name = s->uses;
        return;
    }
    while (sv_next(&rest, '\n', &line) && sv_trim(line).n == 0)
        ;
    s->name = arena_dup(r->arena, sv_cut_chars(sv_trim(line), NAME_CHARS));
}

static void id_read(struct reading *r, const struct ynode *n, struct wf_job *j, struct name_index *ids,
                    struct wf_step *s)
{
    struct sv id;
    if (!node_text(r, n, "\"id\"", &id))
        return;
    const char *fault = id_fault(id);
    if (fault) {
        say(r, n, "bad-name", "an id %s", fault);
        return;
    }
    if (name_index_find(ids, id) >= 0)
        for (size_t i = 0; i < j->n_steps; i++)
            if (j->steps[i].id && sv_ieq(id, sv_of(j->steps[i].id)))
                say(r, n, "duplicate", "the id \"%s\" is taken by a step further up", id.p);
    s->id = id.p;
}

static void check_companions(struct reading *r, const struct raw_step *raw, const struct ynode *map)
{
    if (raw->step.once && raw->step.retry.attempts > 1)
        say(r, key_node(map, "retry"), "conflicting-keys",
            "\"retry\" and \"repeatable: false\" cannot stand together: this step is never tried again by itself");
    if (raw->run && raw->with)
        say(r, raw->with, "conflicting-keys", "\"with\" belongs to \"uses\", and this step has \"run\"");
    if (raw->uses && raw->shell)
        say(r, raw->shell, "conflicting-keys", "\"shell\" belongs to \"run\", and this step has \"uses\"");
    if (raw->uses && raw->workdir)
        say(r, raw->workdir, "conflicting-keys",
            "\"working-directory\" belongs to \"run\", and this step has \"uses\"");
    if (raw->uses && raw->reports)
        say(r, raw->reports, "conflicting-keys", "\"test-results\" belongs to \"run\", and this step has \"uses\"");
}

static void step_parts_read(struct reading *r, const struct raw_step *raw, struct wf_job *j, struct name_index *ids,
                            struct wf_step *s)
{
    if (raw->id)
        id_read(r, raw->id, j, ids, s);
    if (raw->cond)
        cond_read(r, raw->cond, SCOPE_STEP_IF, &s->cond, &s->cond_text);
    r->scope = SCOPE_STEP;
    if (raw->timeout)
        minutes_read(r, raw->timeout, LEAST_MS, &s->timeout_ms, &s->timeout_text);
    if (raw->go_on)
        flag_read(r, raw->go_on, "\"continue-on-error\"", &s->continue_on_error, &s->continue_text);
    if (raw->run && raw->shell)
        shell_read(r, raw->shell, &s->shell);
    if (raw->run && raw->workdir)
        workdir_read(r, raw->workdir, &s->workdir);
    if (raw->run && raw->reports)
        test_results_read(r, raw->reports, &s->reports);
    if (raw->run)
        run_read(r, raw->run, s);
    else
        uses_read(r, raw->uses, raw->with, s);
}

static void step_read(struct reading *r, const struct ynode *n, struct wf_job *j, struct name_index *ids)
{
    struct raw_step raw = {0};
    FIELDS_READ(r, n, "a step", step_fields, &raw);
    if (n->kind != Y_MAP)
        return;
    raw.step.line = n->at.line;
    /* A misspelt "run" has been spoken of already. */
    if (!raw.run && !raw.uses && r->misspelt)
        return;
    if (!raw.run == !raw.uses) {
        say(r, n, raw.run ? "conflicting-keys" : "missing-key", "a step needs either \"run\" or \"uses\"%s",
            raw.run ? ", and this one has both" : "");
        return;
    }
    check_companions(r, &raw, n);
    step_parts_read(r, &raw, j, ids, &raw.step);
    set_name(r, &raw.step);
    j->steps[j->n_steps++] = raw.step;
    if (raw.step.id)
        name_index_add(ids, raw.step.id);
}

void steps_read(struct reading *r, const struct ynode *n, struct wf_job *j)
{
    AUTO(name_index_free) struct name_index ids = {.fold = NAMES_ANY_CASE};
    if (!want_seq(r, n, "\"steps\""))
        return;
    if (n->n == 0 || n->n > STEPS_MAX) {
        say(r, n, n->n ? "too-large" : "bad-value",
            n->n ? "a job has more than %d steps" : "\"steps\" is an empty list", STEPS_MAX);
        return;
    }
    j->steps = arena_new(r->arena, n->n * sizeof *j->steps);
    for (size_t i = 0; i < n->n; i++) {
        r->step = (int)i;
        step_read(r, n->items[i], j, &ids);
    }
    r->step = -1;
}
