/* SPDX-License-Identifier: Apache-2.0 */
#include "server/hooksock/find.h"
#include <sys/stat.h>
#include "server/hooksock/remote.h"

/* A folder may be given without .git at its end, or be the work tree around it. */
static size_t folders_of(const struct remote_name *n, struct stat ret[3])
{
    static const char *const ends[] = {"", ".git", "/.git"};
    size_t found = 0;
    for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
        AUTO(buf_free) struct buf path = {0};
        buf_fmt(&path, "%s%s", n->path.p, ends[i]);
        if (stat(path.p, &ret[found]) == 0 && S_ISDIR(ret[found].st_mode))
            found++;
    }
    return found;
}

static bool same_folder(const struct remote_name *a, const struct remote_name *b)
{
    struct stat x[3], y[3];
    size_t n = folders_of(a, x), m = folders_of(b, y);
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < m; k++)
            if (x[i].st_dev == y[k].st_dev && x[i].st_ino == y[k].st_ino)
                return true;
    return false;
}

static enum remote_match match(const struct conf_forge *f, const struct repo *r, const struct remote_name *want)
{
    AUTO(buf_free) struct buf url = {0};
    AUTO(remote_name_free) struct remote_name own = {0};
    if (r->url)
        buf_str(&url, r->url);
    else
        f->ops->clone_url(sv_of(f->url), sv_of(r->path), &url);
    if (!remote_read(buf_view(&url), &own))
        return REMOTE_OTHER;
    enum remote_match m = remote_compare(&own, want, f->ops->local ? REMOTE_EXACT : REMOTE_FOLD);
    bool folders = own.way == REMOTE_FOLDER && want->way == REMOTE_FOLDER;
    return m == REMOTE_OTHER && folders && same_folder(&own, want) ? REMOTE_SAME : m;
}

const struct repo *hook_find_repo(const struct conf *c, enum course_hook hook, const struct hook_call *call)
{
    AUTO(remote_name_free) struct remote_name want = {0};
    const struct repo *best = NULL;
    enum remote_match how = REMOTE_OTHER;
    bool at_server = hook != COURSE_PRE_PUSH;
    if (!remote_read(at_server ? call->repository : call->remote, &want))
        return NULL;
    for (size_t i = 0; i < c->repos.n; i++) {
        const struct repo *r = &c->repos.at[i];
        const struct conf_forge *f = conf_forge_by_name(c, sv_of(r->forge));
        if (!f || (at_server && !f->ops->local))
            continue;
        enum remote_match m = match(f, r, &want);
        if (m > how) {
            how = m;
            best = r;
        }
    }
    return best;
}
