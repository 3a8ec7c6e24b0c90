/* SPDX-License-Identifier: Apache-2.0 */
/* fettle lab push | change | repo | hook | limits | clock | wait: what people let happen at a running lab. */
#include "base/file.h"
#include "fmt/json.h"
#include "server/cli/lab.h"

enum { SECRET_MOST = 8192 };

static int put_secret(struct jout *j, const char *key, const char *path)
{
    struct err e = {0};
    AUTO(buf_free) struct buf b = {0};
    if (!path)
        return 0;
    if (file_read(path, SECRET_MOST, &b, &e) < 0) {
        lab_failed(&e, 0);
        return -1;
    }
    jout_kstr(j, key, sv_trim(buf_view(&b)));
    return 0;
}

static void put_texts(struct jout *j, const struct lab_told *t)
{
    const struct {
        const char *key, *value;
    } texts[] = {{"forge", t->forge},
                 {"repo", t->repo},
                 {"ref", t->ref},
                 {"sha", t->sha},
                 {"message", t->message},
                 {"user", t->user},
                 {"title", t->title},
                 {"body", t->body},
                 {"head", t->head},
                 {"base", t->base},
                 {"fork", t->fork},
                 {"label", t->label},
                 {"to", t->to},
                 {"url", t->target},
                 {"owner", t->owner},
                 {"app", t->app},
                 {"default_branch", t->branch},
                 {"branches", t->branches}};
    for (size_t i = 0; i < ARRAY_LEN(texts); i++)
        if (texts[i].value)
            jout_kstrz(j, texts[i].key, texts[i].value);
}

static void put_list(struct jout *j, const char *key, const char *names)
{
    struct sv rest = sv_of(names), one;
    if (!names)
        return;
    jout_key(j, key);
    jout_open(j, '[');
    while (sv_next(&rest, ',', &one))
        jout_str(j, one);
    jout_close(j, ']');
}

static int put_all(struct jout *j, const struct lab_told *t, const char *what)
{
    jout_open(j, '{');
    if (what)
        jout_kstrz(j, "do", what);
    put_texts(j, t);
    if (put_secret(j, "secret", t->secret) < 0 || put_secret(j, "signing", t->signing) < 0)
        return -1;
    put_list(j, "events", t->events);
    put_list(j, "refs", t->refs);
    jout_kint(j, "number", t->number);
    jout_kint(j, "id", t->id);
    jout_kbool(j, "delete", t->gone);
    jout_kbool(j, "forced", t->forced);
    jout_kbool(j, "draft", t->draft);
    jout_kbool(j, "system", t->system);
    jout_kbool(j, "form", t->form);
    if (t->inactive)
        jout_kbool(j, "active", false);
    jout_close(j, '}');
    return 0;
}

int lab_tell(void *args)
{
    const struct lab_told *t = args;
    static const struct {
        const char *word, *path;
    } rooms[] = {
        {"push", "/_lab/push"}, {"change", "/_lab/changes"}, {"repo", "/_lab/repositories"}, {"hook", "/_lab/hooks"}};
    AUTO(buf_free) struct buf body = {0};
    size_t i = 0;
    while (strcmp(rooms[i].word, t->call.sub->name) != 0)
        i++;
    if (put_all(&(struct jout){.buf = &body}, t, t->what) < 0)
        return CLI_MISSING;
    return lab_request(&t->lab, "POST", sv_of(rooms[i].path), buf_view(&body));
}

int lab_clock(void *args)
{
    const struct lab_told *t = args;
    AUTO(buf_free) struct buf body = {0};
    if (!t->what)
        return lab_request(&t->lab, "GET", SV("/_lab/clock"), SV(""));
    buf_fmt(&body, "{\"advance\":%lld}", (long long)t->ms);
    return lab_request(&t->lab, "POST", SV("/_lab/clock"), buf_view(&body));
}

int lab_limits(void *args)
{
    const struct lab_told *t = args;
    AUTO(buf_free) struct buf body = {0};
    struct jout j = {.buf = &body};
    if (!t->what)
        return lab_request(&t->lab, "GET", SV("/_lab/limits"), SV(""));
    jout_open(&j, '{');
    jout_kstrz(&j, "set", t->what);
    jout_close(&j, '}');
    return lab_request(&t->lab, "POST", SV("/_lab/limits"), buf_view(&body));
}

int lab_wait(void *args)
{
    const struct lab_told *t = args;
    return lab_request(&t->lab, "GET", SV("/_lab/idle"), SV(""));
}

/* ---- what can be said ---- */

#define AT(member) offsetof(struct lab_told, member)
static const char *const forges[] = {"github", "gitlab", "gitea", NULL};
#define FORGE                                                                                                          \
    {                                                                                                                  \
        "forge", .kind = CLI_WORD, .words = forges, .at = AT(forge), .doc = "by itself github"                         \
    }
#define REPO                                                                                                           \
    {                                                                                                                  \
        "repo", 0, CLI_TEXT, "PATH", AT(repo), .doc = "owner/name"                                                     \
    }
#define FLAG(name, member, says)                                                                                       \
    {                                                                                                                  \
        name, .kind = CLI_FLAG, .at = AT(member), .doc = (says)                                                        \
    }

const struct cli_arg lab_push_options[] = {
    REPO,
    FORGE,
    {"ref", 0, CLI_TEXT, "REF", AT(ref), .doc = "a branch, or a whole name"},
    {"sha", 0, CLI_TEXT, "OID", AT(sha), .doc = "the commit; by itself one is made up"},
    {"message", 0, CLI_TEXT, "TEXT", AT(message), .doc = "of the commit"},
    {"user", 0, CLI_TEXT, "LOGIN", AT(user), .doc = "who pushes"},
    {"refs", 0, CLI_TEXT, "REF,REF…", AT(refs), .doc = "several at once, of which a forge may tell nobody"},
    FLAG("forced", forced, "over what was there"),
    FLAG("delete", gone, "removes it"),
    {.name = NULL},
};
static const char *const change_words[] = {"open", "sync", "close", "reopen", "merge", "edit", "label", NULL};
const struct cli_arg lab_change_operands[] = {
    {"WHAT", .kind = CLI_WORD, .words = change_words, .at = AT(what), .flags = CLI_NEEDED, .doc = "what happens to it"},
    {.name = NULL},
};
const struct cli_arg lab_change_options[] = {
    REPO,
    FORGE,
    {"number", 0, CLI_NUMBER, "N", AT(number), .doc = "of the change", .low = 0, .high = INT64_MAX},
    {"head", 0, CLI_TEXT, "BRANCH", AT(head), .doc = "the branch it brings"},
    {"base", 0, CLI_TEXT, "BRANCH", AT(base), .doc = "the branch it goes into"},
    {"title", 0, CLI_TEXT, "TEXT", AT(title), .doc = "of the change"},
    {"body", 0, CLI_TEXT, "TEXT", AT(body), .doc = "of the change"},
    {"sha", 0, CLI_TEXT, "OID", AT(sha), .doc = "its newest commit"},
    {"ref", 0, CLI_TEXT, "REF", AT(ref), .doc = "of that commit"},
    {"fork", 0, CLI_TEXT, "PATH", AT(fork), .doc = "the repository it comes from"},
    {"label", 0, CLI_TEXT, "LABEL", AT(label), .doc = "one that it gets"},
    {"message", 0, CLI_TEXT, "TEXT", AT(message), .doc = "of the commit"},
    {"user", 0, CLI_TEXT, "LOGIN", AT(user), .doc = "who does it"},
    FLAG("draft", draft, "it is one"),
    {.name = NULL},
};
static const char *const repo_words[] = {"create", "rename", "transfer", "delete", "private", "public", NULL};
const struct cli_arg lab_repo_operands[] = {
    {"WHAT", .kind = CLI_WORD, .words = repo_words, .at = AT(what), .flags = CLI_NEEDED, .doc = "what happens to it"},
    {.name = NULL},
};
const struct cli_arg lab_repo_options[] = {
    REPO,
    FORGE,
    {"to", 0, CLI_TEXT, "NAME", AT(to), .doc = "the new name, or owner"},
    {"default-branch", 0, CLI_TEXT, "BRANCH", AT(branch), .doc = "of a new one"},
    {"user", 0, CLI_TEXT, "LOGIN", AT(user), .doc = "who does it"},
    {.name = NULL},
};
static const char *const hook_words[] = {"add", "edit", "remove", NULL};
const struct cli_arg lab_hook_operands[] = {
    {"WHAT", .kind = CLI_WORD, .words = hook_words, .at = AT(what), .flags = CLI_NEEDED, .doc = "what happens to it"},
    {.name = NULL},
};
const struct cli_arg lab_hook_options[] = {
    REPO,
    FORGE,
    {"owner", 0, CLI_TEXT, "NAME", AT(owner), .doc = "of all its repositories"},
    {"app", 0, CLI_TEXT, "N", AT(app), .doc = "of an App"},
    FLAG("system", system, "of the server"),
    {"id", 0, CLI_NUMBER, "N", AT(id), .doc = "of the hook", .low = 0, .high = INT64_MAX},
    {"target", 0, CLI_TEXT, "URL", AT(target), .doc = "where it points"},
    {"events", 0, CLI_TEXT, "A,B", AT(events), .doc = "in the words of the event header: push, \"Push Hook\""},
    {"secret-file", 0, CLI_FILE, "FILE", AT(secret), .doc = "its secret"},
    {"signing-file", 0, CLI_FILE, "FILE", AT(signing), .doc = "its signing token"},
    {"branches", 0, CLI_TEXT, "PATTERN", AT(branches), .doc = "only pushes to those"},
    FLAG("form", form, "sends forms"),
    FLAG("inactive", inactive, "it is off"),
    {.name = NULL},
};
static const char *const clock_words[] = {"advance", NULL};
const struct cli_arg lab_clock_operands[] = {
    {"WHAT", .kind = CLI_WORD, .words = clock_words, .at = AT(what), .doc = "it goes on by --ms; else it is told"},
    {.name = NULL},
};
const struct cli_arg lab_clock_options[] = {
    {"ms", 0, CLI_NUMBER, "N", AT(ms), .doc = "by how much", .low = 0, .high = INT64_MAX},
    {.name = NULL},
};
const struct cli_arg lab_limits_operands[] = {
    {"WORDS", .kind = CLI_TEXT, .at = AT(what), .doc = "on, off, or KEY=N,…; else they are told"},
    {.name = NULL},
};
