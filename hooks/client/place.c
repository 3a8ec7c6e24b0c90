/* SPDX-License-Identifier: Apache-2.0 */
#include "hooks/client/place.h"
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/file.h"
#include "hooks/wire.h"

enum { LINK_MOST = 8192, USERS_MOST = 4 << 20 };

/* ---- the repository ---- */

static bool is_folder(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* A path that is in a file of git, from the folder `base`. false: there is no such file. */
static bool read_link(struct arena *a, const char *file, const char *word, const char *base, const char **ret)
{
    AUTO(buf_free) struct buf text = {0};
    struct err e = {0};
    if (file_read(file, LINK_MOST, &text, &e) < 0 || !sv_starts(buf_view(&text), sv_of(word)))
        return false;
    struct sv path = sv_from(buf_view(&text), strlen(word));
    while (sv_ends(path, SV("\n")))
        path = sv_cut(path, path.n - 1);
    if (!path.n)
        return false;
    *ret = sv_starts(path, SV("/")) ? arena_dup(a, path) : arena_fmt(a, "%s/%.*s", base, SV_ARG(path));
    return true;
}

/* gitrepository-layout(5): `.git` of a submodule is a file, and `commondir` stands in that of a linked worktree. */
int place_repository(struct arena *a, struct sv *ret, struct err *e)
{
    const char *dir = getenv("GIT_DIR");
    if ((!dir || !*dir) && !read_link(a, ".git", "gitdir: ", ".", &dir))
        dir = is_folder(".git") ? ".git" : ".";
    read_link(a, arena_fmt(a, "%s/commondir", dir), "", dir, &dir);
    char path[PATH_MAX];
    if (!realpath(dir, path) || !file_exists(arena_fmt(a, "%s/HEAD", path)))
        return err_set(e, ERR_MISSING, "there is no repository at %.150s", dir);
    *ret = arena_sv(a, sv_of(path));
    return 0;
}

/* ---- who ---- */

/* passwd(5). Not by the C library: that loads what the machine knows users by, which takes longer than all the rest. */
static struct sv user_name(struct sv users)
{
    struct sv line, name, word;
    int64_t uid;
    while (sv_next(&users, '\n', &line))
        if (sv_next(&line, ':', &name) && sv_next(&line, ':', &word) && sv_next(&line, ':', &word) &&
            sv_int(word, &uid) && uid == (int64_t)geteuid())
            return name;
    return SV("");
}

struct sv place_actor(struct arena *a)
{
    static const char *const known[] = {"GL_USER", "REMOTE_USER"}, *const told[] = {"LOGNAME", "USER"};
    AUTO(buf_free) struct buf users = {0};
    struct err e = {0};
    struct sv name = SV("");
    for (size_t i = 0; i < ARRAY_LEN(known) && !name.n; i++)
        name = sv_of(getenv(known[i]));
    if (!name.n && file_read("/etc/passwd", USERS_MOST, &users, &e) == 0)
        name = user_name(buf_view(&users));
    for (size_t i = 0; i < ARRAY_LEN(told) && !name.n; i++)
        name = sv_of(getenv(told[i]));
    char *text = arena_dup(a, sv_cut(name.p ? name : SV(""), HOOK_ACTOR_MOST));
    for (char *p = text; *p; p++)
        if ((unsigned char)*p < ' ' || *p == 0x7f)
            *p = '?';
    return sv_of(text);
}

/* ---- the remote ---- */

/* git's own rule: a colon in front of the first slash means another machine. */
static bool is_local(struct sv url)
{
    ptrdiff_t colon = sv_chr(url, ':'), slash = sv_chr(url, '/');
    return colon < 0 || (slash >= 0 && slash < colon);
}

static struct sv absolute(struct arena *a, struct sv path)
{
    char full[PATH_MAX];
    if (sv_starts(path, SV("/")) || !realpath(arena_dup(a, path), full))
        return path;
    return arena_sv(a, sv_of(full));
}

struct sv place_remote(struct arena *a, struct sv url)
{
    ptrdiff_t scheme = sv_find(url, SV("://"));
    if (is_local(url))
        return absolute(a, url);
    if (scheme < 0)
        return url;
    struct sv kind = sv_cut(url, (size_t)scheme), rest = sv_from(url, (size_t)scheme + 3);
    bool is_web = sv_ends(kind, SV("http")) || sv_ends(kind, SV("https"));
    size_t end = 0;
    while (end < rest.n && rest.p[end] != '/' && rest.p[end] != '?' && rest.p[end] != '#')
        end++;
    struct sv host = sv_cut(rest, end), path = sv_from(rest, end), user = SV("");
    ptrdiff_t at = sv_rchr(host, '@');
    if (at >= 0) {
        struct sv all = sv_cut(host, (size_t)at);
        sv_next(&all, ':', &user);
        host = sv_from(host, (size_t)at + 1);
    }
    for (size_t i = 0; is_web && i < path.n; i++)
        if (path.p[i] == '?' || path.p[i] == '#')
            path = sv_cut(path, i);
    bool keeps = user.n && sv_find(kind, SV("ssh")) >= 0;
    return sv_of(arena_fmt(a, "%.*s://%.*s%s%.*s%.*s", SV_ARG(kind), SV_ARG(keeps ? user : SV("")), keeps ? "@" : "",
                           SV_ARG(host), SV_ARG(path)));
}
