/* SPDX-License-Identifier: Apache-2.0 */
/* POST runs/{id}/approve and /reject: answers to what a run asks people. */
#include <pwd.h>
#include "server/api/api.h"

enum { ENTRY_BYTES = 16 << 10, SHA_MOST = 64 };

const char *api_sender(const struct http_req *r, struct arena *a)
{
    struct sv peer = http_req_peer(r);
    int64_t uid;
    struct passwd entry, *found = NULL;
    if (!sv_starts(peer, SV("unix:")) || !sv_int(sv_from(peer, 5), &uid) || uid < 0 || uid >= UINT32_MAX)
        return NULL;
    char *text = arena_new(a, ENTRY_BYTES);
    bool known = getpwuid_r((uid_t)uid, &entry, text, ENTRY_BYTES, &found) == 0 && found && entry.pw_name[0];
    return known ? entry.pw_name : arena_fmt(a, "%lld", (long long)uid);
}

static bool is_sha(struct sv v)
{
    bool ok = v.n == 40 || v.n == SHA_MOST;
    for (size_t i = 0; i < v.n; i++)
        ok &= (v.p[i] >= '0' && v.p[i] <= '9') || (v.p[i] >= 'a' && v.p[i] <= 'f');
    return ok;
}

static void answer(const struct api_call *c, enum app_letter_kind kind)
{
    AUTO(arena_free) struct arena a = {0};
    AUTO(buf_free) struct buf sha = {0}, text = {0};
    struct sv v = api_query(c, "sha", &sha);
    const char *by = api_sender(c->req, &a);
    if (v.p && !is_sha(v)) {
        api_problem(c, 400, "sha is a whole object id of 40 or 64 digits", NULL);
        return;
    }
    buf_fmt(&text, "%.*s\n%s", SV_ARG(v), by ? by : "");
    api_ask_with(c, kind, c->id, buf_view(&text));
}

void api_approve(const struct api_call *c)
{
    answer(c, LETTER_APPROVE);
}

void api_reject(const struct api_call *c)
{
    answer(c, LETTER_REJECT);
}
