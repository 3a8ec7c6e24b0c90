/* SPDX-License-Identifier: Apache-2.0 */
/* The workflow of a hook: one job with one step that runs the command as the hook would have. */
#include "fmt/json.h"
#include "server/cli/import_hook.h"

struct script {
    struct hook *h;
    struct buf env;   /* lines of `env:` */
    struct buf setup; /* lines of the script before the command */
    struct buf named; /* variables that only env(1) can set: 'a.b'="$VALUE_1" */
    struct buf args;
    int values;
};

/* A word for the shell. "${{" must not stand in a script, so it is taken apart. */
static void put_word(struct buf *b, const char *text)
{
    buf_chr(b, '\'');
    for (; *text; text++)
        if (*text == '\'')
            buf_str(b, "'\\''");
        else if (strncmp(text, "${{", 3) == 0)
            buf_str(b, "$''");
        else
            buf_chr(b, *text);
    buf_chr(b, '\'');
}

static bool has_control(const char *text)
{
    for (; *text; text++)
        if ((unsigned char)*text < 0x20 || *text == 0x7f)
            return true;
    return false;
}

static bool is_variable(const char *name)
{
    struct sv s = sv_of(name);
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
        if (!letter && (i == 0 || c < '0' || c > '9'))
            return false;
    }
    return s.n > 0 && s.n <= 100 && !sv_istarts(s, SV("GITHUB_")) && !sv_istarts(s, SV("FETTLE_"));
}

static void put_env(struct script *s, const char *name, const struct hook_value *v)
{
    struct jout j = {.buf = &s->env};
    buf_fmt(&s->env, "          %s: ", name);
    AUTO(buf_free) struct buf text = {0};
    if (v->expression)
        buf_fmt(&text, "${{ %s }}", v->expression);
    else
        buf_str(&text, v->literal);
    jout_str(&j, buf_view(&text));
    buf_chr(&s->env, '\n');
}

static bool is_plain(const struct hook_value *v)
{
    return !v->expression && !has_control(v->literal);
}

static bool literal_is_expression(const struct hook_value *v)
{
    return v->literal && strstr(v->literal, "${{") && has_control(v->literal);
}

/* A word of the command: in quotes, or a variable. */
static void put_value(struct script *s, struct buf *out, const struct hook_value *v)
{
    if (is_plain(v)) {
        put_word(out, v->literal);
        return;
    }
    const char *name = arena_fmt(&s->h->x->arena, "VALUE_%d", ++s->values);
    put_env(s, name, v);
    buf_fmt(out, "\"$%s\"", name);
}

static void set_variable(struct script *s, const char *name, const struct hook_value *v)
{
    if (is_variable(name)) {
        put_env(s, name, v);
        return;
    }
    buf_chr(&s->named, ' ');
    put_word(&s->named, name);
    buf_chr(&s->named, '=');
    put_value(s, &s->named, v);
}

static bool value_of(struct script *s, const struct ynode *n, struct hook_value *v)
{
    if (!hook_value(s->h, n, v))
        return false;
    if (literal_is_expression(v))
        hook_refuse(s->h, n, "bad-value", NULL, "a text with ${{ and control characters cannot be written here");
    return !literal_is_expression(v);
}

static const char *variable_of(struct script *s, const struct ynode *n)
{
    const char *given = hook_text(n, "envname"), *name = hook_text(n, "name");
    return given ? given : arena_fmt(&s->h->x->arena, "HOOK_%s", name ? name : "");
}

static void put_args(struct script *s, const struct ynode *list)
{
    struct hook_value v;
    for (size_t i = 0; list && list->kind == Y_SEQ && i < list->n; i++) {
        buf_chr(&s->args, ' ');
        /* The place of an argument counts, also of one that has no value. */
        if (value_of(s, list->items[i], &v))
            put_value(s, &s->args, &v);
        else
            buf_str(&s->args, "''");
    }
}

static void put_variables(struct script *s, const struct ynode *list)
{
    struct hook_value v;
    for (size_t i = 0; list && list->kind == Y_SEQ && i < list->n; i++)
        if (value_of(s, list->items[i], &v))
            set_variable(s, variable_of(s, list->items[i]), &v);
}

static void put_files(struct script *s, const struct ynode *list)
{
    struct hook_value v;
    for (size_t i = 0; list && list->kind == Y_SEQ && i < list->n; i++) {
        const struct ynode *n = list->items[i];
        bool decode = false;
        if (!value_of(s, n, &v))
            continue;
        const char *name = variable_of(s, n);
        if (ynode_get(n, "base64decode"))
            (void)ynode_bool(ynode_get(n, "base64decode"), &decode);
        buf_fmt(&s->setup, "          file_%zu=$(mktemp)\n          printf %%s ", i + 1);
        put_value(s, &s->setup, &v);
        buf_fmt(&s->setup, "%s > \"$file_%zu\"\n", decode ? " | base64 -d" : "", i + 1);
        buf_chr(&s->named, ' ');
        put_word(&s->named, name);
        buf_fmt(&s->named, "=\"$file_%zu\"", i + 1);
    }
}

/* The command stands below its folder unless its path is whole. */
static const char *command_of(const struct hook *h, const char *dir)
{
    const char *command = hook_text(h->node, "execute-command");
    bool below = dir && command[0] != '/';
    return below ? arena_fmt(&h->x->arena, "%s/%s", dir, command) : command;
}

/* As it stands in a list of YAML. */
static const char *listed(struct arena *a, const char *word)
{
    bool plain = *word != 0;
    for (const char *p = word; *p; p++)
        plain = plain && ((*p >= 'a' && *p <= 'z') || *p == '_');
    return plain ? word : hook_quoted(a, word);
}

static void write_on(const struct hook *h, struct buf *out)
{
    struct arena *a = &h->x->arena;
    buf_str(out, "on:\n");
    for (size_t i = 0; i < h->events.n; i++) {
        const char *event = h->events.at[i];
        bool push = strcmp(event, "push") == 0 && h->branches.n == 1, change = strcmp(event, "pull_request") == 0;
        buf_fmt(out, "  %s:\n", event);
        if (push)
            buf_fmt(out, "    branches: [%s]\n", hook_quoted(a, h->branches.at[0]));
        for (size_t k = 0; change && k < h->types.n; k++)
            buf_fmt(out, "%s%s%s", k ? ", " : "    types: [", listed(a, h->types.at[k]),
                    k + 1 == h->types.n ? "]\n" : "");
    }
}

void hook_workflow(struct hook *h, struct buf *out)
{
    struct script s = {.h = h};
    struct arena *a = &h->x->arena;
    const char *dir = hook_text(h->node, "command-working-directory");
    put_args(&s, ynode_get(h->node, "pass-arguments-to-command"));
    put_variables(&s, ynode_get(h->node, "pass-environment-to-command"));
    put_files(&s, ynode_get(h->node, "pass-file-to-command"));
    AUTO(buf_free) struct buf command = {0}, folder = {0};
    put_word(&command, command_of(h, dir));
    if (dir)
        put_word(&folder, dir);
    buf_fmt(out, "name: %s\n", hook_quoted(a, h->id));
    write_on(h, out);
    buf_str(out, "jobs:\n  hook:\n");
    if (h->strict && h->cond && strcmp(h->cond, "false") == 0)
        buf_str(out, "    # Its rule could not be taken over whole: write the condition by hand.\n");
    if (h->cond)
        buf_fmt(out, "    if: %s\n", hook_quoted(a, h->cond));
    buf_str(out, "    steps:\n      - name: command\n        shell: bash\n");
    if (s.env.n)
        buf_fmt(out, "        env:\n%s", s.env.p);
    buf_str(out, "        run: |\n");
    if (dir)
        buf_fmt(out, "          cd %s\n", folder.p);
    buf_sv(out, buf_view(&s.setup));
    buf_fmt(out, "          exec %s%.*s%s%s%.*s\n", s.named.n ? "env" : "", SV_ARG(buf_view(&s.named)),
            s.named.n ? " " : "", command.p, SV_ARG(buf_view(&s.args)));
    buf_free(&s.env);
    buf_free(&s.setup);
    buf_free(&s.named);
    buf_free(&s.args);
}
