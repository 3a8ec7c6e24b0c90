/* SPDX-License-Identifier: Apache-2.0 */
/* `scheduling:` of the server file: who runs next. */
#include "config/field.h"
#include "config/policy_parts.h"
#include "config/sections.h"

enum { WEIGHTS_MAX = 10000, WEIGHT_MAX = 1000 };

/* ---- percentages ---- */

void percent_read(struct reading *r, const struct ynode *n, int most, int *ret)
{
    struct sv s;
    int64_t v;
    if (!node_text(r, n, r->key, &s))
        return;
    if (!sv_ends(s, SV("%")) || !sv_int(sv_cut(s, s.n - 1), &v))
        say(r, n, "bad-value", "%s must be a percentage like 25%%", r->key);
    else if (v < 0 || v > most)
        say(r, n, "bad-value", "%s must be between 0%% and %d%%", r->key, most);
    else
        *ret = (int)v;
}

static void share_read(struct reading *r, const struct ynode *n, void *into)
{
    percent_read(r, n, 100, into);
}

static void ageing_read(struct reading *r, const struct ynode *n, void *into)
{
    percent_read(r, n, 1000, into);
}

static const struct shape shape_share = {SHAPE_TEXT, .pattern = "^(0*[0-9]{1,2}|0*100)%$",
                                         .looks = "a percentage, at most 100%"};
static const struct shape shape_ageing = {SHAPE_TEXT, .pattern = "^(0*[0-9]{1,3}|0*1000)%$",
                                          .looks = "a percentage, at most 1000%"};

/* ---- weights ---- */

static const struct shape shape_weight = {SHAPE_NUMBER, .min = 1, .max = WEIGHT_MAX};
static const struct shape shape_weights = {
    SHAPE_MAP,           .null = true,
    .max = WEIGHTS_MAX,  .pattern = "^[A-Za-z0-9_][A-Za-z0-9._-]*:[A-Za-z0-9_][A-Za-z0-9._/-]*$",
    .of = &shape_weight, .looks = "numbers by forge:organisation or forge:organisation/repository"};

/* The part in front of the colon is looked up when all of the file is known. */
static bool owner_ok(struct reading *r, const struct ynode *key)
{
    struct sv s = key->kind == Y_SCALAR ? key->text : SV("");
    ptrdiff_t colon = sv_chr(s, ':');
    bool ok = colon > 0 && is_word(sv_cut(s, (size_t)colon), "._-") && is_word(sv_from(s, (size_t)colon + 1), "._-/");
    if (!ok)
        say(r, key, "bad-id",
            "a weight is that of forge:organisation or forge:organisation/repository, like github:acme");
    return ok;
}

static void weights_read(struct reading *r, const struct ynode *n, void *into)
{
    struct conf_scheduling *c = into;
    if (ynode_is_null(n) || !want_map(r, n, r->key))
        return;
    if (n->n > WEIGHTS_MAX) {
        say(r, n, "too-large", "%s has more than %d entries", r->key, WEIGHTS_MAX);
        return;
    }
    c->weights = arena_new(r->arena, (n->n + 1) * sizeof *c->weights);
    for (size_t i = 0; i < n->n; i++) {
        struct sv s;
        int64_t weight = 0;
        if (!owner_ok(r, n->keys[i]) || !node_text(r, n->items[i], "a weight", &s))
            continue;
        if (!sv_int(s, &weight) || weight < 1 || weight > WEIGHT_MAX)
            say(r, n->items[i], "bad-value", "a weight is a whole number from 1 to %d", WEIGHT_MAX);
        c->weights[c->n_weights++] = (struct conf_weight){n->keys[i]->text.p, (int)weight, n->keys[i]};
    }
}

void scheduling_check(struct reading *r, const struct conf *c)
{
    const char **names = arena_new(r->arena, (c->n_forges + 1) * sizeof *names);
    for (size_t i = 0; i < c->n_forges; i++)
        names[i] = c->forges[i].name;
    for (size_t i = 0; i < c->scheduling.n_weights; i++) {
        struct sv owner = sv_of(c->scheduling.weights[i].owner);
        struct sv forge = sv_cut(owner, (size_t)sv_chr(owner, ':'));
        if (!conf_forge_by_name(c, forge))
            say(r, c->scheduling.weights[i].node, "unknown-forge", "there is no forge \"%.*s\" under \"forges\"%s",
                SV_ARG(forge), did_you_mean(r, forge, names, c->n_forges));
    }
}

/* ---- lookahead ---- */

#define AT(member) .at = offsetof(struct conf_scheduling, member)
const char *const lookahead_words[] = {"on", "off", NULL};
static const struct shape shape_switch = {SHAPE_WORD, .words = lookahead_words};

static const struct field lookahead_fields[] = {
    {"budget", F_DURATION, AT(lookahead_ms), .preset = "5ms", .min = 1, .max = 1000,
     .doc = "how long a better order is looked for; beyond 200 schedules nobody looks"},
};
static const struct object lookahead_object = {OBJECT("lookahead", "\"lookahead\"", lookahead_fields)};
static const struct shape shape_budget = {SHAPE_OBJECT, .object = &lookahead_object};
static const struct shape *const lookahead_any[] = {&shape_switch, &shape_budget, NULL};
static const struct shape shape_lookahead = {SHAPE_ONE_OF, .any = lookahead_any, .looks = "off, on or {budget: 5ms}"};

static void lookahead_read(struct reading *r, const struct ynode *n, void *into)
{
    struct conf_scheduling *c = into;
    struct sv s;
    if (n->kind == Y_MAP)
        FIELDS_READ(r, n, "\"lookahead\"", lookahead_fields, c);
    else if (!node_text(r, n, "\"lookahead\"", &s))
        return;
    else if (sv_is(s, "on") || sv_is(s, "off"))
        c->lookahead = sv_is(s, "on") ? LOOKAHEAD_ON : LOOKAHEAD_OFF;
    else
        say(r, n, "bad-value", "\"lookahead\" must be on, off or a mapping with \"budget\"");
}

/* ---- the section ---- */

static const struct field scheduling_fields[] = {
    {"critical-share", F_READ, .read = share_read, AT(critical_percent), .shape = &shape_share, .preset = "25%",
     .doc = "of the slots, which critical runs may have before all others"},
    {"ageing", F_READ, .read = ageing_read, AT(ageing_percent), .shape = &shape_ageing, .preset = "5%",
     .doc = "how much a second of waiting counts against a second of work that a run has still to do"},
    {"weights", F_READ, .read = weights_read, .at = 0, .shape = &shape_weights,
     .doc = "of organisations among each other, and of repositories within theirs; 1 where nothing is said"},
    {"lookahead", F_READ, .read = lookahead_read, .at = 0, .shape = &shape_lookahead,
     .doc = "whether a better order is looked for when a larger run has to wait for slots or locks; default: for 5ms",
     .otherwise = "on, for 5ms"},
};
#undef AT
static const struct object scheduling_object = {OBJECT("scheduling", "\"scheduling\"", scheduling_fields)};
const struct shape shape_scheduling = {SHAPE_OBJECT, .object = &scheduling_object};

void scheduling_defaults(struct reading *r, struct conf *c)
{
    FIELDS_READ(r, NULL, "", scheduling_fields, &c->scheduling);
    FIELDS_READ(r, NULL, "", lookahead_fields, &c->scheduling);
}

void scheduling_read(struct reading *r, const struct ynode *n, struct conf *c)
{
    FIELDS_READ(r, n, "\"scheduling\"", scheduling_fields, &c->scheduling);
}
