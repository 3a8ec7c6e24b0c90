/* SPDX-License-Identifier: Apache-2.0 */
/* fettle lab push | change | repo | hook | limits | clock | wait: what people let happen at a running lab. */
#include <stdio.h>
#include "base/file.h"
#include "fmt/json.h"
#include "server/cli/cli.h"
#include "server/cli/lab_options.h"

enum { SECRET_MOST = 8192 };

struct told { /* all that can be said of something that is to happen */
    struct lab_address lab;
    const char *forge, *repo, *ref, *sha, *message, *user, *title, *body, *head, *base, *fork, *label, *to, *branch;
    const char *target, *secret, *signing, *events, *refs, *branches, *owner, *app, *set;
    int64_t number, id, ms;
    bool gone, forced, draft, system, form, inactive;
};

static int parse(int argc, char **argv, struct told *t, const char **ret_word)
{
    const struct lab_option options[] = {
        {"--url", OPTION_TEXT, &t->lab.url},
        {"--ca", OPTION_TEXT, &t->lab.ca_file},
        {"--insecure", OPTION_FLAG, &t->lab.insecure},
        {"--forge", OPTION_TEXT, &t->forge},
        {"--repo", OPTION_TEXT, &t->repo},
        {"--ref", OPTION_TEXT, &t->ref},
        {"--sha", OPTION_TEXT, &t->sha},
        {"--message", OPTION_TEXT, &t->message},
        {"--user", OPTION_TEXT, &t->user},
        {"--title", OPTION_TEXT, &t->title},
        {"--body", OPTION_TEXT, &t->body},
        {"--head", OPTION_TEXT, &t->head},
        {"--base", OPTION_TEXT, &t->base},
        {"--fork", OPTION_TEXT, &t->fork},
        {"--label", OPTION_TEXT, &t->label},
        {"--to", OPTION_TEXT, &t->to},
        {"--default-branch", OPTION_TEXT, &t->branch},
        {"--target", OPTION_TEXT, &t->target},
        {"--secret-file", OPTION_TEXT, &t->secret},
        {"--signing-file", OPTION_TEXT, &t->signing},
        {"--events", OPTION_TEXT, &t->events},
        {"--refs", OPTION_TEXT, &t->refs},
        {"--branches", OPTION_TEXT, &t->branches},
        {"--owner", OPTION_TEXT, &t->owner},
        {"--app", OPTION_TEXT, &t->app},
        {"--set", OPTION_TEXT, &t->set},
        {"--number", OPTION_NUMBER, &t->number},
        {"--id", OPTION_NUMBER, &t->id},
        {"--ms", OPTION_NUMBER, &t->ms},
        {"--delete", OPTION_FLAG, &t->gone},
        {"--forced", OPTION_FLAG, &t->forced},
        {"--draft", OPTION_FLAG, &t->draft},
        {"--system", OPTION_FLAG, &t->system},
        {"--form", OPTION_FLAG, &t->form},
        {"--inactive", OPTION_FLAG, &t->inactive},
        {NULL, OPTION_FLAG, NULL},
    };
    return lab_options(argc, argv, options, ret_word);
}

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

static void put_texts(struct jout *j, const struct told *t)
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
                 {"set", t->set},
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

static int put_all(struct jout *j, const struct told *t, const char *what)
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

static int clock_or_limits(const struct told *t, const char *path, const char *what)
{
    AUTO(buf_free) struct buf body = {0};
    struct jout j = {.buf = &body};
    if (!what)
        return lab_request(&t->lab, "GET", sv_of(path), SV(""));
    jout_open(&j, '{');
    if (strcmp(path, "/_lab/clock") == 0)
        jout_kint(&j, "advance", t->ms);
    else
        jout_kstrz(&j, "set", what);
    jout_close(&j, '}');
    return lab_request(&t->lab, "POST", sv_of(path), buf_view(&body));
}

int lab_act(int argc, char **argv)
{
    static const struct {
        const char *verb, *path;
        bool wants_word;
    } verbs[] = {{"push", "/_lab/push", false}, {"change", "/_lab/changes", true}, {"repo", "/_lab/repositories", true},
                 {"hook", "/_lab/hooks", true}, {"limits", "/_lab/limits", false}, {"clock", "/_lab/clock", false},
                 {"wait", "/_lab/idle", false}};
    size_t i = 0;
    const char *what = NULL;
    struct told t = {0};
    AUTO(buf_free) struct buf body = {0};
    while (i < ARRAY_LEN(verbs) && strcmp(verbs[i].verb, argv[0]) != 0)
        i++;
    if (i == ARRAY_LEN(verbs))
        return -1;
    if (parse(argc, argv, &t, &what) < 0)
        return CLI_USAGE;
    if (verbs[i].wants_word && !what) {
        lab_complain("what is to be done? See", "fettle help lab");
        return CLI_USAGE;
    }
    if (strcmp(argv[0], "wait") == 0)
        return lab_request(&t.lab, "GET", sv_of(verbs[i].path), SV(""));
    if (strcmp(argv[0], "limits") == 0 || strcmp(argv[0], "clock") == 0)
        return clock_or_limits(&t, verbs[i].path, what);
    if (put_all(&(struct jout){.buf = &body}, &t, what) < 0)
        return CLI_MISSING;
    return lab_request(&t.lab, "POST", sv_of(verbs[i].path), buf_view(&body));
}
