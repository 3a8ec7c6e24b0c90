/* SPDX-License-Identifier: Apache-2.0 */
#include "server/session/bucket.h"
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include "base/map.h"

struct bucket {
    msec_t full_at; /* when it is full again: what was taken, as time */
};

struct buckets {
    struct bucket all;
    struct map of; /* by address */
};

struct buckets *buckets_new(void)
{
    return mem_new(sizeof(struct buckets));
}

static void forget(struct buckets *b, msec_t full_before)
{
    enum { AT_ONCE = 64 };
    struct sv key[AT_ONCE];
    int n;
    do {
        size_t at = 0;
        n = 0;
        struct sv k;
        for (void *p; n < AT_ONCE && map_each(&b->of, &at, &k, &p);)
            if (((struct bucket *)p)->full_at <= full_before)
                key[n++] = k;
        for (int i = 0; i < n; i++)
            mem_free(map_remove(&b->of, key[i]));
    } while (n == AT_ONCE);
}

void buckets_free(struct buckets **bp)
{
    struct buckets *b = STEAL(*bp);
    if (!b)
        return;
    forget(b, INT64_MAX);
    map_free(&b->of);
    mem_free(b);
}

/* Its own bytes and what kind it is; the rest of an address of IPv6 does not count. */
static struct sv key_of(struct sv peer, char text[64], uint8_t bytes[9])
{
    struct in6_addr six;
    struct in_addr four;
    snprintf(text, 64, "%.*s", (int)(peer.n < 63 ? peer.n : 63), peer.n ? peer.p : "");
    bool is_four = inet_pton(AF_INET, text, &four) == 1;
    if (!is_four && inet_pton(AF_INET6, text, &six) != 1)
        return sv_of(text);
    if (!is_four && IN6_IS_ADDR_V4MAPPED(&six)) {
        memcpy(&four, six.s6_addr + 12, sizeof four);
        is_four = true;
    }
    bytes[0] = is_four ? 4 : 6;
    memcpy(bytes + 1, is_four ? (const void *)&four : (const void *)&six, is_four ? 4 : 8);
    return sv_n((const char *)bytes, is_four ? 5 : 9);
}

static msec_t wait_of(const struct bucket *k, int size, msec_t each, msec_t now)
{
    msec_t taken = k->full_at > now ? k->full_at - now : 0;
    msec_t over = taken - (size - 1) * each;
    return over > 0 ? over : 0;
}

static void take(struct bucket *k, msec_t each, msec_t now)
{
    k->full_at = (k->full_at > now ? k->full_at : now) + each;
}

static struct bucket *bucket_of(struct buckets *b, struct sv peer, msec_t now)
{
    char text[64];
    uint8_t bytes[9];
    struct sv key = key_of(peer, text, bytes);
    struct bucket *k = map_get(&b->of, key);
    if (k)
        return k;
    if (b->of.n >= BUCKET_KNOWN)
        forget(b, now);
    if (b->of.n >= BUCKET_KNOWN)
        return NULL;
    k = mem_new(sizeof *k);
    map_put(&b->of, key, k);
    return k;
}

msec_t buckets_take(struct buckets *b, struct sv peer, enum bucket_from from, msec_t now)
{
    struct bucket *one = bucket_of(b, peer, now);
    msec_t wait = one ? wait_of(one, BUCKET_OF_ONE, BUCKET_ONE_MS, now) : 0;
    msec_t of_all = from == BUCKET_ELSEWHERE ? wait_of(&b->all, BUCKET_OF_ALL, BUCKET_ALL_MS, now) : 0;
    if (of_all > wait)
        wait = of_all;
    if (wait)
        return wait;
    if (one)
        take(one, BUCKET_ONE_MS, now);
    if (from == BUCKET_ELSEWHERE)
        take(&b->all, BUCKET_ALL_MS, now);
    return 0;
}
