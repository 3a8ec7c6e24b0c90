/* SPDX-License-Identifier: Apache-2.0 */
/* The hooks of one repository, over all places where they can be: at most one of them has ours when we are done. */
#include <sys/stat.h>
#include "server/cli/hooks.h"

static enum hooks_way way_of(const struct hooks_place *p)
{
    return p->has_config_hooks ? WAY_CONFIG : p->husky ? WAY_HUSKY : WAY_FOLDER;
}

static struct hooks_config config_of(const struct hooks_place *p)
{
    return (struct hooks_config){.dir = p->top, .scope = "--local"};
}

/* The folder that git would look into if core.hooksPath were not set. */
static const char *plain_folder(const struct hooks_place *p, struct arena *a)
{
    return arena_fmt(a, "%s/hooks", p->common);
}

static bool is_same_folder(const char *one, const char *other)
{
    struct stat a, b;
    return strcmp(one, other) == 0 ||
           (stat(one, &a) == 0 && stat(other, &b) == 0 && a.st_dev == b.st_dev && a.st_ino == b.st_ino);
}

/* A folder of the person's or the machine's would put the hook into every repository. */
static bool is_own_folder(const struct hooks_place *p)
{
    return !p->scope || strcmp(p->scope, "local") == 0 || strcmp(p->scope, "worktree") == 0;
}

/* ---- look ---- */

static int look_one(const struct hooks_place *p, enum hooks_way way, const char *folder, const struct script *s,
                    struct arena *a, struct hooks_seen *ret)
{
    struct hooks_config c = config_of(p);
    switch (way) {
    case WAY_CONFIG:
        return hooks_config_look(&c, s, a, ret);
    case WAY_HUSKY:
        *ret = (struct hooks_seen){.state = HOOK_NONE, .way = WAY_HUSKY, .beside = ""};
        return p->husky ? hooks_lines_look(p->husky, s, a, ret) : CLI_OK;
    case WAY_FOLDER:
        break;
    }
    return hooks_folder_look(folder, s, a, ret);
}

/* What a hook at another place than the right one is worth. */
static enum hook_state elsewhere(const struct hooks_place *p, const struct hooks_seen *seen, bool folder_counts)
{
    if (seen->state == HOOK_NONE || seen->state == HOOK_EDITED || seen->state == HOOK_LOST)
        return seen->state;
    bool runs = seen->way == WAY_CONFIG ? p->has_config_hooks : seen->way == WAY_HUSKY || folder_counts;
    return runs ? HOOK_AGED : HOOK_LOST;
}

int hooks_look(const struct hooks_place *p, const struct script *s, struct arena *a, struct hooks_seen *ret)
{
    const char *plain = plain_folder(p, a);
    const struct {
        enum hooks_way way;
        const char *folder;
    } all[] = {{WAY_CONFIG, NULL}, {WAY_HUSKY, NULL}, {WAY_FOLDER, p->folder}, {WAY_FOLDER, plain}};
    int rc = look_one(p, way_of(p), p->folder, s, a, ret);
    for (size_t i = 0; i < ARRAY_LEN(all) && rc == CLI_OK && ret->state == HOOK_NONE; i++) {
        struct hooks_seen other = {0};
        if (all[i].way == WAY_FOLDER && all[i].folder == p->folder && !is_own_folder(p))
            continue;
        rc = look_one(p, all[i].way, all[i].folder, s, a, &other);
        if (rc != CLI_OK || other.state == HOOK_NONE)
            continue;
        other.state = elsewhere(p, &other, all[i].way == WAY_FOLDER && is_same_folder(all[i].folder, p->folder));
        other.why = other.state == HOOK_AGED                ? "git and the tools here have a better place for it now"
                    : other.state != HOOK_LOST || other.why ? other.why
                    : other.way == WAY_CONFIG               ? "this git knows no hooks of the configuration (2.54 does)"
                                              : "git does not look there: core.hooksPath names another folder";
        *ret = other;
    }
    return rc;
}

/* ---- take out, put in ---- */

static int take_out(const struct hooks_place *p, enum hooks_way but, const struct script *s, struct arena *a,
                    bool *ret_changed)
{
    const char *plain = plain_folder(p, a);
    struct hooks_config c = config_of(p);
    int rc = CLI_OK;
    if (but != WAY_CONFIG)
        rc = hooks_config_uninstall(&c, s, a, ret_changed);
    if (rc == CLI_OK && but != WAY_HUSKY && p->husky)
        rc = hooks_lines_uninstall(p->husky, s, a, ret_changed);
    if (rc == CLI_OK && but != WAY_FOLDER && is_own_folder(p))
        rc = hooks_folder_uninstall(p->folder, s, a, ret_changed);
    if (rc == CLI_OK && !is_same_folder(plain, p->folder))
        rc = hooks_folder_uninstall(plain, s, a, ret_changed);
    return rc;
}

int hooks_uninstall(const struct hooks_place *p, const struct script *s, struct arena *a, bool *ret_changed)
{
    int rc = take_out(p, WAY_FOLDER, s, a, ret_changed);
    return rc == CLI_OK && is_own_folder(p) ? hooks_folder_uninstall(p->folder, s, a, ret_changed) : rc;
}

static int is_possible(const struct hooks_place *p, enum hooks_way way)
{
    struct stat st;
    if (way != WAY_FOLDER)
        return CLI_OK;
    if (stat(p->folder, &st) == 0 && !S_ISDIR(st.st_mode))
        return cli_fail(CLI_CONFLICT,
                        "core.hooksPath is %s: git runs no hooks here (git config --show-origin "
                        "core.hooksPath says where that is set)",
                        p->folder);
    if (!is_own_folder(p))
        return cli_fail(CLI_CONFLICT,
                        "core.hooksPath is %s for all repositories (%s): `fettle hooks install --global` puts the hook "
                        "there, `git config core.hooksPath %s/hooks` takes this repository out",
                        p->folder, p->scope, p->common);
    return CLI_OK;
}

int hooks_install(const struct hooks_place *p, const struct script *s, struct arena *a, bool *ret_changed)
{
    enum hooks_way way = way_of(p);
    struct hooks_config c = config_of(p);
    int rc = is_possible(p, way);
    if (rc == CLI_OK)
        rc = take_out(p, way, s, a, ret_changed);
    if (rc != CLI_OK)
        return rc;
    switch (way) {
    case WAY_CONFIG:
        return hooks_config_install(&c, s, a, ret_changed);
    case WAY_HUSKY:
        return hooks_lines_install(p->husky, s, a, ret_changed);
    case WAY_FOLDER:
        break;
    }
    return hooks_folder_install(p->folder, s, a, ret_changed);
}
