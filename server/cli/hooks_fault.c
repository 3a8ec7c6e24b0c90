/* SPDX-License-Identifier: Apache-2.0 */
/* What is wrong with a hook that is, or was, installed, and how it is mended. Below it the target: one of three. */
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include "server/cli/hooks_told.h"

/* Words of a command as a person would type them. */
static const char *who(const struct hooks_target *t, struct arena *a)
{
    return t->kind == TARGET_ALL ? "--global" : t->kind == TARGET_TEMPLATE ? "--template" : hooks_word(t->place.top, a);
}

/* The options that it had. */
static const char *with(const struct script *call, struct arena *a)
{
    AUTO(buf_free) struct buf b = {0};
    if (!call->server)
        return "";
    buf_fmt(&b, " --server %s", hooks_word(call->server, a));
    if (call->token_file)
        buf_fmt(&b, " --token-file %s", hooks_word(call->token_file, a));
    if (call->ca)
        buf_fmt(&b, " --ca %s", hooks_word(call->ca, a));
    if (call->offline == OFFLINE_DENY)
        buf_str(&b, " --offline deny");
    if (call->deadline_ms)
        buf_fmt(&b, " --deadline %lldms", (long long)call->deadline_ms);
    return arena_dup(a, buf_view(&b));
}

static bool answers(const char *path)
{
    struct sockaddr_un to = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof to.sun_path)
        return false;
    memcpy(to.sun_path, path, strlen(path) + 1);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    bool ret = fd >= 0 && connect(fd, (struct sockaddr *)&to, sizeof to) == 0;
    if (fd >= 0)
        close(fd);
    return ret;
}

static struct hooks_fault lost(const struct hooks_seen *seen, const char *again, struct arena *a)
{
    struct hooks_fault ret = {.code = "hook-overwritten", .mend = again};
    if (seen->why) {
        ret.code = "hook-not-run";
        ret.text = arena_fmt(a, "%s is not run: %s", seen->where, seen->why);
    } else {
        ret.text = arena_fmt(a, "%s has been taken by %s, which does not run fettle's hook", seen->where,
                             seen->beside[0] ? seen->beside : "another hook");
    }
    return ret;
}

static bool is_silent(const struct hooks_seen *seen)
{
    return seen->call.server && strncmp(seen->call.server, "unix:", 5) == 0 && !answers(seen->call.server + 5);
}

bool hooks_fault_of(const struct hooks_target *t, const char *hook, const struct hooks_seen *seen, struct arena *a,
                    struct hooks_fault *ret)
{
    const char *again = arena_fmt(a, "fettle hooks install --hook %s%s %s", hook, with(&seen->call, a), who(t, a));
    *ret = (struct hooks_fault){0};
    switch (seen->state) {
    case HOOK_NONE:
        return false;
    case HOOK_AGED:
        *ret = (struct hooks_fault){"hook-stale", arena_fmt(a, "%s: %s", seen->where, seen->why), again};
        return true;
    case HOOK_EDITED:
        *ret = (struct hooks_fault){
            "hook-edited", arena_fmt(a, "%s was edited since fettle wrote it", seen->where),
            arena_fmt(a, "keep what you need of it elsewhere, remove fettle's part, then: %s", again)};
        return true;
    case HOOK_LOST:
        *ret = lost(seen, again, a);
        return true;
    case HOOK_INSTALLED:
    case HOOK_THROUGH:
        break;
    }
    if (!is_silent(seen))
        return false;
    *ret = (struct hooks_fault){"hook-unreachable",
                                arena_fmt(a, "no server answers at %s, which %s asks", seen->call.server, seen->where),
                                "fettle serve"};
    return true;
}

/* ---- targets ---- */

int hooks_template_find(struct arena *a, const char **ret)
{
    struct err e = {0};
    const char *said;
    if (HOOKS_GIT(NULL, a, &said, &e, "config", "--type=path", "--get", "init.templateDir") < 0 || !said[0])
        return cli_fail(CLI_MISSING, "init.templateDir is not set, so new repositories get git's own template: "
                                     "`git config --global init.templateDir DIR` names yours, or use --global");
    if (said[0] != '/')
        return cli_fail(CLI_INVALID, "init.templateDir is %s: that depends on where git runs", said);
    *ret = arena_fmt(a, "%s/hooks", said);
    return CLI_OK;
}

int hooks_target_look(const struct hooks_target *t, const struct script *s, struct arena *a, struct hooks_seen *ret)
{
    return t->kind == TARGET_ALL        ? hooks_all_look(s, a, ret)
           : t->kind == TARGET_TEMPLATE ? hooks_folder_look(t->folder, s, a, ret)
                                        : hooks_look(&t->place, s, a, ret);
}

int hooks_target_install(const struct hooks_target *t, const struct script *s, struct arena *a, bool *ret_changed)
{
    return t->kind == TARGET_ALL        ? hooks_all_install(s, a, ret_changed)
           : t->kind == TARGET_TEMPLATE ? hooks_folder_install(t->folder, s, a, ret_changed)
                                        : hooks_install(&t->place, s, a, ret_changed);
}

int hooks_target_uninstall(const struct hooks_target *t, const struct script *s, struct arena *a, bool *ret_changed)
{
    return t->kind == TARGET_ALL        ? hooks_all_uninstall(s, a, ret_changed)
           : t->kind == TARGET_TEMPLATE ? hooks_folder_uninstall(t->folder, s, a, ret_changed)
                                        : hooks_uninstall(&t->place, s, a, ret_changed);
}
