/* SPDX-License-Identifier: Apache-2.0 */
/* One hook of adnanh/webhook on its way to a webhook and a workflow (its documentation: "Hook definition", "Hook
 * rules", "Referencing request values"). */
#pragma once
#include "server/cli/import.h"

enum hook_forge { HOOK_UNKNOWN, HOOK_GITHUB, HOOK_GITLAB, HOOK_GITEA };

enum { HOOK_WORDS = 64 };
struct hook_words {
    const char *at[HOOK_WORDS];
    size_t n;
};

struct hook {
    struct import *x;
    const struct ynode *node;
    const char *id;
    enum hook_forge forge; /* what headers and payloads say of the sender */
    bool strict;           /* something of the rule could not be taken over: nothing may start */
    struct hook_words events, branches, types, repos, secrets;
    const char *cond; /* NULL = always */
};

const char *hook_forge_kind(enum hook_forge f); /* "github"; unknown counts as github */
void hook_word(struct hook_words *l, const char *word); /* once each */
/* The text of a key of a map; NULL when it is absent or no text. */
const char *hook_text(const struct ynode *map, const char *key);
void hook_refuse(struct hook *h, const struct ynode *at, const char *code, const char *instead, const char *fmt, ...)
    PRINTF_LIKE(5, 6);

/* import_hook_value.c: what an argument of the form {source, name} stands for. False after saying why there is no such
 * thing here. */
struct hook_value {
    const char *expression; /* without ${{ }}; NULL = a literal */
    const char *literal;
};
bool hook_value(struct hook *h, const struct ynode *argument, struct hook_value *ret);
/* 'it''s' */
const char *hook_quoted(struct arena *a, const char *text);

/* import_hook_rule.c: the trigger rule: h->cond, and what of it events, filters and signatures say. */
void hook_rule(struct hook *h);
/* import_hook_regex.c: a condition that says the same of the expression `what`; NULL = there is none. */
const char *hook_regex(struct arena *a, const char *what, const char *regex);
/* import_hook_write.c: the workflow. */
void hook_workflow(struct hook *h, struct buf *out);
