/* SPDX-License-Identifier: Apache-2.0 */
/* Hooks of git's configuration (git 2.54): hook.<name>.command is a line for a shell, behind which git puts the hook's
 * arguments; hook.<name>.event says when. They run before the scripts of the folder, so nothing there is touched. A
 * third key, which git passes over, holds version and checksum of the command. */
#include <stdio.h>
#include "base/file.h"
#include "server/cli/hooks.h"

enum { CONFIG_MAX = 4 << 20 };

struct entry {
    const char *section, *command, *mark; /* NULL: is not there */
    bool off;
};

static const char *get(const struct hooks_config *c, const char *key, struct arena *a)
{
    const char *said;
    struct err none = {0};
    if (sv_ends(sv_of(key), SV(".enabled"))) /* "no", "off" and "0" are false as well */
        return HOOKS_GIT(c->dir, a, &said, &none, "config", c->scope, "--type=bool", "--get", key) == 0 ? said : NULL;
    return HOOKS_GIT(c->dir, a, &said, &none, "config", c->scope, "--get", key) == 0 ? said : NULL;
}

static struct entry entry_read(const struct hooks_config *c, const char *hook, struct arena *a)
{
    struct entry x = {.section = arena_fmt(a, "hook.fettle-%s", hook)};
    x.command = get(c, arena_fmt(a, "%s.command", x.section), a);
    x.mark = get(c, arena_fmt(a, "%s.fettle", x.section), a);
    const char *enabled = get(c, arena_fmt(a, "%s.enabled", x.section), a);
    x.off = enabled && strcmp(enabled, "false") == 0;
    return x;
}

static const char *mark_of(const char *command, const char *more, struct arena *a)
{
    return arena_fmt(a, "%d %s%s", SCRIPT_VERSION, script_sum_of(sv_of(command)).text, more);
}

static bool is_whole(const struct entry *x)
{
    struct sv mark = sv_of(x->mark), word;
    return x->mark && x->command && sv_next(&mark, ' ', &word) && sv_next(&mark, ' ', &word) &&
           sv_is(word, script_sum_of(sv_of(x->command)).text);
}

static const char *command_of(const struct script *s, struct arena *a)
{
    AUTO(buf_free) struct buf b = {0};
    script_call(s, &b);
    return arena_dup(a, buf_view(&b));
}

static bool is_current(const struct entry *x, const struct script *s, struct arena *a)
{
    if (s->server)
        return strcmp(x->command, command_of(s, a)) == 0;
    return !s->program || sv_find(sv_of(x->command), sv_of(hooks_word(s->program, a))) >= 0;
}

int hooks_config_look(const struct hooks_config *c, const struct script *s, struct arena *a, struct hooks_seen *ret)
{
    struct entry x = entry_read(c, s->hook, a);
    *ret = (struct hooks_seen){.way = WAY_CONFIG, .where = x.section, .beside = ""};
    bool current = x.command && is_current(&x, s, a);
    ret->state = !x.command && !x.mark ? HOOK_NONE
                 : !is_whole(&x)       ? HOOK_EDITED
                 : current && !x.off   ? HOOK_INSTALLED
                                       : HOOK_AGED;
    ret->why = ret->state != HOOK_AGED ? NULL : x.off ? "it is switched off (.enabled is false)" : hooks_aged;
    (void)script_options(sv_of(x.command), a, &ret->call);
    return CLI_OK;
}

static int edited(const struct entry *x)
{
    return cli_fail(CLI_CONFLICT,
                    "%s.command was edited since fettle wrote it: keep what you need of it, then "
                    "git config --remove-section %s",
                    x->section, x->section);
}

static int set(const struct hooks_config *c, const char *key, const char *value, struct arena *a)
{
    struct err e = {0};
    const char *said;
    if (HOOKS_GIT(c->dir, a, &said, &e, "config", c->scope, key, value) < 0)
        return cli_fail(CLI_FAILED, "git config %s: %s", key, e.msg);
    return CLI_OK;
}

static int unset(const struct hooks_config *c, const char *key, struct arena *a)
{
    struct err e = {0};
    const char *said;
    if (HOOKS_GIT(c->dir, a, &said, &e, "config", c->scope, "--unset-all", key) < 0)
        return cli_fail(CLI_FAILED, "git config --unset-all %s: %s", key, e.msg);
    return CLI_OK;
}

/* The file of the scope; NULL when there is none yet. */
static const char *file_of(const struct hooks_config *c, struct arena *a)
{
    const char *said;
    struct err none = {0};
    if (HOOKS_GIT(c->dir, a, &said, &none, "config", c->scope, "--show-origin", "--null", "--list") < 0)
        return NULL;
    if (strncmp(said, "file:", 5) != 0)
        return NULL;
    return said[5] == '/' || !c->dir ? said + 5 : arena_fmt(a, "%s/%s", c->dir, said + 5);
}

/* git ends the last line when it adds one. */
static bool lacks_line_end(const struct hooks_config *c, struct arena *a)
{
    AUTO(buf_free) struct buf text = {0};
    struct err none = {0};
    const char *file = file_of(c, a);
    return file && file_read(file, CONFIG_MAX, &text, &none) == 0 && text.n && text.p[text.n - 1] != '\n';
}

int hooks_config_install(const struct hooks_config *c, const struct script *s, struct arena *a, bool *ret_changed)
{
    struct entry x = entry_read(c, s->hook, a);
    const char *command = command_of(s, a), *more = "";
    if ((x.command || x.mark) && !is_whole(&x))
        return edited(&x);
    if (x.off) {
        int rc = unset(c, arena_fmt(a, "%s.enabled", x.section), a);
        *ret_changed |= rc == CLI_OK;
        if (rc != CLI_OK)
            return rc;
    }
    if (x.command && strcmp(x.command, command) == 0)
        return CLI_OK;
    if (x.command ? sv_ends(sv_of(x.mark), SV(" no-line-end")) : lacks_line_end(c, a))
        more = " no-line-end";
    int rc = set(c, arena_fmt(a, "%s.command", x.section), command, a);
    if (rc == CLI_OK)
        rc = set(c, arena_fmt(a, "%s.event", x.section), s->hook, a);
    if (rc == CLI_OK)
        rc = set(c, arena_fmt(a, "%s.fettle", x.section), mark_of(command, more, a), a);
    *ret_changed |= rc == CLI_OK;
    return rc;
}

static int take_line_end(const char *file)
{
    AUTO(buf_free) struct buf text = {0};
    struct err e = {0};
    if (file_read(file, CONFIG_MAX, &text, &e) < 0)
        return cli_fail(CLI_FAILED, "%s", e.msg);
    struct sv all = buf_view(&text);
    if (!sv_ends(all, SV("\n")))
        return CLI_OK;
    return file_write(file, sv_cut(all, all.n - 1), 0666, &e) < 0 ? cli_fail(CLI_FAILED, "%s", e.msg) : CLI_OK;
}

int hooks_config_uninstall(const struct hooks_config *c, const struct script *s, struct arena *a, bool *ret_changed)
{
    struct entry x = entry_read(c, s->hook, a);
    struct err e = {0};
    const char *said, *file = file_of(c, a);
    if (!x.command && !x.mark)
        return CLI_OK;
    if (!is_whole(&x))
        return edited(&x);
    if (HOOKS_GIT(c->dir, a, &said, &e, "config", c->scope, "--remove-section", x.section) < 0)
        return cli_fail(CLI_FAILED, "git config --remove-section %s: %s", x.section, e.msg);
    *ret_changed = true;
    return file && sv_ends(sv_of(x.mark), SV(" no-line-end")) ? take_line_end(file) : CLI_OK;
}
