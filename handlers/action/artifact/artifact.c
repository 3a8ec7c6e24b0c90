/* SPDX-License-Identifier: Apache-2.0 */
/* `uses: upload-artifact` and `uses: download-artifact`: files that jobs of one run hand to each other and that people
 * can fetch. Inputs, outputs and rules are those of https://github.com/actions/upload-artifact and
 * https://github.com/actions/download-artifact (v4). */
#include "port/action.h"

static const char *const upload_aliases[] = {"actions/upload-artifact", NULL};
static const char *const download_aliases[] = {"actions/download-artifact", NULL};

static const struct action_param upload_params[] = {
    {"name", false, "unique in the run; default: artifact"},
    {"path", true, "files and folders, one a line, with * ? ** and ! for exceptions; below the workspace or ~"},
    {"if-no-files-found", false, "warn, error or ignore; default: warn"},
    {"retention-days", false, "1 to 90; default: as long as the run"},
    {"compression-level", false, "0 (none) to 9; default 6"},
    {"overwrite", false, "true: one of the same name is replaced"},
    {"include-hidden-files", false, "true: also files and folders whose names begin with a dot"},
    {NULL, false, NULL},
};

static const struct action_param download_params[] = {
    {"name", false, "of one artifact; default: all"},
    {"path", false, "folder; default: the workspace. Without \"name\" each artifact has a folder of its name there"},
    {"pattern", false, "which artifacts, with * and ?"},
    {"merge-multiple", false, "true: all into the same folder"},
    {"artifact-ids", false, "refused: use name or pattern"},
    {"github-token", false, "refused"},
    {"repository", false, "refused: only artifacts of the same run"},
    {"run-id", false, "refused: only artifacts of the same run"},
    {NULL, false, NULL},
};

static int refuse(struct err *e, const struct action_call *c, size_t i, const char *why)
{
    (void)err_set(e, ERR_INVALID, "\"%s\" %s", c->with[i].name, why);
    e->code = (int)i + 1;
    return -1;
}

static int set_flag(const struct action_call *c, size_t i, bool *ret, struct err *e)
{
    struct sv v = sv_trim(sv_of(c->with[i].value));
    *ret = sv_ieq(v, SV("true"));
    return *ret || sv_ieq(v, SV("false")) ? 0 : refuse(e, c, i, "must be true or false");
}

static int set_name(const struct action_call *c, size_t i, struct archive_want *w, struct err *e)
{
    w->name = arena_dup(c->arena, sv_trim(sv_of(c->with[i].value)));
    return artifact_name_ok(w->name)
               ? 0
               : refuse(e, c, i, "must be the name of an artifact: at most 200 bytes, and none of \" : < > | * ? \\ /");
}

static int set_number(const struct action_call *c, size_t i, int64_t max, int64_t *ret, struct err *e)
{
    if (sv_int(sv_trim(sv_of(c->with[i].value)), ret) && *ret >= 0 && *ret <= max)
        return 0;
    return refuse(e, c, i, max == 9 ? "must be a number from 0 to 9" : "must be a number of days from 0 to 90");
}

static int set_if_none(const struct action_call *c, size_t i, struct archive_want *w, struct err *e)
{
    static const char *const words[] = {"warn", "error", "ignore"};
    for (size_t k = 0; k < ARRAY_LEN(words); k++)
        if (sv_is(sv_trim(sv_of(c->with[i].value)), words[k])) {
            w->if_none = (enum archive_none)k;
            return 0;
        }
    return refuse(e, c, i, "must be warn, error or ignore");
}

static int set_upload(const struct action_call *c, size_t i, struct archive_want *w, struct err *e)
{
    struct sv name = sv_of(c->with[i].name);
    if (sv_is(name, "name"))
        return set_name(c, i, w, e);
    if (sv_is(name, "if-no-files-found"))
        return set_if_none(c, i, w, e);
    if (sv_is(name, "retention-days"))
        return set_number(c, i, ARCHIVE_RETENTION_DAYS, &w->retention_days, e);
    if (sv_is(name, "compression-level"))
        return set_number(c, i, 9, &w->level, e);
    if (sv_is(name, "overwrite"))
        return set_flag(c, i, &w->overwrite, e);
    if (sv_is(name, "include-hidden-files"))
        return set_flag(c, i, &w->hidden, e);
    w->path = c->with[i].value;
    return 0;
}

static int upload_resolve(const struct action_call *c, struct action_result *ret, struct err *e)
{
    *ret = (struct action_result){.does = ACTION_ARCHIVE,
                                  .archive = {.kind = ARCHIVE_UPLOAD, .name = "artifact", .level = 6}};
    for (size_t i = 0; i < c->n_with; i++)
        if (sv_trim(sv_of(c->with[i].value)).n && set_upload(c, i, &ret->archive, e) < 0)
            return -1;
    return ret->archive.path ? 0 : err_set(e, ERR_INVALID, "upload-artifact needs \"path\"");
}

static int set_download(const struct action_call *c, size_t i, struct archive_want *w, struct err *e)
{
    static const char *const elsewhere[] = {"github-token", "repository", "run-id"};
    struct sv name = sv_of(c->with[i].name), value = sv_trim(sv_of(c->with[i].value));
    for (size_t k = 0; k < ARRAY_LEN(elsewhere); k++)
        if (sv_is(name, elsewhere[k]))
            return refuse(e, c, i,
                          "is not supported here: artifacts are handed over within a run; fetch those of another run "
                          "with `fettle runs download`");
    if (sv_is(name, "artifact-ids"))
        return refuse(e, c, i, "is not supported here: say \"name\" or \"pattern\"");
    if (sv_is(name, "name"))
        return set_name(c, i, w, e);
    if (sv_is(name, "merge-multiple"))
        return set_flag(c, i, &w->merge, e);
    *(sv_is(name, "pattern") ? &w->pattern : &w->path) = arena_dup(c->arena, value);
    return sv_chr(value, '\n') < 0 ? 0 : refuse(e, c, i, "must be one line");
}

static int download_resolve(const struct action_call *c, struct action_result *ret, struct err *e)
{
    *ret = (struct action_result){.does = ACTION_ARCHIVE, .archive = {.kind = ARCHIVE_DOWNLOAD, .path = ""}};
    for (size_t i = 0; i < c->n_with; i++)
        if (sv_trim(sv_of(c->with[i].value)).n && set_download(c, i, &ret->archive, e) < 0)
            return -1;
    return 0;
}

const struct action_ops action_upload_artifact = {
    .name = "upload-artifact",
    .aliases = upload_aliases,
    .params = upload_params,
    .resolve = upload_resolve,
};
const struct action_ops action_download_artifact = {
    .name = "download-artifact",
    .aliases = download_aliases,
    .params = download_params,
    .resolve = download_resolve,
};
