/* SPDX-License-Identifier: Apache-2.0 */
/* husky's place for a hook: .husky/<hook>, a script that the repository tracks and husky runs by `sh -e`. Our lines
 * stand at its top, take the input and give it to the rest. Nothing else of the file changes, and its time comes back
 * with its bytes. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include "base/file.h"
#include "server/cli/hooks.h"

enum { TEXT_MAX = 1 << 20 };

struct lines {
    const char *path;
    struct buf text;
    struct stat st;
    bool there, ours; /* the file; lines of ours in it */
    struct script_mark mark;
};

static void lines_free(struct lines *l)
{
    buf_free(&l->text);
}

static int lines_read(const char *folder, const char *hook, struct arena *a, struct lines *ret)
{
    struct err e = {0};
    *ret = (struct lines){.path = arena_fmt(a, "%s/%s", folder, hook)};
    if (stat(ret->path, &ret->st) < 0)
        return errno == ENOENT ? CLI_OK : cli_fail(CLI_DENIED, "%s: %s", ret->path, strerror(errno));
    ret->there = true;
    if (file_read(ret->path, TEXT_MAX, &ret->text, &e) < 0)
        return cli_fail(CLI_FAILED, "%s", e.msg);
    ret->ours = script_find(buf_view(&ret->text), &ret->mark) && ret->mark.form == SCRIPT_LINES;
    return CLI_OK;
}

/* What the marker remembers of the file: how long ago it was what it is without us. */
static const char *remarks_of(const struct lines *l, struct sv rest, struct arena *a)
{
    if (!l->there)
        return "made";
    return arena_fmt(a, "was %lld.%09ld %s", (long long)l->st.st_mtim.tv_sec, (long)l->st.st_mtim.tv_nsec,
                     script_sum_of(rest).text);
}

static void put_wanted(const struct script *s, const char *remarks, struct buf *out)
{
    struct script lines = *s;
    lines.form = SCRIPT_LINES;
    lines.remarks = remarks;
    script_put(&lines, out);
}

static bool is_current(const struct lines *l, const struct script *s, struct arena *a)
{
    AUTO(buf_free) struct buf now = {0};
    struct sv there = sv_cut(sv_from(buf_view(&l->text), l->mark.begin), l->mark.end - l->mark.begin);
    if (l->mark.version != SCRIPT_VERSION)
        return false;
    if (!s->server)
        return !s->program || sv_find(there, sv_of(hooks_word(s->program, a))) >= 0;
    put_wanted(s, arena_dup(a, l->mark.remarks), &now);
    return sv_eq(buf_view(&now), there);
}

int hooks_lines_look(const char *folder, const struct script *s, struct arena *a, struct hooks_seen *ret)
{
    AUTO(lines_free) struct lines l;
    int rc = lines_read(folder, s->hook, a, &l);
    *ret = (struct hooks_seen){.way = WAY_HUSKY, .where = l.path, .beside = "husky"};
    ret->state = !l.ours ? HOOK_NONE : !l.mark.whole ? HOOK_EDITED : is_current(&l, s, a) ? HOOK_INSTALLED : HOOK_AGED;
    ret->why = ret->state == HOOK_AGED ? hooks_aged : NULL;
    if (l.ours)
        (void)script_options(sv_from(buf_view(&l.text), l.mark.begin), a, &ret->call);
    return rc;
}

static int edited(const struct lines *l)
{
    return cli_fail(CLI_CONFLICT,
                    "the lines of fettle in %s were edited since: take them out yourself, from "
                    "\"# fettle-hook\" to \"# fettle-hook end\"",
                    l->path);
}

static int write_file(const struct lines *l, const struct buf *text)
{
    struct err e = {0};
    if (file_write_durable(l->path, buf_view(text), l->there ? l->st.st_mode & 07777 : 0644, &e) < 0)
        return cli_fail(e.cls == ERR_DENIED ? CLI_DENIED : CLI_FAILED, "%s", e.msg);
    return CLI_OK;
}

/* Behind the line that says which program runs it, which husky does not need, but people may. */
static size_t place_for(struct sv text)
{
    ptrdiff_t end = sv_chr(text, '\n');
    return sv_starts(text, SV("#!")) && end >= 0 ? (size_t)end + 1 : 0;
}

int hooks_lines_install(const char *folder, const struct script *s, struct arena *a, bool *ret_changed)
{
    AUTO(lines_free) struct lines l;
    AUTO(buf_free) struct buf text = {0};
    int rc = lines_read(folder, s->hook, a, &l);
    if (rc != CLI_OK || (l.ours && l.mark.whole && is_current(&l, s, a)))
        return rc;
    if (l.ours && !l.mark.whole)
        return edited(&l);
    struct sv all = buf_view(&l.text);
    size_t at = l.ours ? l.mark.begin : place_for(all), behind = l.ours ? l.mark.end : at;
    buf_sv(&text, sv_cut(all, at));
    put_wanted(s, l.ours ? arena_dup(a, l.mark.remarks) : remarks_of(&l, all, a), &text);
    buf_sv(&text, sv_from(all, behind));
    rc = write_file(&l, &text);
    *ret_changed |= rc == CLI_OK;
    return rc;
}

/* The time of before, if the file is what it was then. */
static void give_time_back(const struct lines *l, struct sv rest)
{
    struct sv all = l->mark.remarks, word, seconds, nanos;
    int64_t sec, nsec;
    if (!sv_next(&all, ' ', &word) || !sv_is(word, "was") || !sv_next(&all, '.', &seconds) ||
        !sv_next(&all, ' ', &nanos) || !sv_int(seconds, &sec) || !sv_int(nanos, &nsec) ||
        !sv_is(all, script_sum_of(rest).text))
        return;
    const struct timespec times[2] = {{.tv_nsec = UTIME_OMIT}, {.tv_sec = (time_t)sec, .tv_nsec = (long)nsec}};
    (void)utimensat(AT_FDCWD, l->path, times, 0); /* a time is no reason to fail */
}

int hooks_lines_uninstall(const char *folder, const struct script *s, struct arena *a, bool *ret_changed)
{
    AUTO(lines_free) struct lines l;
    AUTO(buf_free) struct buf text = {0};
    int rc = lines_read(folder, s->hook, a, &l);
    if (rc != CLI_OK || !l.ours)
        return rc;
    if (!l.mark.whole)
        return edited(&l);
    struct sv all = buf_view(&l.text);
    buf_sv(&text, sv_cut(all, l.mark.begin));
    buf_sv(&text, sv_from(all, l.mark.end));
    if (text.n == 0 && sv_is(l.mark.remarks, "made")) {
        rc = remove(l.path) == 0 ? CLI_OK : cli_fail(CLI_FAILED, "%s: %s", l.path, strerror(errno));
    } else {
        rc = write_file(&l, &text);
        if (rc == CLI_OK)
            give_time_back(&l, buf_view(&text));
    }
    *ret_changed |= rc == CLI_OK;
    return rc;
}
