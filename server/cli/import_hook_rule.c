/* SPDX-License-Identifier: Apache-2.0 */
#include "core/workflow.h"
#include "server/cli/import_hook.h"

/* Whether a rule has to hold for the hook to start, or is one of several, or must not hold. */
enum rule_place { RULE_ALWAYS, RULE_PERHAPS };

static const char *rule(struct hook *h, const struct ynode *n, enum rule_place place);

/* ---- events ---- */

/* The forges' words for what workflows call by GitHub's. */
static const char *event_of(struct sv word)
{
    static const char *const words[][2] = {
        {"Push Hook", "push"},          {"Tag Push Hook", "push"}, {"Merge Request Hook", "pull_request"},
        {"Note Hook", "issue_comment"}, {"Issue Hook", "issues"},  {"Pipeline Hook", "pipeline"},
        {"Job Hook", "job"},            {"Release Hook", "release"}, {"System Hook", "system"},
        {"tag_push", "push"},           {"merge_request", "pull_request"}, {"note", "issue_comment"},
        {"issue", "issues"},            {"build", "job"},
    };
    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        if (sv_ieq(word, sv_of(words[i][0])))
            return words[i][1];
    for (int i = 0; i < WF_EVENT_N; i++)
        if (sv_ieq(word, sv_of(wf_event_name[i])))
            return wf_event_name[i];
    return NULL;
}

static const char *event_rule(struct hook *h, const struct ynode *n, const char *value, enum rule_place place)
{
    const char *event = event_of(sv_of(value));
    if (!event) {
        hook_refuse(h, n, "event", NULL, "no workflow starts from the event \"%s\"", value);
        return NULL;
    }
    hook_word(&h->events, event);
    return place == RULE_ALWAYS ? NULL : arena_fmt(&h->x->arena, "github.event_name == '%s'", event);
}

/* ---- signatures ---- */

static void take_secret(struct hook *h, const struct ynode *n, const char *secret)
{
    if (!secret || !*secret)
        hook_refuse(h, n, "secret", "set a secret at the forge", "the secret is empty");
    else if (strstr(secret, "{{"))
        import_say(h->x, n->at, IMPORT_NOTE, "template", "put its value into the file of the secret",
                   "the secret comes from a template");
    else
        hook_word(&h->secrets, secret);
}

static void signature(struct hook *h, const struct ynode *n, struct sv type, enum rule_place place)
{
    const struct ynode *parameter = ynode_get(n, "parameter");
    const char *name = hook_text(parameter, "name");
    struct sv header = sv_of(name ? name : "");
    bool sha512 = sv_ends(type, SV("sha512")), hub = sv_istarts(header, SV("X-Hub-Signature"));
    bool gitea = sv_ieq(header, SV("X-Gitea-Signature")) || sv_ieq(header, SV("X-Gogs-Signature"));
    if (place != RULE_ALWAYS) {
        hook_refuse(h, n, "signature", "one webhook for each sender, each with its own secret",
                    "a signature is always asked for here: it cannot be one of several ways in");
    } else if (sha512 || (!hub && !gitea)) {
        hook_refuse(h, n, "signature", "the secret of the webhook at the forge",
                    "no forge signs with %.*s in \"%.*s\"", SV_ARG(type), SV_ARG(header));
    } else {
        if (gitea || h->forge == HOOK_UNKNOWN)
            h->forge = gitea ? HOOK_GITEA : HOOK_GITHUB;
        take_secret(h, n, hook_text(n, "secret"));
        import_say(h->x, n->at, IMPORT_RUNS, "signature", NULL, "the signature is checked before anything is read%s",
                   sv_ends(type, SV("sha1")) ? ", by SHA-256" : "");
    }
}

/* ---- comparisons ---- */

/* Types are GitHub's words, also for merge requests. */
static void take_type(struct hook *h, const char *value)
{
    static const char *const words[][2] = {{"open", "opened"},     {"reopen", "reopened"}, {"close", "closed"},
                                           {"merge", "closed"},    {"update", "synchronize"},
                                           {"synchronized", "synchronize"}, {"label_updated", "labeled"}};
    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        if (strcmp(value, words[i][0]) == 0)
            value = words[i][1];
    hook_word(&h->types, value);
    if (strcmp(value, "synchronize") == 0)
        hook_word(&h->types, "edited");
}

static const char *value_rule(struct hook *h, const struct ynode *n, const char *what, const char *value,
                              enum rule_place place)
{
    struct arena *a = &h->x->arena;
    bool ref = strcmp(what, "github.event.ref") == 0;
    if (ref && strncmp(value, "refs/heads/", 11) == 0 && place == RULE_ALWAYS) {
        hook_word(&h->branches, value + 11);
        return NULL;
    }
    if (strcmp(what, "github.event_name") == 0 || strcmp(what, "github.event.object_kind") == 0)
        return event_rule(h, n, value, place);
    if (strcmp(what, "github.event.action") == 0 || strcmp(what, "github.event.object_attributes.action") == 0)
        take_type(h, value);
    if (strcmp(what, "github.event.repository.full_name") == 0 ||
        strcmp(what, "github.event.project.path_with_namespace") == 0)
        hook_word(&h->repos, value);
    /* true is no text, and would be compared as a number. */
    bool truth = strcmp(value, "true") == 0 || strcmp(value, "false") == 0;
    return arena_fmt(a, truth ? "format('{0}', %s) == %s" : "%s == %s", what, hook_quoted(a, value));
}

static const char *regex_rule(struct hook *h, const struct ynode *n, const char *what, const char *regex)
{
    const char *cond = hook_regex(&h->x->arena, what, regex);
    if (!cond)
        hook_refuse(h, n, "regex", "startsWith(), endsWith(), contains() or glob() in \"if\", or patterns under \"on\"",
                    "expressions have no regular expressions, and \"%s\" is none of the simple ones", regex);
    return cond;
}

static bool is_token_header(const struct ynode *parameter)
{
    const char *source = hook_text(parameter, "source"), *name = hook_text(parameter, "name");
    return source && name && strcmp(source, "header") == 0 && sv_ieq(sv_of(name), SV("X-Gitlab-Token"));
}

static const char *match_value(struct hook *h, const struct ynode *n, bool const *by_regex, enum rule_place place)
{
    const struct ynode *parameter = ynode_get(n, "parameter");
    const char *text = hook_text(n, *by_regex ? "regex" : "value");
    struct hook_value v;
    if (!text || !parameter) {
        hook_refuse(h, n, "bad-value", NULL, "this rule compares nothing");
        return NULL;
    }
    if (is_token_header(parameter) && !*by_regex && place == RULE_ALWAYS) {
        h->forge = HOOK_GITLAB;
        take_secret(h, n, text);
        import_say(h->x, n->at, IMPORT_RUNS, "signature", NULL, "the token is checked before anything is read");
        return NULL;
    }
    if (!hook_value(h, parameter, &v))
        return NULL;
    if (v.literal) /* the method: only POST comes in */
        return strcmp(v.literal, text) == 0 ? NULL : "false";
    return *by_regex ? regex_rule(h, n, v.expression, text) : value_rule(h, n, v.expression, text, place);
}

static const char *match(struct hook *h, const struct ynode *n, enum rule_place place)
{
    const char *z = hook_text(n, "type");
    struct sv type = sv_of(z ? z : "");
    const bool by_regex = sv_is(type, "regex");
    if (sv_is(type, "value") || by_regex)
        return match_value(h, n, &by_regex, place);
    if (sv_starts(type, SV("payload-hmac-")) || sv_starts(type, SV("payload-hash-")))
        signature(h, n, type, place);
    else if (sv_is(type, "ip-whitelist"))
        hook_refuse(h, n, "ip-whitelist", "a firewall or a proxy in front; the signature says who sent it",
                    "senders are not told apart by their address");
    else if (sv_is(type, "scalr-signature"))
        hook_refuse(h, n, "signature", "the API: a repository_dispatch with a token",
                    "Scalr's signatures are not known");
    else
        hook_refuse(h, n, "bad-value", NULL, "there is no rule of type \"%.*s\"", SV_ARG(type));
    return NULL;
}

/* ---- and, or, not ---- */

static const char *several(struct hook *h, const struct ynode *n, const char *operator, enum rule_place place)
{
    AUTO(buf_free) struct buf b = {0};
    size_t count = 0;
    for (size_t i = 0; n->kind == Y_SEQ && i < n->n; i++) {
        const char *cond = rule(h, n->items[i], place);
        if (!cond)
            continue;
        buf_fmt(&b, "%s%s", count++ ? operator : "", cond);
    }
    return count == 0 ? NULL : arena_fmt(&h->x->arena, count > 1 ? "(%s)" : "%s", b.p);
}

static bool is_signature(const struct ynode *n)
{
    const struct ynode *m = ynode_get(n, "match");
    const char *type = hook_text(m, "type");
    return type && (strncmp(type, "payload-h", 9) == 0 ||
                    (strcmp(type, "value") == 0 && is_token_header(ynode_get(m, "parameter"))));
}

/* Secrets that change: any of them will do, which is what a list of secrets means. */
static bool all_signatures(const struct ynode *n)
{
    for (size_t i = 0; n->kind == Y_SEQ && i < n->n; i++)
        if (!is_signature(n->items[i]))
            return false;
    return n->kind == Y_SEQ && n->n > 0;
}

static const char *negated(struct hook *h, const struct ynode *n)
{
    /* What it names is not what it starts from. */
    struct hook_words events = h->events, types = h->types, repos = h->repos;
    const char *cond = rule(h, n, RULE_PERHAPS);
    h->events = events;
    h->types = types;
    h->repos = repos;
    return cond ? arena_fmt(&h->x->arena, "!(%s)", cond) : NULL;
}

static const char *rule(struct hook *h, const struct ynode *n, enum rule_place place)
{
    const struct ynode *all = ynode_get(n, "and"), *any = ynode_get(n, "or"), *none = ynode_get(n, "not"),
                       *one = ynode_get(n, "match");
    if (all)
        return several(h, all, " && ", place);
    if (any)
        return several(h, any, " || ", all_signatures(any) ? place : RULE_PERHAPS);
    if (none)
        return negated(h, none);
    if (one)
        return match(h, one, place);
    hook_refuse(h, n, "bad-value", NULL, "a rule is one of and, or, not, match");
    return NULL;
}

/* The filter for branches belongs to a push alone. */
static void branch_of_others(struct hook *h)
{
    struct arena *a = &h->x->arena;
    bool push_alone = h->events.n == 0 || (h->events.n == 1 && strcmp(h->events.at[0], "push") == 0);
    const char *cond = arena_fmt(a, "github.event.ref == %s",
                                 hook_quoted(a, arena_fmt(a, "refs/heads/%s", h->branches.at[0])));
    if (!push_alone)
        h->cond = h->cond ? arena_fmt(a, "%s && %s", cond, h->cond) : cond;
}

/* "( … )" with the last bracket closing the first. */
static bool is_bracketed(struct sv s)
{
    int depth = 0;
    bool quoted = false;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '\'')
            quoted = !quoted;
        if (quoted)
            continue;
        depth += (s.p[i] == '(') - (s.p[i] == ')');
        if (depth == 0)
            return i > 0 && i + 1 == s.n;
    }
    return false;
}

void hook_rule(struct hook *h)
{
    const struct ynode *n = ynode_get(h->node, "trigger-rule");
    bool before = h->strict;
    if (!n)
        return;
    h->strict = false;
    h->cond = rule(h, n, RULE_ALWAYS);
    if (h->strict)
        h->cond = "false";
    h->strict = h->strict || before;
    if (h->branches.n > 1) /* one ref is never two */
        h->cond = "false";
    if (h->branches.n == 1)
        branch_of_others(h);
    if (h->cond && is_bracketed(sv_of(h->cond)))
        h->cond = arena_dup(&h->x->arena, sv_cut(sv_of(h->cond + 1), strlen(h->cond) - 2));
}
