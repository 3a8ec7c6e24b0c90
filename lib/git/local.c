/* SPDX-License-Identifier: Apache-2.0 */
#include "git/local.h"
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>
#include "base/file.h"
#include "fmt/json.h"
#include "git/command.h"
#include "git/remote.h"

enum { LOCAL_MS = 60000, NOTE_OUT = 1 << 20, REFS_OUT = 64 << 20, TRIES = 8 };

/* A note is made under this name and then put in its place: git itself writes notes without comparing. */
static const char made_ref[] = LOCAL_NOTES_REF "-made-by-fettle",
                  made_notes[] = "--ref=" LOCAL_NOTES_REF "-made-by-fettle";
static const char notes[] = "--ref=" LOCAL_NOTES_REF;

static const char *const who[] = {"GIT_AUTHOR_NAME=fettle", "GIT_AUTHOR_EMAIL=fettle@localhost",
                                  "GIT_COMMITTER_NAME=fettle", "GIT_COMMITTER_EMAIL=fettle@localhost", NULL};

static struct git_command command(const char *path, const char *const *argv)
{
    return (struct git_command){
        .argv = argv, .git_dir = path, .env = who, .lock_fd = -1, .ms = LOCAL_MS, .max_out = NOTE_OUT};
}

/* The one line that git says, in `a`; "" when it says no. */
static int ask(const char *path, const char *const *argv, struct arena *a, const char **ret, struct err *e)
{
    AUTO(git_output_free) struct git_output o = {0};
    struct git_command c = command(path, argv);
    if (git_run(&c, &o, e) < 0)
        return -1;
    *ret = o.status == 0 ? arena_dup(a, sv_trim(buf_view(&o.out))) : "";
    return 0;
}

static int tell(const char *path, const char *const *argv, struct err *e)
{
    AUTO(git_output_free) struct git_output o = {0};
    struct git_command c = command(path, argv);
    return git_run_ok(&c, &o, e);
}

static int look(const char *path, const char *sha, struct arena *a, struct err *e)
{
    const char *const what[] = {"rev-parse", "--is-inside-git-dir", NULL};
    const char *const commit[] = {
        "rev-parse", "--verify", "--quiet", "--end-of-options", arena_fmt(a, "%s^{commit}", sha), NULL};
    const char *said;
    if (path[0] != '/' || ask(path, what, a, &said, e) < 0 || !said[0])
        return err_set(e, ERR_MISSING, "there is no repository at %s", path);
    if (ask(path, commit, a, &said, e) < 0)
        return -1;
    return said[0] ? 0 : err_set(e, ERR_MISSING, "%s has no commit %.12s", path, sha);
}

/* git reads a text from a file; this one has no name. */
static int text_file(struct sv text, char ret[64], struct err *e)
{
    int fd = memfd_create("fettle-note", MFD_CLOEXEC);
    if (fd < 0 || write(fd, text.p, text.n) != (ssize_t)text.n) {
        if (fd >= 0)
            close(fd);
        err_errno(e, "cannot hold a note");
        return -1;
    }
    snprintf(ret, 64, "/proc/%d/fd/%d", (int)getpid(), fd);
    return fd;
}

/* The new note on top of `old` (zeros = no notes yet), under a name of its own. */
static int make(const char *path, const char *sha, const char *old, struct sv text, struct arena *a, const char **ret,
                struct err *e)
{
    char file[64];
    const char *const begin[] = {"update-ref", "--no-deref", made_ref, old, NULL};
    const char *const drop[] = {"update-ref", "--no-deref", "-d", made_ref, NULL};
    const char *const add[] = {"notes", made_notes, "add", "--force", "--file=-", sha, NULL};
    const char *const made[] = {"rev-parse", "--verify", "--quiet", made_ref, NULL};
    if (tell(path, oid_is_zero(old) ? drop : begin, e) < 0)
        return -1;
    int fd = text_file(text, file, e);
    if (fd < 0)
        return -1;
    struct git_command c = command(path, add);
    AUTO(git_output_free) struct git_output o = {0};
    c.input = file;
    int rc = git_run_ok(&c, &o, e);
    close(fd);
    rc = rc < 0 ? rc : ask(path, made, a, ret, e);
    return rc < 0 || tell(path, drop, e) < 0 ? -1 : 0;
}

/* 0, 1 as of git_note; ERR_CONFLICT: again. */
static int put(const char *path, const struct local_note *x, struct arena *a, struct err *e)
{
    const char *const tip[] = {"rev-parse", "--verify", "--quiet", LOCAL_NOTES_REF, NULL};
    const char *const show[] = {"notes", notes, "show", x->sha, NULL};
    AUTO(git_output_free) struct git_output note = {0};
    AUTO(buf_free) struct buf text = {0};
    const char *old, *made = "";
    struct git_command c = command(path, show);
    if (ask(path, tip, a, &old, e) < 0 || git_run(&c, &note, e) < 0)
        return -1;
    if (!local_note_edit(note.status == 0 ? buf_view(&note.out) : SV(""), x, &text))
        return 1;
    if (!old[0])
        old = arena_fmt(a, "%0*d", (int)strlen(x->sha), 0);
    if (make(path, x->sha, old, buf_view(&text), a, &made, e) < 0)
        return -1;
    const char *const swap[] = {"update-ref", "--no-deref", "-m", "fettle", LOCAL_NOTES_REF, made, old, NULL};
    if (tell(path, swap, e) < 0) {
        const char *now;
        if (ask(path, tip, a, &now, e) == 0 && strcmp(now, oid_is_zero(old) ? "" : old) != 0)
            e->cls = ERR_CONFLICT;
        return -1;
    }
    return 0;
}

int git_note(const char *path, const struct local_note *x, struct err *e)
{
    AUTO(arena_free) struct arena a = {0};
    if (look(path, x->sha, &a, e) < 0)
        return -1;
    for (int i = 0; i < TRIES; i++) {
        int rc = put(path, x, &a, e);
        if (rc >= 0 || e->cls != ERR_CONFLICT)
            return rc;
    }
    return err_set(e, ERR_CONFLICT, "others write notes in %s all the time", path);
}

/* ---- refs ---- */

static void put_refs(struct sv text, struct jout *j)
{
    struct sv line;
    while (text.n && sv_next(&text, '\n', &line)) {
        ptrdiff_t space = sv_chr(line, ' ');
        if (space < 0)
            continue;
        jout_open(j, '[');
        jout_str(j, sv_from(line, (size_t)space + 1));
        jout_str(j, sv_cut(line, (size_t)space));
        jout_close(j, ']');
    }
}

int git_local_refs(const char *path, struct buf *out, struct err *e)
{
    static const char *const refs[] = {"for-each-ref", "--format=%(objectname) %(refname)", "refs/heads/", "refs/tags/",
                                       NULL};
    static const char *const head[] = {"symbolic-ref", "--quiet", "HEAD", NULL};
    AUTO(arena_free) struct arena a = {0};
    AUTO(git_output_free) struct git_output o = {0};
    struct git_command c = command(path, refs);
    const char *branch;
    c.max_out = REFS_OUT;
    if (path[0] != '/' || !file_exists(path))
        return err_set(e, ERR_MISSING, "there is no repository at %s", path);
    if (git_run_ok(&c, &o, e) < 0 || ask(path, head, &a, &branch, e) < 0)
        return -1;
    struct jout j = {.buf = out};
    jout_open(&j, '{');
    jout_key(&j, "default_branch");
    if (sv_starts(sv_of(branch), SV("refs/heads/")))
        jout_strz(&j, branch + strlen("refs/heads/"));
    else
        jout_null(&j);
    jout_key(&j, "refs");
    jout_open(&j, '[');
    put_refs(buf_view(&o.out), &j);
    jout_close(&j, ']');
    jout_close(&j, '}');
    return 0;
}
