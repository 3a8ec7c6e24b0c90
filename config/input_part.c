/* SPDX-License-Identifier: Apache-2.0 */
/* What a workflow takes and gives when it is called or started by hand: inputs, outputs, secrets. */
#include "config/workflow_parts.h"
#include "lang/number.h"

enum { INPUTS_MAX = 100 };

static const char *const dispatch_types[] = {"string", "boolean", "number", "choice", "environment", NULL};
static const char *const call_types[] = {"string", "boolean", "number", NULL};

struct raw_input {
    const struct ynode *preset, *options;
    unsigned type;
    struct wf_input input;
};

#define AT(member) .at = offsetof(struct raw_input, member)
static const struct shape shape_input_default = {SHAPE_TEXT, .expr = true, .null = true, .looks = "of its type"};
static const struct field dispatch_fields[] = {
    {"description", F_READ, .read = description_read, AT(input.description), .shape = &shape_description,
     .doc = "for people"},
    {"required", F_FLAG, AT(input.required), .doc = "has to be given"},
    {"default", F_READ, .read = field_keep, AT(preset), .shape = &shape_input_default, .doc = "where it is not given"},
    {"type", F_WORD, AT(type), .words = dispatch_types,
     .doc = "string (default), boolean, number, choice, environment"},
    {"options", F_READ, .read = field_keep, AT(options), .shape = &shape_names, .doc = "what a choice is among"},
};
static const struct field call_fields[] = {
    {"description", F_READ, .read = description_read, AT(input.description), .shape = &shape_description,
     .doc = "for people"},
    {"required", F_FLAG, AT(input.required), .doc = "has to be given"},
    {"default", F_READ, .read = field_keep, AT(preset), .shape = &shape_input_default, .doc = "where it is not given"},
    {"type", F_WORD, AT(type), .words = call_types, .required = true, .doc = "string, boolean or number"},
};
#undef AT
static const struct object dispatch_input = {OBJECT("dispatch-input", "an input", dispatch_fields)};
static const struct object call_input = {OBJECT("call-input", "an input", call_fields)};

static bool id_check(struct reading *r, const struct ynode *key, const char *what)
{
    if (is_id(key->text))
        return true;
    say(r, key, "bad-name", "the name of %s is made of letters, digits, _ and -, and begins with a letter or _", what);
    return false;
}

/* GitHub's reader takes a number or a truth value without quotes for no text. */
static const char *fault_of_text(const struct ynode *n)
{
    double number;
    bool flag;
    return ynode_bool(n, &flag) || ynode_number(n, &number) ? "must be a text: put it in quotes" : NULL;
}

static const char *fault_of_type(struct reading *r, const struct raw_input *raw, const struct ynode *n)
{
    bool flag;
    switch (raw->input.type) {
    case INPUT_BOOLEAN:
        return ynode_bool(n, &flag) ? NULL : "must be true or false";
    case INPUT_NUMBER:
        return is_number(n->text) ? NULL : "must be a number";
    case INPUT_CHOICE:
        for (size_t i = 0; i < raw->input.n_options; i++)
            if (sv_is(n->text, raw->input.options[i]))
                return NULL;
        return arena_fmt(r->arena, "must be one of the options%s",
                         did_you_mean(r, n->text, raw->input.options, raw->input.n_options));
    case INPUT_STRING:
    case INPUT_ENVIRONMENT:
        return NULL;
    }
    return NULL;
}

static void preset_fault(struct reading *r, const struct raw_input *raw, const char *fault)
{
    say(r, raw->preset, "bad-value", "\"default\" of the input \"%s\" %s", raw->input.name, fault);
}

static void preset_read(struct reading *r, struct raw_input *raw, enum scope scope)
{
    const struct ynode *n = raw->preset;
    enum wf_input_type type = raw->input.type;
    bool is_text = type != INPUT_BOOLEAN && type != INPUT_NUMBER;
    char digits[32];
    double number;
    struct sv s;
    if (ynode_is_null(n)) {
        if (type == INPUT_BOOLEAN)
            preset_fault(r, raw, "must be true or false");
    } else if (type == INPUT_NUMBER && ynode_number(n, &number)) {
        raw->input.preset = arena_dup(r->arena, number_text(number, digits));
    } else if (is_text && fault_of_text(n)) {
        preset_fault(r, raw, fault_of_text(n));
    } else if (expr_text(r, n, "\"default\"", scope, &s)) {
        const char *fault = sv_find(s, SV("${{")) >= 0 ? NULL : fault_of_type(r, raw, n);
        if (fault)
            preset_fault(r, raw, fault);
        raw->input.preset = s.p;
    }
}

static void options_read(struct reading *r, const struct ynode *at, struct raw_input *raw)
{
    struct names names;
    if (raw->input.type == INPUT_CHOICE && !raw->options)
        say(r, at, "missing-key", "the input \"%s\" is a choice and needs \"options\"", raw->input.name);
    if (!raw->options)
        return;
    if (raw->input.type != INPUT_CHOICE)
        say(r, raw->options, "conflicting-keys", "\"options\" belong to \"type: choice\"");
    else if (node_names(r, raw->options, "\"options\"", &names)) {
        raw->input.options = names.at;
        raw->input.n_options = names.n;
    }
}

static void input_read(struct reading *r, const struct ynode *key, const struct ynode *n, const struct object *o,
                       struct wf_trigger *t)
{
    struct raw_input raw = {.input.name = key->text.p};
    if (!id_check(r, key, "an input"))
        return;
    if (!ynode_is_null(n) || o == &call_input)
        object_read(r, n, o, &raw);
    raw.input.type = (enum wf_input_type)raw.type;
    options_read(r, key, &raw);
    if (raw.preset)
        preset_read(r, &raw, o == &call_input ? SCOPE_CALL_DEFAULT : SCOPE_NONE);
    t->inputs[t->n_inputs++] = raw.input;
}

static bool entries_ok(struct reading *r, const struct ynode *n, const char *what)
{
    if (!want_map(r, n, what))
        return false;
    if (n->n > INPUTS_MAX)
        say(r, n, "too-large", "%s has more than %d entries", what, INPUTS_MAX);
    return n->n <= INPUTS_MAX;
}

static void inputs_read(struct reading *r, const struct ynode *n, const struct object *o, struct wf_trigger *t)
{
    if (!entries_ok(r, n, "\"inputs\""))
        return;
    t->inputs = arena_new(r->arena, (n->n + 1) * sizeof *t->inputs);
    for (size_t i = 0; i < n->n; i++)
        input_read(r, n->keys[i], n->items[i], o, t);
}

void dispatch_inputs_read(struct reading *r, const struct ynode *n, void *into)
{
    if (!ynode_is_null(n))
        inputs_read(r, n, &dispatch_input, into);
}

void call_inputs_read(struct reading *r, const struct ynode *n, void *into)
{
    inputs_read(r, n, &call_input, into);
}

/* ---- secrets ---- */

struct raw_secret {
    const char *description;
    bool required;
};
static const struct field secret_fields[] = {
    {"description", F_READ, .read = description_read, .at = offsetof(struct raw_secret, description),
     .shape = &shape_description, .doc = "for people"},
    {"required", F_FLAG, .at = offsetof(struct raw_secret, required), .doc = "has to be given"},
};
static const struct object call_secret = {OBJECT("call-secret", "a secret", secret_fields)};

void call_secrets_read(struct reading *r, const struct ynode *n, void *into)
{
    struct wf_trigger *t = into;
    if (!entries_ok(r, n, "\"secrets\""))
        return;
    t->secrets = arena_new(r->arena, (n->n + 1) * sizeof *t->secrets);
    for (size_t i = 0; i < n->n; i++) {
        struct raw_secret raw = {0};
        if (!id_check(r, n->keys[i], "a secret"))
            continue;
        if (!ynode_is_null(n->items[i]))
            object_read(r, n->items[i], &call_secret, &raw);
        t->secrets[t->n_secrets++] =
            (struct wf_secret){n->keys[i]->text.p, raw.description, raw.required};
    }
}

/* ---- outputs ---- */

struct raw_output {
    const char *description, *value;
};
static const struct field output_fields[] = {
    {"description", F_READ, .read = description_read, .at = offsetof(struct raw_output, description),
     .shape = &shape_description, .doc = "for people"},
    {"value", F_EXPR, .at = offsetof(struct raw_output, value), .required = true, .scope = SCOPE_CALL_OUTPUT,
     .doc = "${{ jobs.KEY.outputs.NAME }}"},
};
static const struct object call_output = {OBJECT("call-output", "an output", output_fields)};

void call_outputs_read(struct reading *r, const struct ynode *n, void *into)
{
    struct wf_trigger *t = into;
    struct wf_env *out = &t->outputs;
    if (!entries_ok(r, n, "\"outputs\""))
        return;
    out->names = arena_new(r->arena, (n->n + 1) * sizeof *out->names);
    out->values = arena_new(r->arena, (n->n + 1) * sizeof *out->values);
    for (size_t i = 0; i < n->n; i++) {
        struct raw_output raw = {.value = ""};
        if (!id_check(r, n->keys[i], "an output"))
            continue;
        object_read(r, n->items[i], &call_output, &raw);
        out->names[out->n] = n->keys[i]->text.p;
        out->values[out->n++] = raw.value;
    }
}

#define MAP_OF(name_, object_)                                                                                         \
    static const struct shape name_##_entry = {SHAPE_OBJECT, .object = &(object_),                                     \
                                               .null = &(object_) != &call_input && &(object_) != &call_output};       \
    const struct shape name_ = {SHAPE_MAP, .null = &(object_) == &dispatch_input, .max = INPUTS_MAX,                   \
                                .pattern = "^[A-Za-z_][A-Za-z0-9_-]{0,99}$", .of = &name_##_entry}
MAP_OF(shape_dispatch_inputs, dispatch_input);
MAP_OF(shape_call_inputs, call_input);
MAP_OF(shape_call_secrets, call_secret);
MAP_OF(shape_call_outputs, call_output);
