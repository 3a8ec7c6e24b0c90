/* SPDX-License-Identifier: Apache-2.0 */
/* What the server has for steps: secrets, variables, environments. Their names are looked up without regard to case,
 * as at GitHub. */
#include "config/policy_parts.h"
#include "config/secret.h"
#include "config/secret_check.h"
#include "config/sections.h"
#include "config/workflow_parts.h"

enum { ENTRIES_MAX = 1000 };

bool secret_is_reserved(struct sv name)
{
    return sv_istarts(name, SV("GITHUB_")) || sv_istarts(name, SV("FETTLE_"));
}

const char *work_name_fault(struct sv s)
{
    if (!is_id(s) || sv_chr(s, '-') >= 0)
        return "is made of at most 100 letters, digits and _, and does not begin with a digit";
    if (secret_is_reserved(s))
        return "may not begin with GITHUB_ or FETTLE_: those are set by the server";
    return NULL;
}

/* False when the entry is left out. */
static bool name_ok(struct reading *r, const struct ynode *map, size_t at, const char *what)
{
    const struct ynode *key = map->keys[at];
    const char *fault = key->kind == Y_SCALAR ? work_name_fault(key->text) : "is one word";
    if (fault)
        say(r, key, "bad-name", "the name of %s %s", what, fault);
    for (size_t i = 0; !fault && i < at; i++)
        if (map->keys[i]->kind == Y_SCALAR && sv_ieq(map->keys[i]->text, key->text)) {
            say(r, key, "duplicate", "%s differs from \"%.*s\" in its case alone", what, SV_ARG(map->keys[i]->text));
            return false;
        }
    return !fault;
}

static bool entries_open(struct reading *r, const struct ynode *n)
{
    if (ynode_is_null(n) || !want_map(r, n, r->key))
        return false;
    if (n->n > ENTRIES_MAX) {
        say_hidden(r, n, "too-large", "%s has more than %d entries", r->key, ENTRIES_MAX);
        return false;
    }
    return true;
}

void work_secrets_read(struct reading *r, const struct ynode *n, struct conf *c)
{
    if (!entries_open(r, n))
        return;
    c->secrets = arena_new(r->arena, (n->n + 1) * sizeof *c->secrets);
    for (size_t i = 0; i < n->n; i++) {
        struct conf_work_secret s = {.name = n->keys[i]->text.p, .node = n->keys[i]};
        if (name_ok(r, n, i, "a secret") &&
            work_secret_read(r, n->items[i], arena_fmt(r->arena, "the secret %s", s.name), &s))
            c->secrets[c->n_secrets++] = s;
    }
}

const struct shape shape_vars = {SHAPE_MAP,          .null = true,
                                 .max = ENTRIES_MAX, .pattern = WORK_NAME_PATTERN,
                                 .of = &shape_text,  .looks = "texts by name"};

void vars_read(struct reading *r, const struct ynode *n, struct conf *c)
{
    if (!entries_open(r, n))
        return;
    c->vars = arena_new(r->arena, (n->n + 1) * sizeof *c->vars);
    for (size_t i = 0; i < n->n; i++) {
        struct sv value = SV("");
        if (!name_ok(r, n, i, "a variable") || !node_text(r, n->items[i], "a variable", &value))
            continue;
        if (value.n > VAR_MAX)
            say(r, n->items[i], "too-large", "the variable is longer than %d KiB", VAR_MAX >> 10);
        else
            c->vars[c->n_vars++] = (struct conf_var){n->keys[i]->text.p, value.p};
    }
}

/* ---- locks ---- */

enum { HOLDERS_MAX = 1000 };
static const struct shape shape_holders = {SHAPE_NUMBER, .min = 1, .max = HOLDERS_MAX};
const struct shape shape_capacities = {SHAPE_MAP,
                                       .null = true,
                                       .max = ENTRIES_MAX,
                                       .pattern = "^[^\\u0000-\\u001f\\u007f]{1,255}$",
                                       .of = &shape_holders,
                                       .looks = "numbers by name"};

static bool lock_new(struct reading *r, const struct conf *c, const struct ynode *key)
{
    for (size_t i = 0; i < c->n_locks; i++)
        if (sv_ieq(sv_of(c->locks[i].name), key->text)) {
            say(r, key, "duplicate", "the lock differs from \"%s\" in its case alone", c->locks[i].name);
            return false;
        }
    return true;
}

void capacities_read(struct reading *r, const struct ynode *n, struct conf *c)
{
    if (!entries_open(r, n))
        return;
    c->locks = arena_new(r->arena, (n->n + 1) * sizeof *c->locks);
    for (size_t i = 0; i < n->n; i++) {
        struct conf_lock l = {0};
        struct sv s;
        int64_t capacity = 0;
        if (!node_name(r, n->keys[i], "the name of a lock", &l.name) || !lock_new(r, c, n->keys[i]) ||
            !node_text(r, n->items[i], "a lock", &s))
            continue;
        if (!sv_int(s, &capacity) || capacity < 1 || capacity > HOLDERS_MAX)
            say(r, n->items[i], "bad-value", "a lock says how many jobs may hold it at once: a number from 1 to %d",
                HOLDERS_MAX);
        l.capacity = (int)capacity;
        c->locks[c->n_locks++] = l;
    }
}

/* ---- environments ---- */

static const struct field environment_fields[] = {
    {"branches", F_READ, .read = filter_read, .shape = &shape_patterns,
     .at = offsetof(struct conf_environment, branches), .doc = "patterns of branches that may deploy; default: all",
     .otherwise = "all"},
    {"approve", F_READ, .read = environment_approve_read, .at = offsetof(struct conf_environment, approve),
     .shape = &shape_environment_approve,
     .doc = "a person says yes before a job of it starts, for that commit alone; counts more than the job's own word"},
};
static const struct object environment_object = {OBJECT("environment", "an environment", environment_fields)};
static const struct shape shape_target = {SHAPE_OBJECT, .null = true, .object = &environment_object};
const struct shape shape_environments = {SHAPE_MAP,           .null = true,
                                         .max = ENTRIES_MAX,  .pattern = "^[^\\u0000-\\u001f\\u007f]{1,255}$",
                                         .of = &shape_target, .looks = "environments by name"};

static bool environment_new(struct reading *r, const struct conf *c, const struct ynode *key)
{
    for (size_t i = 0; i < c->n_environments; i++)
        if (sv_ieq(sv_of(c->environments[i].name), key->text)) {
            say(r, key, "duplicate", "the environment differs from \"%s\" in its case alone", c->environments[i].name);
            return false;
        }
    return true;
}

void environments_read(struct reading *r, const struct ynode *n, struct conf *c)
{
    if (!entries_open(r, n))
        return;
    c->environments = arena_new(r->arena, (n->n + 1) * sizeof *c->environments);
    for (size_t i = 0; i < n->n; i++) {
        struct conf_environment e = {0};
        if (!node_name(r, n->keys[i], "the name of an environment", &e.name) || !environment_new(r, c, n->keys[i]))
            continue;
        if (!ynode_is_null(n->items[i]))
            FIELDS_READ(r, n->items[i], "an environment", environment_fields, &e);
        c->environments[c->n_environments++] = e;
    }
}

/* ---- what secrets name ---- */

static void check_environments(struct reading *r, const struct conf *c, const struct conf_work_secret *s)
{
    const char **names = arena_new(r->arena, (c->n_environments + 1) * sizeof *names);
    for (size_t i = 0; i < c->n_environments; i++)
        names[i] = c->environments[i].name;
    for (size_t i = 0; i < s->n_environments; i++) {
        size_t k = 0;
        while (k < c->n_environments && !sv_ieq(sv_of(names[k]), sv_of(s->environments[i])))
            k++;
        if (k < c->n_environments)
            s->environments[i] = names[k];
        else
            say(r, s->environment_nodes[i], "unknown-environment",
                "there is no environment \"%s\"%s under "
                "\"environments\"",
                s->environments[i], did_you_mean(r, sv_of(s->environments[i]), names, c->n_environments));
    }
}

void work_secrets_check(struct reading *r, const struct conf *c)
{
    for (size_t i = 0; i < c->n_secrets; i++) {
        const struct conf_work_secret *s = &c->secrets[i];
        if (!r->repos)
            check_environments(r, c, s);
        for (size_t k = 0; r->repos && k < s->n_repos; k++)
            (void)alias_check(r, s->repo_nodes[k], s->repos[k]);
    }
}
