/* SPDX-License-Identifier: Apache-2.0 */
/* The local git hooks of a repository, as the command line puts them in, takes them out and looks at them. There are
 * three places: the configuration (git 2.54 and later), the folder where git looks for scripts, and a file of a tool
 * that owns that folder. Everything that returns an exit code has said what is wrong when it is not CLI_OK. */
#pragma once
#include "base/arena.h"
#include "hooks/install/decide.h"
#include "server/cli/cli.h"

struct hooks_place {    /* what git says about a repository; all paths are absolute */
    const char *top;    /* where git is run: the root of the working copy, or the bare repository */
    const char *common; /* its folder .git, the one that all working copies share */
    const char *folder; /* where git looks for scripts now */
    const char *scope;  /* of core.hooksPath: "local", "global", …; NULL = it is not set */
    const char *husky;  /* the folder where husky takes scripts of the repository; NULL = husky does not own `folder` */
    bool bare, has_config_hooks;
};
/* `dir` is anywhere in a working copy, or a bare repository. */
MUST_USE int hooks_place_find(const char *dir, struct arena *a, struct hooks_place *ret);
/* The same without a word on stderr, for whoever only looks; -1: *e says why. */
MUST_USE int hooks_place_ask(const char *dir, struct arena *a, struct hooks_place *ret, struct err *e);
/* git 2.54 knows hooks of the configuration; -1: there is no git that can be asked. */
MUST_USE int hooks_git_version(struct arena *a, int *ret_major, int *ret_minor, struct err *e);

enum hooks_way { WAY_CONFIG, WAY_FOLDER, WAY_HUSKY };

struct hooks_seen { /* one hook at one place */
    enum hook_state state;
    enum hooks_way way;
    const char *where;  /* the file, or "hook.fettle-pre-push" */
    const char *beside; /* the tool whose hook runs as well; "" = none, or nobody knows */
    const char *why;    /* HOOK_AGED, HOOK_LOST: what is not as it should be, where that is known; else NULL */
    struct script call; /* the options that are written in; server NULL = it does not say */
    bool chained;
};
extern const char hooks_aged[], hooks_mute[];

/* One place. `s` is what is wanted, with its hook; where it is only looked at, server NULL: then options are not
 * compared. changed: something was written. */
MUST_USE int hooks_folder_look(const char *folder, const struct script *s, struct arena *a, struct hooks_seen *ret);
MUST_USE int hooks_folder_install(const char *folder, const struct script *s, struct arena *a, bool *ret_changed);
MUST_USE int hooks_folder_uninstall(const char *folder, const struct script *s, struct arena *a, bool *ret_changed);

/* The scope is "--local" (git runs in `dir`) or "--global". */
struct hooks_config {
    const char *dir, *scope;
};
MUST_USE int hooks_config_look(const struct hooks_config *c, const struct script *s, struct arena *a,
                               struct hooks_seen *ret);
MUST_USE int hooks_config_install(const struct hooks_config *c, const struct script *s, struct arena *a,
                                  bool *ret_changed);
MUST_USE int hooks_config_uninstall(const struct hooks_config *c, const struct script *s, struct arena *a,
                                    bool *ret_changed);

MUST_USE int hooks_lines_look(const char *folder, const struct script *s, struct arena *a, struct hooks_seen *ret);
MUST_USE int hooks_lines_install(const char *folder, const struct script *s, struct arena *a, bool *ret_changed);
MUST_USE int hooks_lines_uninstall(const char *folder, const struct script *s, struct arena *a, bool *ret_changed);

/* All places of a repository: the one that is right for it gets the hook, every other one loses it. */
MUST_USE int hooks_look(const struct hooks_place *p, const struct script *s, struct arena *a, struct hooks_seen *ret);
MUST_USE int hooks_install(const struct hooks_place *p, const struct script *s, struct arena *a, bool *ret_changed);
MUST_USE int hooks_uninstall(const struct hooks_place *p, const struct script *s, struct arena *a, bool *ret_changed);

/* For all repositories of a person: a folder of ours that core.hooksPath names, or the person's configuration. */
MUST_USE int hooks_all_look(const struct script *s, struct arena *a, struct hooks_seen *ret);
MUST_USE int hooks_all_install(const struct script *s, struct arena *a, bool *ret_changed);
MUST_USE int hooks_all_uninstall(const struct script *s, struct arena *a, bool *ret_changed);

/* One word for a shell, in the arena: what stands in commands that people copy. */
const char *hooks_word(const char *text, struct arena *a);

/* git as the person's own git would run; output without its last line end. ERR_MISSING with `quiet` commands that
 * print nothing and exit 1 (git config --get). */
MUST_USE int hooks_git(const char *dir, const char *const *argv, struct arena *a, const char **ret, struct err *e);
#define HOOKS_GIT(dir, a, ret, e, ...) hooks_git((dir), (const char *const[]){__VA_ARGS__, NULL}, (a), (ret), (e))
