/* SPDX-License-Identifier: Apache-2.0 */
/* A folder of hook scripts: what stands there, and the steps that were decided, one file at a time. What is kept keeps
 * its inode, so its bytes, its mode and its time are those of before when it comes back. */
#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/file.h"
#include "server/cli/hooks.h"

enum { TEXT_MAX = 1 << 20 };
static const char made_folder[] = "made-folder";

struct folder {
    const char *path[N_SLOTS];
    struct slot_fact at[N_SLOTS];
    const char *remarks; /* of the script that is there */
    const char *why;     /* of the same */
    struct script call;  /* its options */
    const struct script *want;
    struct arena *a;
};

/* ---- what is there ---- */

/* The script as it would be written into the form that `m` has. */
static bool is_current(const struct folder *f, const struct script_mark *m, struct sv text)
{
    AUTO(buf_free) struct buf now = {0}, call = {0};
    struct script s = *f->want;
    if (m->version != SCRIPT_VERSION)
        return false;
    if (!s.server) { /* only looked at: whatever its options are, does it call the client that is here? */
        if (s.program)
            script_word(s.program, &call);
        return !s.program || sv_find(text, buf_view(&call)) >= 0;
    }
    s.form = m->form;
    s.remarks = m->remarks.n ? arena_dup(f->a, m->remarks) : NULL;
    s.kept_is_pre_commit = f->at[SLOT_KEPT].tool == TOOL_PRE_COMMIT;
    script_put(&s, &now);
    return sv_eq(buf_view(&now), text);
}

static void judge(struct folder *f, struct slot_fact *fact, mode_t mode, struct sv text)
{
    struct script_mark m;
    if (!script_find(text, &m) || m.form == SCRIPT_LINES || m.form == SCRIPT_PASS) {
        fact->holds = SLOT_FOREIGN;
        fact->tool = hook_tool_of(text);
        fact->asks_name = hook_asks_its_name(text);
        return;
    }
    fact->chains = m.form == SCRIPT_CHAIN;
    (void)script_options(text, f->a, &f->call);
    f->why = !(mode & 0111) ? hooks_mute : is_current(f, &m, text) ? NULL : hooks_aged;
    fact->holds = !m.whole ? SLOT_EDITED : f->why ? SLOT_AGED : SLOT_OURS;
    if (m.remarks.n)
        f->remarks = arena_dup(f->a, m.remarks);
}

static int look_at(struct folder *f, enum slot s)
{
    struct stat st;
    AUTO(buf_free) struct buf text = {0};
    struct err e = {0};
    struct slot_fact *fact = &f->at[s];
    *fact = (struct slot_fact){.holds = SLOT_EMPTY};
    if (lstat(f->path[s], &st) < 0) {
        if (errno == ENOENT || errno == ENOTDIR)
            return CLI_OK;
        return cli_fail(CLI_DENIED, "%s cannot be looked at: %s", f->path[s], strerror(errno));
    }
    fact->holds = S_ISREG(st.st_mode) || S_ISLNK(st.st_mode) ? SLOT_FOREIGN : SLOT_STRANGE;
    if (fact->holds == SLOT_STRANGE || (S_ISLNK(st.st_mode) && (stat(f->path[s], &st) < 0 || !S_ISREG(st.st_mode))))
        return CLI_OK;
    if (st.st_size > TEXT_MAX) /* a program */
        return CLI_OK;
    if (file_read(f->path[s], TEXT_MAX, &text, &e) < 0)
        return cli_fail(CLI_DENIED, "%s", e.msg);
    judge(f, fact, st.st_mode, buf_view(&text));
    return CLI_OK;
}

static int folder_read(const char *path, const struct script *want, struct arena *a, struct folder *ret)
{
    static const enum slot order[] = {SLOT_KEPT, SLOT_HOOK, SLOT_LEGACY, SLOT_OLD};
    *ret = (struct folder){.want = want, .a = a};
    for (int i = 0; i < N_SLOTS; i++)
        ret->path[i] = arena_fmt(a, "%s/%s%s", path, want->hook, slot_suffix[i]);
    int rc = CLI_OK;
    for (size_t i = 0; i < ARRAY_LEN(order) && rc == CLI_OK; i++)
        rc = look_at(ret, order[i]);
    return rc;
}

/* ---- the steps ---- */

static int failed(const char *what, const char *path)
{
    return cli_fail(errno == EACCES || errno == EPERM || errno == EROFS ? CLI_DENIED : CLI_FAILED,
                    "%s cannot be %s: %s", path, what, strerror(errno));
}

static int keep(const char *from, const char *to)
{
    if (link(from, to) == 0)
        return CLI_OK;
    if (errno == EEXIST) /* somebody was faster */
        return failed("written", to);
    /* No hard links there: for a moment no hook is in place. */
    return rename(from, to) == 0 ? CLI_OK : failed("moved", from);
}

static int write_script(const struct folder *f, const struct step *s, const struct decision *d)
{
    AUTO(buf_free) struct buf text = {0};
    struct err e = {0};
    struct script script = *f->want;
    mode_t mask = umask(0);
    umask(mask);
    script.form = s->form;
    script.kept_is_pre_commit = d->kept_is_pre_commit;
    script.remarks = f->remarks;
    script_put(&script, &text);
    if (file_write_durable(f->path[s->slot], buf_view(&text), 0777 & ~mask, &e) < 0)
        return cli_fail(e.cls == ERR_DENIED ? CLI_DENIED : CLI_FAILED, "%s", e.msg);
    return CLI_OK;
}

static int carry_out(const struct folder *f, const struct decision *d)
{
    int rc = CLI_OK;
    for (size_t i = 0; i < d->n && rc == CLI_OK; i++) {
        const struct step *s = &d->steps[i];
        const char *path = f->path[s->slot];
        switch (s->kind) {
        case STEP_DROP:
            rc = unlink(path) == 0 ? CLI_OK : failed("removed", path);
            break;
        case STEP_MOVE:
            rc = rename(path, f->path[s->to]) == 0 ? CLI_OK : failed("moved", path);
            break;
        case STEP_KEEP:
            rc = keep(path, f->path[s->to]);
            break;
        case STEP_WRITE:
            rc = write_script(f, s, d);
            break;
        }
    }
    return rc;
}

static int refuse(const struct folder *f, enum refusal r)
{
    AUTO(buf_free) struct buf call = {0};
    switch (r) {
    case REFUSE_EDITED:
        return cli_fail(
            CLI_CONFLICT, "%s was edited since fettle wrote it: bring your lines elsewhere and remove it%s%s",
            f->path[SLOT_HOOK], f->at[SLOT_KEPT].holds == SLOT_FOREIGN ? "; what was there before it is " : "",
            f->at[SLOT_KEPT].holds == SLOT_FOREIGN ? f->path[SLOT_KEPT] : "");
    case REFUSE_STRANGE:
        return cli_fail(CLI_CONFLICT, "%s or %s is no file", f->path[SLOT_HOOK], f->path[SLOT_KEPT]);
    case REFUSE_NAME:
        if (f->want->server)
            script_call(f->want, &call);
        return cli_fail(
            CLI_CONFLICT,
            "%s asks by which name it was called, and would not know itself beside fettle's: call this from "
            "where it finds its hooks, with the hook's own arguments and input: %s",
            f->path[SLOT_HOOK], call.n ? call.p : f->want->program);
    case REFUSE_KEPT:
        return cli_fail(CLI_CONFLICT,
                        "%s was there before fettle, and something else has taken the place of fettle's script since: "
                        "remove %s, or move it back yourself",
                        f->path[SLOT_KEPT], f->path[SLOT_KEPT]);
    case REFUSE_NOTHING:
        break;
    }
    return CLI_OK;
}

/* ---- the three ---- */

int hooks_folder_look(const char *folder, const struct script *s, struct arena *a, struct hooks_seen *ret)
{
    struct folder f;
    int rc = folder_read(folder, s, a, &f);
    if (rc != CLI_OK)
        return rc;
    *ret = (struct hooks_seen){.state = decide_state(f.at), .way = WAY_FOLDER, .where = f.path[SLOT_HOOK]};
    ret->call = f.call;
    ret->why = ret->state == HOOK_AGED ? f.why : NULL;
    ret->chained = f.at[SLOT_KEPT].holds == SLOT_FOREIGN && ret->state != HOOK_NONE;
    ret->beside = hook_tool_name(f.at[f.at[SLOT_HOOK].holds == SLOT_FOREIGN ? SLOT_HOOK : SLOT_KEPT].tool);
    if (ret->state == HOOK_THROUGH)
        ret->where = f.path[SLOT_LEGACY];
    return CLI_OK;
}

static int make_folder(struct folder *f, const char *path)
{
    struct stat st;
    if (stat(path, &st) == 0)
        return S_ISDIR(st.st_mode) ? CLI_OK
                                   : cli_fail(CLI_CONFLICT, "core.hooksPath is %s: git runs no hooks there", path);
    if (mkdir(path, 0777) < 0)
        return failed("made", path);
    f->remarks = made_folder;
    return CLI_OK;
}

int hooks_folder_install(const char *folder, const struct script *s, struct arena *a, bool *ret_changed)
{
    struct folder f;
    struct decision d = {0};
    int rc = folder_read(folder, s, a, &f);
    if (rc == CLI_OK)
        rc = refuse(&f, decide_install(f.at, &d));
    if (rc != CLI_OK || d.n == 0)
        return rc;
    rc = make_folder(&f, folder);
    if (rc == CLI_OK)
        rc = carry_out(&f, &d);
    *ret_changed |= rc == CLI_OK;
    return rc;
}

int hooks_folder_uninstall(const char *folder, const struct script *s, struct arena *a, bool *ret_changed)
{
    struct folder f;
    struct decision d = {0};
    int rc = folder_read(folder, s, a, &f);
    if (rc == CLI_OK)
        rc = refuse(&f, decide_uninstall(f.at, &d));
    if (rc != CLI_OK || d.n == 0)
        return rc;
    rc = carry_out(&f, &d);
    if (rc == CLI_OK && f.remarks && strcmp(f.remarks, made_folder) == 0)
        (void)rmdir(folder); /* unless others have put something there */
    *ret_changed |= rc == CLI_OK;
    return rc;
}
