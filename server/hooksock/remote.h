/* SPDX-License-Identifier: Apache-2.0 */
/* Which repository does the address of a remote mean? People write the same one in several ways: https://…, ssh://…,
 * user@host:path, with or without .git; git takes a folder of this machine as well. Pure. */
#pragma once
#include "base/str.h"

enum { REMOTE_MOST = 4096 }; /* bytes of an address */

enum remote_way { REMOTE_HTTP, REMOTE_SSH, REMOTE_GIT, REMOTE_FOLDER };
struct remote_name {
    enum remote_way way;
    struct buf host; /* lower case; empty of a folder */
    int port;        /* of its way when none is written; 0 of a folder */
    struct buf path; /* decoded, without doubled slashes and without the one at its end, and without .git; of a folder
                      * it begins with a slash, else it does not */
};
/* False: it is none that could be compared (relative, empty, without host, another scheme). */
bool remote_read(struct sv url, struct remote_name *ret);
void remote_name_free(struct remote_name *n); /* fits AUTO(remote_name_free) */

/* How well the two go together. A port tells servers apart only where the way is the same: ssh and https of one host
 * never share theirs. Letters of the path count as they are; where they differ only in case, forges (`fold`) mean the
 * same repository, folders never do. */
enum remote_match { REMOTE_OTHER, REMOTE_FOLDED, REMOTE_OTHER_WAY, REMOTE_SAME };
enum remote_fold { REMOTE_EXACT, REMOTE_FOLD };
enum remote_match remote_compare(const struct remote_name *a, const struct remote_name *b, enum remote_fold fold);
