/* SPDX-License-Identifier: Apache-2.0 */
/* `uses: checkout` and `uses: actions/checkout@v4`: the work tree of a commit. Inputs and defaults are those of
 * https://github.com/actions/checkout (v4); what would change the work tree and is not done here is refused, unless it
 * asks for what happens anyway. */
#include "core/workflow.h"
#include "port/action.h"

static const char *const checkout_aliases[] = {"actions/checkout", NULL};

static const struct action_param checkout_params[] = {
    {"repository", false, "alias or owner/name of a configured repository; default: the job's"},
    {"ref", false, "branch, tag or commit; default: the job's commit"},
    {"path", false, "folder below the workspace; default: the workspace"},
    {"fetch-depth", false, "number of commits, 0 = all; default 1"},
    {"clean", false, "only true: the work tree is always made new"},
    {"lfs", false, "only false"},
    {"submodules", false, "only false"},
    {"fetch-tags", false, "only false"},
    {"persist-credentials", false, "only false: no credential is left in the work tree"},
    {"show-progress", false, "has no meaning here"},
    {"set-safe-directory", false, "has no meaning here: the work tree belongs to the step"},
    {"token", false, "refused: the server fetches with the forge's own token"},
    {"ssh-key", false, "refused"},
    {"ssh-known-hosts", false, "refused"},
    {"ssh-strict", false, "has no meaning here: nothing is fetched over ssh"},
    {"ssh-user", false, "has no meaning here: nothing is fetched over ssh"},
    {"sparse-checkout", false, "refused"},
    {"sparse-checkout-cone-mode", false, "has no meaning without sparse-checkout"},
    {"filter", false, "refused"},
    {"github-server-url", false, "refused: the repository is looked for in repositories.yaml"},
    {NULL, false, NULL},
};

/* Inputs of actions/checkout with the one value that is no request for something else. */
static const struct {
    const char *name, *harmless, *reason;
} fixed[] = {
    {"clean", "true", "is not supported here: the work tree is always made new"},
    {"lfs", "false", "is not supported here: large files are not fetched by this version"},
    {"submodules", "false", "is not supported here: submodules are not fetched by this version"},
    {"fetch-tags", "false", "is not supported here: use \"fetch-depth: 0\" to have all tags"},
    {"persist-credentials", "false", "is not supported here: no credential is ever left in the work tree"},
    {"token", NULL, "is not supported here: the server fetches with the forge's own token"},
    {"ssh-key", NULL, "is not supported here: the server fetches with the forge's own token"},
    {"ssh-known-hosts", NULL, "is not supported here: the server fetches with the forge's own token"},
    {"github-server-url", NULL, "is not supported here: name a repository of repositories.yaml"},
    {"sparse-checkout", NULL, "is not supported here: the whole tree is checked out"},
    {"filter", NULL, "is not supported here: the whole tree is checked out"},
};

static int refuse(struct err *e, size_t i, const struct action_input *in, const char *why)
{
    (void)err_set(e, ERR_INVALID, "\"%s\" of checkout %s", in->name, why);
    e->code = (int)i + 1;
    return -1;
}

static int check_fixed(const struct action_input *in, size_t at, struct err *e)
{
    for (size_t i = 0; i < ARRAY_LEN(fixed); i++) {
        if (strcmp(in->name, fixed[i].name) != 0 || in->value[0] == 0)
            continue;
        if (!fixed[i].harmless || !sv_ieq(sv_of(in->value), sv_of(fixed[i].harmless)))
            return refuse(e, at, in, fixed[i].reason);
    }
    return 0;
}

/* Reaches git as an argument. */
static bool ref_is_ok(const char *ref)
{
    for (const char *c = ref; *c; c++)
        if ((unsigned char)*c <= 0x20 || *c == 0x7f || strchr("~^:?*[\\", *c))
            return false;
    return ref[0] != '-' && strlen(ref) <= 255 && !strstr(ref, "..");
}

static int set_input(const struct action_input *in, size_t i, struct action_result *ret, struct err *e)
{
    struct sv value = sv_of(in->value);
    if (value.n == 0)
        return 0;
    if (strcmp(in->name, "repository") == 0) {
        ret->checkout.repo = in->value;
    } else if (strcmp(in->name, "ref") == 0) {
        ret->checkout.ref = in->value;
        if (!ref_is_ok(in->value))
            return refuse(e, i, in, "must be a branch, a tag or a commit");
    } else if (strcmp(in->name, "path") == 0) {
        ret->checkout.path = in->value;
        if (!workspace_path_ok(value))
            return refuse(e, i, in, "must be relative and stay below the workspace");
    } else if (strcmp(in->name, "fetch-depth") == 0) {
        if (!sv_int(value, &ret->checkout.depth) || ret->checkout.depth < 0 || ret->checkout.depth > 1000000)
            return refuse(e, i, in, "must be a number of commits, or 0 for all");
    }
    return check_fixed(in, i, e);
}

static int checkout_resolve(const struct action_call *c, struct action_result *ret, struct err *e)
{
    *ret = (struct action_result){.does = ACTION_CHECKOUT, .checkout = {.depth = 1}};
    for (size_t i = 0; i < c->n_with; i++)
        if (set_input(&c->with[i], i, ret, e) < 0)
            return -1;
    return 0;
}

const struct action_ops action_checkout = {
    .name = "checkout",
    .aliases = checkout_aliases,
    .params = checkout_params,
    .resolve = checkout_resolve,
};
