/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <sys/statvfs.h>
#include "base/clk.h"
#include "store/sqlite/writer.h"

/* Kept free of deliveries, so that what runs can still be recorded; less on a small file system. */
#define RESERVE ((uint64_t)64 << 20)

enum health health_of(struct store *s)
{
    pthread_mutex_lock(&s->lock);
    enum health h = s->health;
    pthread_mutex_unlock(&s->lock);
    return h;
}

void health_set(struct store *s, enum health h, const char *why)
{
    pthread_mutex_lock(&s->lock);
    if (s->health != HEALTH_BROKEN) {
        s->health = h;
        snprintf(s->why, sizeof s->why, "%s", why);
    }
    pthread_mutex_unlock(&s->lock);
    s->retry_at = clk_mono_ms() + SPACE_RETRY;
}

uint64_t store_reserve(uint64_t disk)
{
    return disk / 16 < RESERVE ? disk / 16 : RESERVE;
}

static bool is_low(const char *path, uint64_t *ret_free)
{
    struct statvfs v;
    if (statvfs(path, &v) < 0)
        return false;
    *ret_free = (uint64_t)v.f_bavail * v.f_frsize;
    return *ret_free < store_reserve((uint64_t)v.f_blocks * v.f_frsize);
}

void space_look(struct store *s)
{
    uint64_t left;
    char why[96];
    enum health h = health_of(s);
    if (h > HEALTH_LOW || clk_mono_ms() < s->retry_at)
        return;
    if (is_low(s->path, &left)) {
        snprintf(why, sizeof why, "only %llu KiB are free on the disk of the store", (unsigned long long)left >> 10);
        health_set(s, HEALTH_LOW, why);
    } else {
        health_set(s, HEALTH_GOOD, "");
    }
}

static enum db_result put_space(struct store *s, void *ctx, struct err *e)
{
    (void)ctx;
    struct cur c = cur_on(&s->db, SQL_SPACE_PUT);
    return cur_run(&c, e);
}

enum db_result space_try(struct store *s, struct err *e)
{
    return group_around(s, put_space, NULL, e);
}
