/* SPDX-License-Identifier: Apache-2.0 */
/* Whether a webhook that was switched off is switched on again. That it is off may be an accident, so it is switched on
 * once; when it is off after that, somebody meant it, and it stays off until somebody else switches it on. Pure. */
#pragma once
#include "base/clk.h"

enum hook_hand {
    HAND_NONE,  /* ours was never there, or a person has switched it on since */
    HAND_TRIED, /* we asked for it; that it is on was not seen since */
    HAND_OURS,  /* it was on after we had asked for it */
    HAND_THEIRS /* and was off again after that: it is meant */
};
struct hook_switch { /* of one hook; zero = nothing is known of it */
    enum hook_hand hand;
    msec_t tried; /* when we asked for it last; 0 = never */
};

enum { HOOK_SWITCH_REST_MS = 24 * 3600 * 1000 }; /* between two tries, whatever happened in between */

bool hook_switch_may(const struct hook_switch *s, msec_t now);
void hook_switch_try(struct hook_switch *s, msec_t now);
enum hook_sight { HOOK_IS_OFF, HOOK_IS_ON };
void hook_switch_saw(struct hook_switch *s, enum hook_sight how); /* the forge says so */
/* As one number, and back; a number that is none of ours is nothing known. */
int64_t hook_switch_number(const struct hook_switch *s);
struct hook_switch hook_switch_of(int64_t number);
