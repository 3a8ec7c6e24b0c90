/* SPDX-License-Identifier: Apache-2.0 */
/* Work trees for steps. Objects are copied out of the mirror, never linked or borrowed: a step may do what it likes to
 * its own repository. */
#include "git/command.h"
#include "git/mirror.h"
#include "git/place.h"
#include "git/remote.h"

enum { CHECKOUT_MS = 15 * 60 * 1000, CHECKOUT_OUT = 1 << 20 };

static int run(const char *dir, const char *scheme, const char *const *argv, struct err *e)
{
    AUTO(git_output_free) struct git_output out = {0};
    struct git_command c = {
        .argv = argv, .dir = dir, .scheme = scheme, .lock_fd = -1, .ms = CHECKOUT_MS, .max_out = CHECKOUT_OUT};
    return git_run_ok(&c, &out, e);
}

static int make_tree(const struct git_view *v, const char *commit, int64_t depth, const char *tmp, struct err *e)
{
    AUTO(arena_free) struct arena a = {0};
    const char *format = strlen(commit) == 64 ? "--object-format=sha256" : "--object-format=sha1";
    const char *const init[] = {"init", "--quiet", "--template=", format, "--", tmp, NULL};
    /* A path would be cloned without regard to the depth; a file:// url goes through the protocol. */
    const char *url = arena_fmt(&a, "file://%s", v->path);
    const char *how = depth > 0 ? arena_fmt(&a, "--depth=%lld", (long long)depth) : "--no-auto-maintenance";
    const char *const fetch[] = {"fetch", "--quiet", "--no-tags", "--no-recurse-submodules",
                                 "--no-write-fetch-head", how, "--end-of-options", url, commit, NULL};
    const char *const checkout[] = {"checkout", "--quiet", "--force", "--detach", "--no-recurse-submodules",
                                    commit, "--", NULL};
    if (run(NULL, NULL, init, e) < 0 || run(tmp, "file", fetch, e) < 0)
        return -1;
    return run(tmp, NULL, checkout, e);
}

struct wanted {
    const struct git_view *view;
    const char *commit;
    int64_t depth;
};

static int make(void *ctx, const char *tmp, struct err *e)
{
    const struct wanted *w = ctx;
    return make_tree(w->view, w->commit, w->depth, tmp, e);
}

int git_checkout(struct gits *g, const char *id, const char *commit, int64_t depth, const char *dir, struct err *e)
{
    AUTO(view_close) struct git_view v = {0};
    AUTO(arena_free) struct arena a = {0};
    const char *oid;
    if (place_check(dir, e) < 0)
        return -1;
    if (!oid_is(sv_of(commit)) || depth < 0 || depth > INT32_MAX)
        return err_set(e, ERR_INVALID, "a checkout needs a whole commit id and a depth of 0 or more");
    if (git_resolve(g, id, commit, &a, &oid, e) < 0 || view_open(g, id, &v, e) < 0)
        return -1;
    struct wanted w = {&v, oid, depth};
    return place_tree(dir, make, &w, e);
}
