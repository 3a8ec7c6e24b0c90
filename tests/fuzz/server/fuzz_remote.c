/* SPDX-License-Identifier: Apache-2.0 */
/* Two addresses, one in each line: what is read names a host or a folder in its one form, which is read as itself
 * again; and it goes together with itself as well as it can, and with the other the same from both sides. */
#include <stdint.h>
#include "server/hooksock/remote.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct remote_name *n)
{
    struct sv path = buf_view(&n->path);
    MUST(path.n > 0 && path.p[path.n - 1] != '/' && sv_find(path, SV("//")) < (n->way == REMOTE_FOLDER ? 1 : 0));
    MUST((n->way == REMOTE_FOLDER) == (n->host.n == 0) && (n->way == REMOTE_FOLDER) == (n->port == 0));
    MUST(n->way != REMOTE_FOLDER || path.p[0] == '/');
    MUST(memchr(path.p, '\0', path.n) == NULL);
    MUST(remote_compare(n, n, REMOTE_EXACT) == REMOTE_SAME);
    AUTO(remote_name_free) struct remote_name again = {0};
    if (n->way == REMOTE_FOLDER && !sv_ends(path, SV(".git")))
        MUST(remote_read(path, &again) && remote_compare(n, &again, REMOTE_EXACT) == REMOTE_SAME);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sv rest = sv_n((const char *)data, size), one, two;
    AUTO(remote_name_free) struct remote_name a = {0}, b = {0};
    if (!sv_next(&rest, '\n', &one))
        return 0;
    two = rest;
    bool first = remote_read(one, &a), second = remote_read(two, &b);
    if (first)
        check(&a);
    if (second)
        check(&b);
    if (first && second)
        MUST(remote_compare(&a, &b, REMOTE_FOLD) == remote_compare(&b, &a, REMOTE_FOLD));
    return 0;
}
