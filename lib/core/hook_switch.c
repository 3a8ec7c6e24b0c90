/* SPDX-License-Identifier: Apache-2.0 */
#include "core/hook_switch.h"

enum { HANDS = HAND_THEIRS + 1 };

bool hook_switch_may(const struct hook_switch *s, msec_t now)
{
    bool open = s->hand == HAND_NONE || s->hand == HAND_TRIED;
    return open && (!s->tried || now - s->tried >= HOOK_SWITCH_REST_MS);
}

void hook_switch_try(struct hook_switch *s, msec_t now)
{
    *s = (struct hook_switch){HAND_TRIED, now};
}

void hook_switch_saw(struct hook_switch *s, enum hook_sight how)
{
    static const enum hook_hand next[HANDS][2] = {
        [HAND_NONE] = {[HOOK_IS_OFF] = HAND_NONE, [HOOK_IS_ON] = HAND_NONE},
        [HAND_TRIED] = {[HOOK_IS_OFF] = HAND_TRIED, [HOOK_IS_ON] = HAND_OURS},
        [HAND_OURS] = {[HOOK_IS_OFF] = HAND_THEIRS, [HOOK_IS_ON] = HAND_OURS},
        [HAND_THEIRS] = {[HOOK_IS_OFF] = HAND_THEIRS, [HOOK_IS_ON] = HAND_NONE},
    };
    s->hand = next[s->hand][how];
}

int64_t hook_switch_number(const struct hook_switch *s)
{
    return s->tried * HANDS + (int64_t)s->hand;
}

struct hook_switch hook_switch_of(int64_t number)
{
    if (number < 0)
        return (struct hook_switch){0};
    return (struct hook_switch){(enum hook_hand)(number % HANDS), number / HANDS};
}
