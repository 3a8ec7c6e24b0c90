/* SPDX-License-Identifier: Apache-2.0 */
#include "core/breaker.h"
#include "base/mem.h"

enum { SLOT_MS = 10000, SLOTS = 6, LEAST = 20, OPEN_MS = 30000, PROBE_MS = 300000, PROBES = 3 };

static void go(struct breaker *b, enum breaker_state to, msec_t now)
{
    *b = (struct breaker){.state = to, .since = now, .probes = 1};
}

static int slot_of(struct breaker *b, msec_t now)
{
    int i = (int)(now / SLOT_MS % SLOTS);
    if (b->slot[i] != now / SLOT_MS) {
        b->slot[i] = now / SLOT_MS;
        b->passed[i] = b->failed[i] = 0;
    }
    return i;
}

void breaker_saw_pass(struct breaker *b, msec_t now)
{
    if (b->state == BREAKER_PROBING && b->probes == PROBES) {
        go(b, BREAKER_CLOSED, now);
    } else if (b->state == BREAKER_PROBING) {
        b->probes = PROBES;
        b->flying = 0;
    }
    if (b->state == BREAKER_CLOSED)
        b->passed[slot_of(b, now)]++;
}

void breaker_saw_failure(struct breaker *b, msec_t now)
{
    int passed = 0, failed = 0;
    if (b->state == BREAKER_PROBING)
        go(b, BREAKER_OPEN, now);
    if (b->state != BREAKER_CLOSED)
        return;
    b->failed[slot_of(b, now)]++;
    for (int i = 0; i < SLOTS; i++) {
        bool counts = b->slot[i] > now / SLOT_MS - SLOTS;
        passed += counts ? b->passed[i] : 0;
        failed += counts ? b->failed[i] : 0;
    }
    if (passed + failed >= LEAST && failed >= passed)
        go(b, BREAKER_OPEN, now);
}

msec_t breaker_ask(struct breaker *b, msec_t now)
{
    if (b->state == BREAKER_CLOSED)
        return 0;
    if (b->state == BREAKER_OPEN && now - b->since < OPEN_MS)
        return b->since + OPEN_MS;
    if (b->state == BREAKER_OPEN)
        go(b, BREAKER_PROBING, now);
    /* A probe whose end nobody told must not hold back the others for ever. */
    if (b->flying && now - b->since > PROBE_MS)
        b->flying = 0;
    if (b->flying >= b->probes)
        return now + OPEN_MS / 3;
    b->flying++;
    b->since = now;
    return 0;
}
