/* SPDX-License-Identifier: Apache-2.0 */
/* Compare-and-swap of a ref at the remote: git push with a lease that names what the ref has to be. */
#include "git/command.h"
#include "git/mirror.h"
#include "git/reader.h"
#include "git/remote.h"
#include "port/merge.h"

enum { PUSH_MS = 5 * 60 * 1000, PUSH_OUT = 1 << 20 };

static bool says(struct sv text, const char *words)
{
    return sv_find(text, sv_of(words)) >= 0;
}

/* The line of the ref in --porcelain: "!\t<from>:<to>\t[rejected] (stale info)". */
static struct sv verdict_of(const struct git_output *o)
{
    struct sv rest = buf_view(&o->out), line;
    while (sv_next(&rest, '\n', &line))
        if (sv_starts(line, SV("!\t"))) {
            ptrdiff_t bracket = sv_chr(line, '[');
            return bracket < 0 ? line : sv_from(line, (size_t)bracket);
        }
    return SV_NONE;
}

static int judge(const struct git_output *o, const char *ref, struct err *e)
{
    struct sv verdict = verdict_of(o);
    if (!verdict.p)
        return git_said(o, e);
    /* The remote compares again when it writes: both are somebody who was quicker. */
    bool moved = says(verdict, "stale info") || says(verdict, "fetch first") || says(verdict, "non-fast-forward") ||
                 says(verdict, "failed to update ref") || says(verdict, "cannot lock ref") ||
                 says(verdict, "failed to lock") || says(verdict, "incorrect old value");
    e->code = o->status;
    return err_set(e, moved ? ERR_CONFLICT : ERR_DENIED, "%.100s: %.*s", ref, SV_ARG(sv_cut_utf8(verdict, 120)));
}

static int push(const struct mirror *m, const struct git_remote *r, const struct merge_push *p, const char *scheme,
                const char *header, struct err *e)
{
    AUTO(arena_free) struct arena a = {0};
    AUTO(git_output_free) struct git_output out = {0};
    const char *const argv[] = {"push",
                                "--porcelain",
                                "--no-verify",
                                "--no-signed",
                                "--recurse-submodules=no",
                                arena_fmt(&a, "--force-with-lease=%s:%s", p->ref, p->expect),
                                "--end-of-options",
                                r->url,
                                arena_fmt(&a, "%s:%s", p->commit, p->ref),
                                NULL};
    struct git_command c = {.argv = argv,
                            .git_dir = m->path,
                            .scheme = scheme,
                            .http_header = header,
                            .lock_fd = -1,
                            .ms = PUSH_MS,
                            .max_out = PUSH_OUT};
    if (git_run(&c, &out, e) < 0) {
        e->cls = e->cls == ERR_TRANSIENT ? ERR_UNCERTAIN : e->cls;
        return -1;
    }
    return out.status == 0 ? 0 : judge(&out, p->ref, e);
}

int merge_push(struct gits *g, const struct git_remote *r, const struct merge_push *p, struct err *e)
{
    struct mirror *m;
    const char *scheme;
    AUTO(buf_free) struct buf header = {0};
    if (!oid_is(sv_of(p->commit)) || !oid_is(sv_of(p->expect)) || !sv_starts(sv_of(p->ref), SV("refs/")) ||
        !ref_ok(sv_of(p->ref)))
        return err_set(e, ERR_INVALID, "push: bad ref or object id");
    if (mirror_of(g, r->id, &m, e) < 0 || remote_scheme(r->url, &scheme, e) < 0 ||
        remote_header(r, scheme, &header, e) < 0)
        return -1;
    if (!git_has(g, r->id, p->commit))
        return err_set(e, ERR_MISSING, "push: no commit %.64s", p->commit);
    int rc = push(m, r, p, scheme, header.n ? header.p : NULL, e);
    /* A push of before, of which we know no more, may have been the quicker one: then there is nothing to do now. */
    if (rc < 0 && e->cls == ERR_CONFLICT)
        rc = push(m, r, p, scheme, header.n ? header.p : NULL, e);
    if (header.p)
        explicit_bzero(header.p, header.n);
    return rc;
}
