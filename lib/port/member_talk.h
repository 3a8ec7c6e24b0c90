/* SPDX-License-Identifier: Apache-2.0 */
/* What answers about a member have in common on all forges. Pure. */
#pragma once
#include "fmt/json.h"
#include "port/forge.h"

/* 0: *ret is the object that came (caller: jdoc_free), or NULL: the forge knows no such member. -1 as read_member. */
MUST_USE int member_answer(const struct api_reply *r, struct jdoc **ret, struct err *e);
/* read_self from an object with `id` and the login under `login`. */
MUST_USE int member_self(const struct api_reply *r, const char *login, struct arena *a, struct own_account *ret,
                         struct err *e);
/* "acme/api" of the event's repository "github:acme/api"; NULL when it has none. */
const char *member_repo(const struct hook_event *ev);
/* True for a name that can stand in a path: not empty, no slash, no dot segment. */
bool member_login_ok(const char *login);
