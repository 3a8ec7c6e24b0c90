/* SPDX-License-Identifier: Apache-2.0 */
/* What git and people give a hook: the lines of its input, which are the lines again when their words are put together,
 * and the URL of a remote, which is told without what lets somebody in, and is the same when it is told again. The
 * first byte chooses. */
#include <stdint.h>
#include "hooks/client/place.h"
#include "hooks/client/push.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_line(enum git_hook hook, struct sv line, const struct hook_update *u)
{
    AUTO(buf_free) struct buf again = {0};
    struct sv words[3] = {u->before, u->after, u->ref};
    if (hook == PRE_PUSH) {
        words[0] = u->after;
        words[1] = u->ref;
        words[2] = u->before;
    }
    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        MUST(words[i].n > 0 && sv_chr(words[i], ' ') < 0);
        buf_str(&again, i || hook == PRE_PUSH ? " " : "");
        buf_sv(&again, words[i]);
    }
    if (hook == PRE_PUSH)
        MUST(line.n > again.n && sv_ends(line, buf_view(&again)));
    else
        MUST(sv_eq(line, buf_view(&again)));
}

static void check_push(enum git_hook hook, struct sv input)
{
    AUTO(arena_free) struct arena a = {0};
    const struct hook_options o = {.hook = hook};
    struct push p = {0};
    struct err e = {0};
    struct sv line;
    if (push_read(&o, input, &a, &p, &e) < 0) {
        MUST(e.cls == ERR_INVALID && e.msg[0]);
        return;
    }
    MUST(p.n_updates <= HOOK_UPDATES_MOST);
    for (size_t i = 0; i < p.n_updates; i++) {
        MUST(sv_next(&input, '\n', &line));
        check_line(hook, line, &p.updates[i]);
    }
    MUST(input.n == 0);
}

static void check_remote(struct sv url)
{
    AUTO(arena_free) struct arena a = {0};
    ptrdiff_t nul = sv_chr(url, 0);
    url = nul < 0 ? url : sv_cut(url, (size_t)nul); /* arguments have none */
    struct sv told = place_remote(&a, url), rest = told, host;
    MUST(sv_eq(told, place_remote(&a, told)));
    ptrdiff_t scheme = sv_find(url, SV("://"));
    if (scheme < 0 || sv_chr(sv_cut(url, (size_t)scheme), '/') >= 0 || !sv_starts(url, SV("http")))
        return;
    rest = sv_from(told, (size_t)scheme + 3);
    if (scheme == 4 || (scheme == 5 && url.p[4] == 's'))
        MUST(!sv_next(&rest, '/', &host) || (sv_chr(host, '@') < 0 && sv_chr(told, '?') < 0 && sv_chr(told, '#') < 0));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1)
        return 0;
    struct sv rest = sv_n((const char *)data + 1, size - 1);
    switch (data[0] % 3) {
    case 0:
        check_push(PRE_PUSH, rest);
        break;
    case 1:
        check_push(PRE_RECEIVE, rest);
        break;
    default:
        check_remote(rest);
    }
    return 0;
}
