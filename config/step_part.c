/* SPDX-License-Identifier: Apache-2.0 */
#include "config/workflow_parts.h"

enum { STEPS_MAX = 256, SCRIPT_MAX = 256 * 1024, NAME_CHARS = 80, LEAST_MS = 600 };

struct raw_step { /* one entry as written */
    const struct ynode *id, *run, *uses, *with;
    const struct ynode *shell, *workdir;
    struct wf_step step;
};

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

static void script_read(struct reading *r, const struct ynode *n, struct wf_step *s)
{
    struct sv text = n->text;
    if (n->kind == Y_SCALAR && sv_find(text, SV("${{")) >= 0) {
        refuse_in_script(r, n);
        return;
    }
    if (!node_text(r, n, "\"run\"", &text))
        return;
    if (sv_trim(text).n == 0)
        say(r, n, "bad-value", "\"run\" is empty");
    else if (text.n > SCRIPT_MAX)
        say(r, n, "too-large", "the script is longer than 256 KiB");
    s->kind = STEP_RUN;
    s->run = text.p;
}

static const char *const shells[] = {"bash", "sh"};

static void shell_read(struct reading *r, const struct ynode *n, struct wf_step *s)
{
    struct sv text;
    if (!node_text(r, n, "\"shell\"", &text))
        return;
    if (sv_is(text, "bash") || sv_is(text, "sh"))
        s->shell = text.p;
    else
        say(r, n, "unsupported-value", "this version runs scripts with bash or sh%s",
            did_you_mean(r, text, shells, ARRAY_LEN(shells)));
}

static void workdir_read(struct reading *r, const struct ynode *n, struct wf_step *s)
{
    struct sv text;
    if (!node_text(r, n, "\"working-directory\"", &text))
        return;
    if (workspace_path_ok(text))
        s->workdir = text.p;
    else
        say(r, n, "bad-path", "\"working-directory\" must be relative and stay below the workspace");
}

static void step_timeout_key(struct reading *r, const struct ynode *n, void *into)
{
    minutes_read(r, n, LEAST_MS, into);
}

#define AT(member) .at = offsetof(struct raw_step, member)
static const struct field step_fields[] = {
    {"id", F_READ, .read = field_keep, AT(id), .doc = "name for other steps"},
    {"name", F_TEXT, AT(step.name), .doc = "for people"},
    {"if", F_READ, .read = cond_read, AT(step.cond), .doc = "success(), failure(), always() or cancelled()"},
    {"run", F_READ, .read = field_keep, AT(run), .doc = "a script"},
    {"shell", F_READ, .read = field_keep, AT(shell), .doc = "bash or sh"},
    {"working-directory", F_READ, .read = field_keep, AT(workdir), .doc = "below the workspace"},
    {"env", F_READ, .read = env_read, AT(step.env), .doc = "variables"},
    {"with", F_READ, .read = field_keep, AT(with), .doc = "inputs of the action"},
    {"uses", F_READ, .read = field_keep, AT(uses), .doc = "an action"},
    {"timeout-minutes", F_READ, .read = step_timeout_key, AT(step.timeout_ms), .doc = "default: the job's"},
    {"continue-on-error", F_FLAG, AT(step.continue_on_error), .doc = "its failure does not fail the job"},
    UNSUPPORTED("retry"),
    UNSUPPORTED("checkpoint"),
    UNSUPPORTED("recovery"),
    UNSUPPORTED("background"),
    UNSUPPORTED("wait"),
    UNSUPPORTED("wait-all"),
    UNSUPPORTED("cancel"),
    UNSUPPORTED("parallel"),
    UNSUPPORTED("approve"),
    UNSUPPORTED("limits"),
};

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

static void id_read(struct reading *r, const struct ynode *n, struct wf_job *j, struct wf_step *s)
{
    struct sv id;
    if (!node_text(r, n, "\"id\"", &id))
        return;
    if (!is_id(id)) {
        say(r, n, "bad-name", "an id is made of letters, digits, _ and -, and begins with a letter or _");
        return;
    }
    for (size_t i = 0; i < j->n_steps; i++)
        if (j->steps[i].id && sv_ieq(id, sv_of(j->steps[i].id)))
            say(r, n, "duplicate", "the id \"%s\" is taken by a step further up", id.p);
    s->id = id.p;
}

static void check_companions(struct reading *r, const struct raw_step *raw)
{
    if (raw->run && raw->with)
        say(r, raw->with, "conflicting-keys", "\"with\" belongs to \"uses\", and this step has \"run\"");
    if (raw->uses && raw->shell)
        say(r, raw->shell, "conflicting-keys", "\"shell\" belongs to \"run\", and this step has \"uses\"");
    if (raw->uses && raw->workdir)
        say(r, raw->workdir, "conflicting-keys",
            "\"working-directory\" belongs to \"run\", and this step has \"uses\"");
}

static void step_read(struct reading *r, const struct ynode *n, struct wf_job *j)
{
    struct raw_step raw = {0};
    FIELDS_READ(r, n, "a step", step_fields, &raw);
    if (n->kind != Y_MAP)
        return;
    raw.step.line = n->at.line;
    if (raw.id)
        id_read(r, raw.id, j, &raw.step);
    /* A misspelt "run" has been spoken of already. */
    if (!raw.run && !raw.uses && r->misspelt)
        return;
    if (!raw.run == !raw.uses) {
        say(r, n, raw.run ? "conflicting-keys" : "missing-key", "a step needs either \"run\" or \"uses\"%s",
            raw.run ? ", and this one has both" : "");
        return;
    }
    check_companions(r, &raw);
    if (raw.run)
        script_read(r, raw.run, &raw.step);
    else
        uses_read(r, raw.uses, raw.with, &raw.step);
    if (raw.run && raw.shell)
        shell_read(r, raw.shell, &raw.step);
    if (raw.run && raw.workdir)
        workdir_read(r, raw.workdir, &raw.step);
    set_name(r, &raw.step);
    j->steps[j->n_steps++] = raw.step;
}

void steps_read(struct reading *r, const struct ynode *n, struct wf_job *j)
{
    if (!want_seq(r, n, "\"steps\""))
        return;
    if (n->n == 0 || n->n > STEPS_MAX) {
        say(r, n, n->n ? "too-large" : "bad-value",
            n->n ? "a job has more than %d steps" : "\"steps\" is an empty list", STEPS_MAX);
        return;
    }
    j->steps = arena_new(r->arena, n->n * sizeof *j->steps);
    for (size_t i = 0; i < n->n; i++)
        step_read(r, n->items[i], j);
}
