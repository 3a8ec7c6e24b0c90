/* SPDX-License-Identifier: Apache-2.0 */
/* One hook for all repositories of a person. git 2.54: hook.fettle-… in the person's configuration. Else a folder that
 * core.hooksPath names: git then looks for no hook in the repositories any more, so the folder has a script for every
 * hook there is, which runs the repository's own. Where core.hooksPath is set already, ours joins what is there. */
#include <stdio.h>
#include <stdlib.h>
#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/file.h"
#include "server/cli/hooks.h"

/* githooks(5); p4-… belong to git-p4 alone, and fsmonitor-watchman is named by a path. */
static const char *const all_hooks[] = {"applypatch-msg",
                                        "commit-msg",
                                        "post-applypatch",
                                        "post-checkout",
                                        "post-commit",
                                        "post-index-change",
                                        "post-merge",
                                        "post-receive",
                                        "post-rewrite",
                                        "post-update",
                                        "pre-applypatch",
                                        "pre-auto-gc",
                                        "pre-commit",
                                        "pre-merge-commit",
                                        "pre-push",
                                        "pre-rebase",
                                        "pre-receive",
                                        "prepare-commit-msg",
                                        "proc-receive",
                                        "push-to-checkout",
                                        "reference-transaction",
                                        "sendemail-validate",
                                        "update"};

static const struct hooks_config persons = {.dir = NULL, .scope = "--global"};

/* ---- where ---- */

static const char *own_folder(struct arena *a)
{
    const char *xdg = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
    if (xdg && xdg[0] == '/')
        return arena_fmt(a, "%s/fettle/hooks", xdg);
    return home && home[0] == '/' ? arena_fmt(a, "%s/.config/fettle/hooks", home) : NULL;
}

struct all {
    const char *own, *set; /* our folder; what core.hooksPath of the person is, or NULL */
    bool has_config_hooks;
};

static int all_find(struct arena *a, struct all *ret)
{
    struct err e = {0}, none = {0};
    int major, minor;
    *ret = (struct all){.own = own_folder(a)};
    if (hooks_git_version(a, &major, &minor, &e) < 0)
        return cli_fail(CLI_MISSING, "git: %s", e.msg);
    ret->has_config_hooks = major > 2 || (major == 2 && minor >= 54);
    if (!ret->own)
        return cli_fail(CLI_USAGE, "HOME says no folder");
    if (HOOKS_GIT(NULL, a, &ret->set, &none, "config", "--global", "--type=path", "--get", "core.hooksPath") < 0)
        ret->set = NULL;
    return CLI_OK;
}

static bool is_ours(const struct all *x)
{
    return x->set && strcmp(x->set, x->own) == 0;
}

/* ---- our folder ---- */

static void put_script(const struct script *s, const char *hook, struct buf *out)
{
    struct script one = *s;
    one.form = strcmp(hook, s->hook) == 0 ? SCRIPT_ALL : SCRIPT_PASS;
    one.hook = hook;
    script_put(&one, out);
}

static int write_one(const char *folder, const struct script *s, const char *hook, struct arena *a, bool *ret_changed)
{
    AUTO(buf_free) struct buf there = {0}, text = {0};
    struct script_mark m;
    struct err e = {0};
    const char *path = arena_fmt(a, "%s/%s", folder, hook);
    bool is_there = file_read(path, 1 << 20, &there, &e) == 0;
    bool known = is_there && script_find(buf_view(&there), &m);
    if (is_there && !(known && m.whole))
        return cli_fail(CLI_CONFLICT, "%s is not as fettle wrote it: bring it elsewhere", path);
    if (known && m.form == SCRIPT_ALL && strcmp(hook, s->hook) != 0) /* installed for that hook as well */
        return CLI_OK;
    put_script(s, hook, &text);
    if (sv_eq(buf_view(&there), buf_view(&text)) && access(path, X_OK) == 0)
        return CLI_OK;
    if (file_write_durable(path, buf_view(&text), 0755, &e) < 0)
        return cli_fail(CLI_FAILED, "%s", e.msg);
    *ret_changed = true;
    return CLI_OK;
}

static int fill(const struct all *x, const struct script *s, struct arena *a, bool *ret_changed)
{
    struct err e = {0};
    const char *said;
    if (file_make_dirs(x->own, &e) < 0)
        return cli_fail(CLI_FAILED, "%s", e.msg);
    int rc = CLI_OK;
    for (size_t i = 0; i < ARRAY_LEN(all_hooks) && rc == CLI_OK; i++)
        rc = write_one(x->own, s, all_hooks[i], a, ret_changed);
    if (rc != CLI_OK || is_ours(x))
        return rc;
    *ret_changed = true;
    if (HOOKS_GIT(NULL, a, &said, &e, "config", "--global", "core.hooksPath", x->own) < 0)
        return cli_fail(CLI_FAILED, "git config --global core.hooksPath: %s", e.msg);
    return CLI_OK;
}

/* The form of the script for a hook; false: there is none that is as we wrote it. */
static bool form_of(const char *folder, const char *hook, struct arena *a, struct script_mark *ret, struct buf *text)
{
    struct err none = {0};
    return file_read(arena_fmt(a, "%s/%s", folder, hook), 1 << 20, text, &none) == 0 &&
           script_find(buf_view(text), ret);
}

static bool others_remain(const struct all *x, const char *hook, struct arena *a)
{
    for (size_t i = 0; i < ARRAY_LEN(all_hooks); i++) {
        AUTO(buf_free) struct buf text = {0};
        struct script_mark m;
        if (strcmp(all_hooks[i], hook) != 0 && form_of(x->own, all_hooks[i], a, &m, &text) && m.form == SCRIPT_ALL)
            return true;
    }
    return false;
}

static int check_whole(const struct all *x, struct arena *a)
{
    for (size_t i = 0; i < ARRAY_LEN(all_hooks); i++) {
        AUTO(buf_free) struct buf text = {0};
        struct script_mark m;
        if (form_of(x->own, all_hooks[i], a, &m, &text) && !m.whole)
            return cli_fail(CLI_CONFLICT,
                            "%s/%s was edited since fettle wrote it: bring your lines elsewhere and "
                            "remove it",
                            x->own, all_hooks[i]);
    }
    return CLI_OK;
}

/* The configuration first: a folder that git looks into and that is half empty runs nothing. */
static int empty(const struct all *x, struct arena *a)
{
    struct err e = {0};
    const char *said;
    int rc = check_whole(x, a);
    if (rc != CLI_OK)
        return rc;
    if (is_ours(x) && HOOKS_GIT(NULL, a, &said, &e, "config", "--global", "--unset", "core.hooksPath") < 0)
        return cli_fail(CLI_FAILED, "git config --global --unset core.hooksPath: %s", e.msg);
    for (size_t i = 0; i < ARRAY_LEN(all_hooks); i++) {
        AUTO(buf_free) struct buf text = {0};
        struct script_mark m;
        if (form_of(x->own, all_hooks[i], a, &m, &text))
            (void)unlink(arena_fmt(a, "%s/%s", x->own, all_hooks[i]));
    }
    (void)rmdir(x->own); /* what is not ours stays */
    return CLI_OK;
}

/* ---- the three ---- */

static int look_own(const struct all *x, const struct script *s, struct arena *a, struct hooks_seen *ret)
{
    AUTO(buf_free) struct buf text = {0}, now = {0};
    struct script_mark m;
    *ret = (struct hooks_seen){.way = WAY_FOLDER, .where = arena_fmt(a, "%s/%s", x->own, s->hook), .beside = ""};
    if (!form_of(x->own, s->hook, a, &m, &text) || m.form != SCRIPT_ALL)
        return CLI_OK;
    if (s->server)
        put_script(s, s->hook, &now);
    bool current = m.version == SCRIPT_VERSION && (!s->server || sv_eq(buf_view(&now), buf_view(&text)));
    bool mute = access(ret->where, X_OK) < 0;
    ret->state = !m.whole ? HOOK_EDITED : !is_ours(x) ? HOOK_LOST : current && !mute ? HOOK_INSTALLED : HOOK_AGED;
    ret->why = ret->state == HOOK_LOST   ? "core.hooksPath does not name its folder any more"
               : ret->state == HOOK_AGED ? mute ? hooks_mute : hooks_aged
                                         : NULL;
    (void)script_options(buf_view(&text), a, &ret->call);
    return CLI_OK;
}

int hooks_all_look(const struct script *s, struct arena *a, struct hooks_seen *ret)
{
    struct all x;
    int rc = all_find(a, &x);
    if (rc == CLI_OK && x.has_config_hooks)
        rc = hooks_config_look(&persons, s, a, ret);
    else if (rc == CLI_OK)
        rc = x.set && !is_ours(&x) ? hooks_folder_look(x.set, s, a, ret) : look_own(&x, s, a, ret);
    return rc;
}

int hooks_all_install(const struct script *s, struct arena *a, bool *ret_changed)
{
    struct all x;
    int rc = all_find(a, &x);
    if (rc == CLI_OK && x.has_config_hooks) {
        rc = is_ours(&x) ? empty(&x, a) : CLI_OK; /* from before git could do this */
        return rc == CLI_OK ? hooks_config_install(&persons, s, a, ret_changed) : rc;
    }
    if (rc == CLI_OK)
        rc = hooks_config_uninstall(&persons, s, a, ret_changed);
    if (rc == CLI_OK)
        rc = x.set && !is_ours(&x) ? hooks_folder_install(x.set, s, a, ret_changed) : fill(&x, s, a, ret_changed);
    return rc;
}

int hooks_all_uninstall(const struct script *s, struct arena *a, bool *ret_changed)
{
    struct hooks_seen seen = {0};
    struct all x;
    int rc = all_find(a, &x);
    if (rc == CLI_OK)
        rc = hooks_config_uninstall(&persons, s, a, ret_changed);
    if (rc == CLI_OK && x.set && !is_ours(&x))
        rc = hooks_folder_uninstall(x.set, s, a, ret_changed);
    if (rc == CLI_OK)
        rc = look_own(&x, s, a, &seen);
    if (rc != CLI_OK || seen.state == HOOK_NONE)
        return rc;
    *ret_changed = true;
    if (!others_remain(&x, s->hook, a))
        return empty(&x, a);
    /* The other hooks of ours stay, and this one becomes one that only passes on. */
    struct script pass = *s;
    AUTO(buf_free) struct buf text = {0};
    struct err e = {0};
    pass.form = SCRIPT_PASS;
    script_put(&pass, &text);
    return file_write_durable(seen.where, buf_view(&text), 0755, &e) < 0 ? cli_fail(CLI_FAILED, "%s", e.msg) : CLI_OK;
}
