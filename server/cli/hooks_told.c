/* SPDX-License-Identifier: Apache-2.0 */
#include "server/cli/hooks_told.h"

static const char *const way_names[] = {[WAY_CONFIG] = "config", [WAY_FOLDER] = "folder", [WAY_HUSKY] = "husky"},
                         *const kind_names[] = {
                             [TARGET_REPO] = "repository", [TARGET_ALL] = "global", [TARGET_TEMPLATE] = "template"};

void hooks_told_add(struct hooks_told *t, const char *hook, const struct hooks_seen *seen, bool changed)
{
    struct hook_told one = {.hook = hook, .seen = *seen, .changed = changed};
    one.has_fault = hooks_fault_of(t->target, hook, seen, &t->arena, &one.fault);
    if (seen->state != HOOK_NONE || changed || t->named)
        VEC_PUSH(&t->all, one);
}

void hooks_told_free(struct hooks_told *t)
{
    VEC_FREE(&t->all);
    arena_free(&t->arena);
}

/* ---- JSON ---- */

static void put_fault(struct jout *j, const struct hook_told *one)
{
    jout_key(j, "problem");
    if (!one->has_fault) {
        jout_null(j);
        return;
    }
    jout_open(j, '{');
    jout_kstrz(j, "code", one->fault.code);
    jout_kstrz(j, "text", one->fault.text);
    jout_kstrz(j, "mend", one->fault.mend);
    jout_close(j, '}');
}

static void put_hook(struct jout *j, const struct hook_told *one)
{
    bool there = one->seen.state != HOOK_NONE;
    jout_open(j, '{');
    jout_kstrz(j, "hook", one->hook);
    jout_kstrz(j, "state", hook_state_name(one->seen.state));
    jout_kstrz(j, "way", there ? way_names[one->seen.way] : NULL);
    jout_kstrz(j, "where", there ? one->seen.where : NULL);
    jout_kstrz(j, "server", there ? one->seen.call.server : NULL);
    jout_kstrz(j, "beside", one->seen.beside && one->seen.beside[0] ? one->seen.beside : NULL);
    jout_kbool(j, "chained", one->seen.chained);
    jout_kbool(j, "changed", one->changed);
    put_fault(j, one);
    jout_close(j, '}');
}

static int tell_json(const struct hooks_told *t)
{
    AUTO(buf_free) struct buf b = {0};
    struct jout j = {.buf = &b};
    jout_open(&j, '{');
    jout_kint(&j, "schema", 1);
    jout_kstrz(&j, "target", kind_names[t->target->kind]);
    jout_kstrz(&j, "repository", t->target->kind == TARGET_REPO ? t->target->place.top : NULL);
    jout_key(&j, "hooks");
    jout_open(&j, '[');
    for (size_t i = 0; i < t->all.n; i++)
        put_hook(&j, &t->all.at[i]);
    jout_close(&j, ']');
    jout_close(&j, '}');
    buf_chr(&b, '\n');
    return cli_print(&b);
}

/* ---- text ---- */

static const char *target_name(const struct hooks_told *t)
{
    return t->target->kind == TARGET_REPO       ? t->target->place.top
           : t->target->kind == TARGET_TEMPLATE ? t->target->folder
                                                : "all repositories";
}

static void put_where(struct hooks_told *t, const struct hooks_seen *seen, struct buf *b)
{
    buf_str(b, seen->where);
    if (seen->state == HOOK_THROUGH)
        buf_fmt(b, ", run by %s", seen->beside);
    else if (seen->chained)
        buf_fmt(b, ", after %s", seen->beside[0] ? seen->beside : "the one that was there");
    else if (seen->beside[0] && seen->way == WAY_HUSKY)
        buf_fmt(b, ", run by %s", seen->beside);
    if (seen->way == WAY_HUSKY ||
        (t->target->kind == TARGET_REPO && seen->way == WAY_FOLDER && t->target->place.scope &&
         strncmp(seen->where, t->target->place.top, strlen(t->target->place.top)) == 0 &&
         strncmp(seen->where, t->target->place.common, strlen(t->target->place.common)) != 0))
        buf_str(b, " (a file of the working copy: its paths are those of this machine)");
}

static void put_faults(const struct hooks_told *t, struct buf *b)
{
    for (size_t i = 0; i < t->all.n; i++)
        if (t->all.at[i].has_fault)
            buf_fmt(b, "%s: %s [%s]\n  mend: %s\n", t->all.at[i].hook, t->all.at[i].fault.text, t->all.at[i].fault.code,
                    t->all.at[i].fault.mend);
}

static void put_plain(const struct buf *raw, struct buf *out)
{
    struct sv rest = buf_view(raw), line;
    while (rest.n && sv_next(&rest, '\n', &line)) {
        cli_text(line, out);
        buf_chr(out, '\n');
    }
}

static int tell_text(struct hooks_told *t)
{
    AUTO(buf_free) struct buf raw = {0}, b = {0};
    if (t->all.n == 0)
        buf_fmt(&raw, "no hook of fettle in %s\n", target_name(t));
    for (size_t i = 0; i < t->all.n; i++) {
        const struct hook_told *one = &t->all.at[i];
        buf_fmt(&raw, "%-13s %s", one->hook, hook_state_name(one->seen.state));
        if (one->seen.state != HOOK_NONE) {
            buf_str(&raw, "  ");
            put_where(t, &one->seen, &raw);
            if (one->seen.call.server)
                buf_fmt(&raw, "\n              asks %s", one->seen.call.server);
        }
        buf_chr(&raw, '\n');
    }
    put_faults(t, &raw);
    put_plain(&raw, &b);
    return cli_print(&b);
}

int hooks_told_status(struct hooks_told *t, enum cli_format format, bool quiet)
{
    int rc = format == FORMAT_JSON ? tell_json(t) : quiet ? CLI_OK : tell_text(t);
    bool sound = false, broken = false;
    for (size_t i = 0; i < t->all.n; i++) {
        sound |= t->all.at[i].seen.state != HOOK_NONE;
        broken |= t->all.at[i].has_fault;
    }
    return rc == CLI_OK && (broken || !sound) ? CLI_FAILED : rc;
}

int hooks_told_change(struct hooks_told *t, enum cli_format format, bool quiet)
{
    AUTO(buf_free) struct buf raw = {0}, b = {0};
    if (format == FORMAT_JSON)
        return tell_json(t);
    for (size_t i = 0; i < t->all.n; i++) {
        const struct hook_told *one = &t->all.at[i];
        buf_fmt(&raw, "%s: %s", one->hook,
                t->installs ? (one->changed ? "installed in " : "is installed in ")
                            : (one->changed ? "removed" : "is not installed"));
        if (t->installs)
            put_where(t, &one->seen, &raw);
        buf_chr(&raw, '\n');
    }
    if (t->all.n == 0)
        buf_fmt(&raw, "no hook of fettle in %s\n", target_name(t));
    if (t->installs)
        put_faults(t, &raw);
    put_plain(&raw, &b);
    return quiet ? CLI_OK : cli_print(&b);
}
