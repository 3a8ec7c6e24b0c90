/* SPDX-License-Identifier: Apache-2.0 */
/* A job that is another workflow: `uses:` with `with:` and `secrets:`. */
#include "config/workflow_parts.h"

#define FOLDER ".fettle/workflows/"
#define NAME   "[A-Za-z0-9_][A-Za-z0-9._-]*"
const struct shape shape_called = {SHAPE_TEXT,
                                   .pattern =
                                       "^([.]/[.]fettle/workflows/" NAME "[.]ya?ml|" NAME "/[.]fettle/workflows/" NAME
                                       "[.]ya?ml@[^-~^:?*\\[\\\\\\s][^~^:?*\\[\\\\\\s]*|[^/]+)$",
                                   .looks = "a workflow"};
const struct shape shape_call_with = {SHAPE_MAP, .pattern = "^[A-Za-z_][A-Za-z0-9_-]{0,99}$",
                                      .of = &shape_expr, .looks = "inputs"};
static const struct shape shape_secret_map = {SHAPE_MAP, .pattern = "^[A-Za-z_][A-Za-z0-9_-]{0,99}$",
                                              .of = &shape_expr};
static const struct shape shape_inherit = {SHAPE_WORD, .words = (const char *const[]){"inherit", NULL}};
const struct shape shape_call_secrets_given = {
    SHAPE_ONE_OF, .any = (const struct shape *const[]){&shape_inherit, &shape_secret_map, NULL}};

static bool is_yaml_name(struct sv s)
{
    return is_word(s, "._-") && (sv_ends(s, SV(".yml")) || sv_ends(s, SV(".yaml")));
}

static bool is_ref(struct sv s)
{
    if (s.n == 0 || s.n > 255 || s.p[0] == '-' || sv_find(s, SV("..")) >= 0)
        return false;
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] <= 0x20 || s.p[i] == 0x7f || strchr("~^:?*[\\", s.p[i]))
            return false;
    return true;
}

static void foreign_check(struct reading *r, const struct ynode *n, struct sv uses)
{
    ptrdiff_t at = sv_chr(uses, '@'), slash = sv_chr(uses, '/'), folder = sv_find(uses, SV("/" FOLDER));
    struct sv path = at < 0 ? uses : sv_cut(uses, (size_t)at);
    if (sv_find(path, SV("/.github/workflows/")) >= 0)
        say(r, n, "unsupported-value",
            "workflows of GitHub are not read here: write ALIAS/" FOLDER "NAME.yml@REF, with an alias of a repository");
    else if (folder != slash)
        say(r, n, "bad-value",
            "\"uses\" of a job must be ./" FOLDER "NAME.yml, ALIAS/" FOLDER
            "NAME.yml@REF, or the name of a workflow of the server");
    else if (!is_yaml_name(sv_from(path, (size_t)folder + 1 + sizeof FOLDER - 1)))
        say(r, n, "bad-value", "the file of a called workflow stands directly in " FOLDER " and ends in .yml or .yaml");
    else if (at < 0)
        say(r, n, "bad-value", "\"%.*s\" needs a branch, tag or commit behind it: …@main",
            SV_ARG(sv_cut_chars(uses, 100)));
    else if (!is_ref(sv_from(uses, (size_t)at + 1)))
        say(r, n, "bad-value", "what stands behind @ must be a branch, a tag or a commit");
    else
        (void)alias_check(r, n, arena_dup(r->arena, sv_cut(path, (size_t)slash)));
}

static void local_check(struct reading *r, const struct ynode *n, struct sv uses)
{
    struct sv path = sv_from(uses, 2);
    if (sv_chr(uses, '@') >= 0)
        say(r, n, "bad-value", "a workflow of the same repository takes no @ref: it is read at the same commit");
    else if (sv_starts(path, SV(".github/")))
        say(r, n, "unsupported-value", "workflows of GitHub are not read here: keep it in " FOLDER);
    else if (!sv_starts(path, SV(FOLDER)) || !is_yaml_name(sv_from(path, sizeof FOLDER - 1)))
        say(r, n, "bad-value", "a workflow of the same repository is written ./" FOLDER "NAME.yml");
}

static void secrets_read(struct reading *r, const struct ynode *n, struct wf_job *j)
{
    if (n->kind == Y_SCALAR && sv_is(n->text, "inherit"))
        j->secrets_inherit = true;
    else if (n->kind == Y_SCALAR && !ynode_is_null(n))
        say(r, n, "bad-value", "\"secrets\" must be inherit or a mapping");
    else
        texts_read(r, n, "\"secrets\"", SCOPE_JOB_SECRETS, &j->secrets);
}

void call_read(struct reading *r, const struct ynode *n, const struct ynode *with, const struct ynode *secrets,
               struct wf_job *j)
{
    const char *uses;
    if (!node_name(r, n, "\"uses\"", &uses))
        return;
    struct sv s = sv_of(uses);
    j->uses = uses;
    if (sv_starts(s, SV("./")))
        local_check(r, n, s);
    else if (sv_chr(s, '/') >= 0)
        foreign_check(r, n, s);
    if (with)
        texts_read(r, with, "\"with\"", SCOPE_JOB_WITH, &j->with);
    if (secrets)
        secrets_read(r, secrets, j);
}
