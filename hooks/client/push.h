/* SPDX-License-Identifier: Apache-2.0 */
/* What git tells a hook of a push: githooks(5). Pure, but for push_options. */
#pragma once
#include "hooks/client/options.h"
#include "hooks/wire.h"

struct push {
    const struct hook_update *updates;
    size_t n_updates;
    const struct sv *options; /* --push-option */
    size_t n_options;
};

/* input: all that git wrote. Text is borrowed from it and from the arguments; arrays are in the arena. -1 ERR_INVALID:
 * a line that git does not write, or more refs than a call may have. */
MUST_USE int push_read(const struct hook_options *o, struct sv input, struct arena *a, struct push *ret, struct err *e);
/* GIT_PUSH_OPTION_COUNT and GIT_PUSH_OPTION_<n> of the environment; ERR_INVALID: more than a call may have, or one is
 * not there. */
MUST_USE int push_options(struct arena *a, struct push *ret, struct err *e);
/* Zeros: the ref is, or was, not there. */
bool push_is_absent(struct sv object);
