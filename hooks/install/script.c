/* SPDX-License-Identifier: Apache-2.0 */
/* The texts. The input of a hook is kept in a variable: git writes lines and no NUL, and a dot behind them keeps their
 * last line ends from the shell's substitution. */
#include "hooks/install/script.h"
#include <stdio.h>

static const char mark_word[] = "# fettle-hook ", end_line[] = "# fettle-hook end\n";
static const char *const form_words[] = {[SCRIPT_ALONE] = "alone",
                                         [SCRIPT_CHAIN] = "chain",
                                         [SCRIPT_ALL] = "all",
                                         [SCRIPT_PASS] = "pass",
                                         [SCRIPT_LINES] = "lines"};

struct script_sum script_sum_of(struct sv text)
{
    uint64_t h = 0xcbf29ce484222325u; /* FNV-1a */
    struct script_sum ret;
    for (size_t i = 0; i < text.n; i++)
        h = (h ^ (unsigned char)text.p[i]) * 0x100000001b3u;
    snprintf(ret.text, sizeof ret.text, "%016llx", (unsigned long long)h);
    return ret;
}

/* ---- writing ---- */

/* One word for a shell, whatever is in it. */
void script_word(const char *z, struct buf *out)
{
    buf_chr(out, '\'');
    for (; *z; z++) {
        if (*z == '\'')
            buf_str(out, "'\\''");
        else
            buf_chr(out, *z);
    }
    buf_chr(out, '\'');
}

static void put_option(struct buf *out, const char *name, const char *value)
{
    if (!value)
        return;
    buf_fmt(out, " %s ", name);
    script_word(value, out);
}

void script_call(const struct script *s, struct buf *out)
{
    script_word(s->program, out);
    put_option(out, "--server", s->server);
    put_option(out, "--token-file", s->token_file);
    put_option(out, "--ca", s->ca);
    buf_fmt(out, " --offline %s", s->offline == OFFLINE_DENY ? "deny" : "allow");
    if (s->deadline_ms)
        buf_fmt(out, " --deadline %lld", (long long)s->deadline_ms);
    buf_fmt(out, " %s", s->hook);
}

static const char take_input[] = "in=$(cat; echo .)\n", give_input[] = "printf %s \"${in%.}\" | ";

/* What post-receive says comes too late to stop anything: there the other one's failure does not keep us out. */
static const char *if_it_fails(const struct script *s)
{
    return strcmp(s->hook, "post-receive") == 0 ? "" : " || exit";
}

static void put_chain(const struct script *s, struct buf *out)
{
    buf_fmt(out, "%skept=${0%%/*}/%s" KEPT_SUFFIX "\n[ ! -x \"$kept\" ] ", take_input, s->hook);
    if (s->kept_is_pre_commit)
        buf_str(out, "|| [ -n \"$PRE_COMMIT_RUNNING_LEGACY\" ] ");
    buf_fmt(out, "|| %s\"$kept\" \"$@\"%s\n%s", give_input, if_it_fails(s), give_input);
    script_call(s, out);
    buf_str(out, " \"$@\"\n");
}

/* Nearly always the hooks are below $GIT_DIR; asking git costs a process. */
static void put_own(const struct script *s, struct buf *out)
{
    buf_fmt(out,
            "own=${GIT_DIR:-.git}/hooks/%s\n"
            "[ -d \"${own%%/*}\" ] || own=$(git rev-parse --git-common-dir)/hooks/%s\n",
            s->hook, s->hook);
}

static void put_all(const struct script *s, struct buf *out)
{
    put_own(s, out);
    if (s->form == SCRIPT_PASS) {
        buf_str(out, "[ ! -x \"$own\" ] || exec \"$own\" \"$@\"\n");
        return;
    }
    /* A hook of ours there knows more of its repository, and nobody is asked twice. */
    buf_str(out, "line=\n[ ! -x \"$own\" ] || { read -r line; read -r line; } < \"$own\"\n"
                 "case $line in \"# fettle-hook \"*) exec \"$own\" \"$@\" ;; esac\n");
    buf_fmt(out, "%s[ ! -x \"$own\" ] || %s\"$own\" \"$@\"%s\n%s", take_input, give_input, if_it_fails(s), give_input);
    script_call(s, out);
    buf_str(out, " \"$@\"\n");
}

/* The file belongs to everybody who clones the repository: where there is no fettle-hook, nothing happens. */
static void put_lines(const struct script *s, struct buf *out)
{
    buf_str(out, "if [ -x ");
    script_word(s->program, out);
    buf_fmt(out, " ]; then\n%s%s", take_input, give_input);
    script_call(s, out);
    buf_fmt(out,
            " \"$@\" || exit\n"
            "if [ \"$in\" = . ]; then exec < /dev/null; else exec << FETTLE\n"
            "${in%%?.}\n"
            "FETTLE\n"
            "fi\n"
            "fi\n%s",
            end_line);
}

static void put_rest(const struct script *s, struct buf *out)
{
    buf_fmt(out, " %s%s%s\n", form_words[s->form], s->remarks ? " " : "", s->remarks ? s->remarks : "");
    switch (s->form) {
    case SCRIPT_ALONE:
        buf_str(out, "exec ");
        script_call(s, out);
        buf_str(out, " \"$@\"\n");
        break;
    case SCRIPT_CHAIN:
        put_chain(s, out);
        break;
    case SCRIPT_ALL:
    case SCRIPT_PASS:
        put_all(s, out);
        break;
    case SCRIPT_LINES:
        put_lines(s, out);
        break;
    }
}

void script_put(const struct script *s, struct buf *out)
{
    AUTO(buf_free) struct buf rest = {0};
    put_rest(s, &rest);
    if (s->form != SCRIPT_LINES)
        buf_str(out, "#!/bin/sh\n");
    buf_fmt(out, "%s%d %s", mark_word, SCRIPT_VERSION, script_sum_of(buf_view(&rest)).text);
    buf_sv(out, buf_view(&rest));
}

/* ---- reading ---- */

/* One word of a call as script_word wrote it, or a bare one. */
static bool read_word(struct sv *rest, struct buf *ret)
{
    if (!sv_starts(*rest, SV("'"))) {
        struct sv word;
        if (!sv_next(rest, ' ', &word))
            return false;
        buf_sv(ret, word);
        return true;
    }
    while (sv_starts(*rest, SV("'"))) {
        struct sv inside = sv_from(*rest, 1);
        ptrdiff_t end = sv_chr(inside, '\'');
        if (end < 0)
            return false;
        buf_sv(ret, sv_cut(inside, (size_t)end));
        *rest = sv_from(inside, (size_t)end + 1);
        if (sv_starts(*rest, SV("\\'"))) {
            buf_chr(ret, '\'');
            *rest = sv_from(*rest, 2);
        }
    }
    *rest = sv_from(*rest, sv_starts(*rest, SV(" ")) ? 1 : 0);
    return true;
}

static void read_option(struct sv name, const char *value, struct script *ret)
{
    int64_t ms;
    if (sv_is(name, "--server"))
        ret->server = value;
    else if (sv_is(name, "--token-file"))
        ret->token_file = value;
    else if (sv_is(name, "--ca"))
        ret->ca = value;
    else if (sv_is(name, "--offline"))
        ret->offline = strcmp(value, "deny") == 0 ? OFFLINE_DENY : OFFLINE_ALLOW;
    else if (sv_is(name, "--deadline") && sv_int(sv_of(value), &ms))
        ret->deadline_ms = ms;
}

bool script_options(struct sv text, struct arena *a, struct script *ret)
{
    ptrdiff_t at = sv_find(text, SV(" --server '"));
    if (at < 0)
        return false;
    for (struct sv rest = sv_from(text, (size_t)at + 1), name; sv_starts(rest, SV("--"));) {
        AUTO(buf_free) struct buf value = {0};
        if (!sv_next(&rest, ' ', &name) || !read_word(&rest, &value))
            return false;
        read_option(name, arena_dup(a, buf_view(&value)), ret);
    }
    return ret->server != NULL;
}

static bool read_form(struct sv word, enum script_form *ret)
{
    for (size_t i = 0; i < ARRAY_LEN(form_words); i++)
        if (sv_is(word, form_words[i])) {
            *ret = (enum script_form)i;
            return true;
        }
    return false;
}

/* Where a line of the marker begins; -1: nowhere. */
static ptrdiff_t find_mark(struct sv text)
{
    for (size_t at = 0; at < text.n;) {
        struct sv line = sv_from(text, at);
        ptrdiff_t end = sv_chr(line, '\n');
        if (sv_starts(line, sv_of(mark_word)) && !sv_starts(line, SV("# fettle-hook end")))
            return (ptrdiff_t)at;
        if (end < 0)
            break;
        at += (size_t)end + 1;
    }
    return -1;
}

bool script_find(struct sv text, struct script_mark *ret)
{
    ptrdiff_t at = find_mark(text);
    struct sv line, word, rest = sv_from(text, at < 0 ? text.n : (size_t)at + strlen(mark_word));
    int64_t version;
    if (!sv_next(&rest, ' ', &word) || !sv_int(word, &version) || version < 1 || version > 1000)
        return false;
    const struct sv sum = sv_cut(rest, 16);
    rest = sv_from(rest, 16);
    struct sv more = rest;
    *ret = (struct script_mark){.version = (int)version, .begin = (size_t)at, .end = text.n};
    if (!sv_next(&more, '\n', &line) || !sv_starts(line, SV(" ")))
        return false;
    line = sv_from(line, 1);
    if (!sv_next(&line, ' ', &word) || !read_form(word, &ret->form))
        return false;
    ret->remarks = line;
    if (ret->form == SCRIPT_LINES) {
        ptrdiff_t end = sv_find(rest, sv_of(end_line));
        if (end < 0)
            return true; /* not whole */
        rest = sv_cut(rest, (size_t)end + strlen(end_line));
        ret->end = (size_t)(rest.p - text.p) + rest.n;
    } else {
        ret->begin = 0;
        if (at != (ptrdiff_t)strlen("#!/bin/sh\n") || !sv_starts(text, SV("#!/bin/sh\n")))
            return true; /* lines were put above it */
    }
    ret->whole = sv_is(sum, script_sum_of(rest).text);
    return true;
}
