/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/spec.h"
#include "engine/policy_json.h"

static void put_pairs(struct jout *j, const char *key, const struct action_input *at, size_t n)
{
    jout_key(j, key);
    jout_open(j, '[');
    for (size_t i = 0; i < n; i++) {
        jout_open(j, '[');
        jout_strz(j, at[i].name);
        jout_strz(j, at[i].value);
        jout_close(j, ']');
    }
    jout_close(j, ']');
}

static void put_text(struct jout *j, const char *key, const char *z)
{
    if (z)
        jout_kstrz(j, key, z);
}

void step_spec_write(const struct step_spec *s, struct buf *out)
{
    struct jout j = {.buf = out};
    jout_open(&j, '{');
    if (s->uses) {
        jout_kstrz(&j, "uses", s->uses);
        put_pairs(&j, "with", s->with, s->n_with);
    } else {
        jout_kstrz(&j, "script", s->script);
        jout_kstrz(&j, "shell", s->shell);
        jout_kstrz(&j, "workdir", s->workdir);
        put_text(&j, "reports", s->reports);
    }
    put_pairs(&j, "env", s->env, s->n_env);
    put_text(&j, "if", s->cond_text);
    put_text(&j, "name", s->name);
    put_text(&j, "timeout", s->timeout_text);
    put_text(&j, "continue", s->continue_text);
    step_policy_write(&j, s);
    if (s->line)
        jout_kint(&j, "line", s->line);
    if (s->post)
        jout_kint(&j, "post", s->post);
    jout_close(&j, '}');
}

static struct action_input *get_pairs(const struct jval *v, struct arena *a, size_t *ret_n)
{
    size_t n = jval_len(v);
    struct action_input *at = arena_new(a, (n + 1) * sizeof *at);
    for (size_t i = 0; i < n; i++) {
        const struct jval *pair = jval_item(v, i);
        at[i].name = arena_dup(a, jval_str(jval_item(pair, 0)));
        at[i].value = arena_dup(a, jval_str(jval_item(pair, 1)));
        if (!at[i].name || !at[i].value)
            return NULL;
    }
    *ret_n = n;
    return at;
}

int step_spec_read(const char *json, struct arena *a, struct step_spec *ret, struct err *e)
{
    AUTO(jdoc_free) struct jdoc *d = NULL;
    if (jdoc_parse(sv_of(json), NULL, &d, e) < 0)
        return err_add(e, "step");
    const struct jval *root = jdoc_root(d);
    *ret = (struct step_spec){
        .script = arena_dup(a, jval_str(jval_get(root, "script"))),
        .shell = arena_dup(a, jval_str(jval_get(root, "shell"))),
        .workdir = arena_dup(a, jval_str(jval_get(root, "workdir"))),
        .reports = arena_dup(a, jval_str(jval_get(root, "reports"))),
        .uses = arena_dup(a, jval_str(jval_get(root, "uses"))),
        .cond_text = arena_dup(a, jval_str(jval_get(root, "if"))),
        .name = arena_dup(a, jval_str(jval_get(root, "name"))),
        .timeout_text = arena_dup(a, jval_str(jval_get(root, "timeout"))),
        .continue_text = arena_dup(a, jval_str(jval_get(root, "continue"))),
    };
    int64_t line, post;
    ret->line = jval_int(jval_get(root, "line"), &line) ? (int)line : 0;
    ret->post = jval_int(jval_get(root, "post"), &post) ? (int)post : 0;
    ret->with = get_pairs(jval_get(root, "with"), a, &ret->n_with);
    ret->env = get_pairs(jval_get(root, "env"), a, &ret->n_env);
    bool ok = step_policy_read(root, ret);
    if (!ok || !ret->with || !ret->env || (!ret->script && !ret->uses))
        return err_set(e, ERR_BUG, "step: damaged specification");
    return 0;
}
