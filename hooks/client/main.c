/* SPDX-License-Identifier: Apache-2.0 */
/* fettle-hook: what git runs as pre-push, pre-receive, update and post-receive. It asks the server about the push, and
 * its exit code is the answer: 0 = go on, 1 = refused, 2 = it is called wrongly. It never hangs a push: at the deadline
 * --offline decides. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "hooks/client/ask.h"
#include "hooks/client/child.h"

enum { GO_ON = 0, REFUSED = 1, CALLED_WRONGLY = 2 };
enum { LAST_WORDS_MS = 60 }; /* behind the deadline, with END_MS in it */

static const char usage[] = "usage: fettle-hook --server unix:PATH|https://HOST:PORT [--token-file FILE] [--ca FILE]\n"
                            "                   [--offline allow|deny] [--deadline MS] HOOK [ARGUMENTS OF GIT]\n";

/* Nothing that is opened may become what git reads. */
static void fill_descriptors(void)
{
    int fd = open("/dev/null", O_RDWR | O_CLOEXEC);
    while (fd >= 0 && fd <= 2)
        fd = dup(fd);
    fd_closep(&fd);
}

static const char *words_of(const char *reason)
{
    static const char *const words[][2] = {
        {"judged", "a run says no"},
        {"reused", "a run of the same said no"},
        {"not-allowed", "the server does not listen to this user"},
        {"too-large", "it is larger than the server takes"},
        {"bad-pack", "the server cannot read what was sent to it"},
        {"busy", "the server has too much to do"},
        {"error", "the server could not judge it"},
    };
    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        if (strcmp(words[i][0], reason) == 0)
            return words[i][1];
    return "the server says no";
}

/* What is after the push cannot refuse it. */
static int tell(const struct ask_result *r, struct say *say)
{
    if (r->state == ASK_FAILED || r->state == ASK_UNFIT)
        say_fmt(say, SAY_PLAIN, "the server could not be told of this push, and has to find it by itself: %s",
                r->e.msg);
    else if (r->state == ASK_DENIED)
        say_fmt(say, SAY_PLAIN, "the server did not take the news of this push: %s (%s)", words_of(r->reason),
                r->reason);
    return GO_ON;
}

static int conclude(const struct hook_options *o, const struct ask_result *r, struct say *say)
{
    if (o->skips) {
        bool is_told = r->state == ASK_ALLOWED || r->state == ASK_DENIED;
        say_fmt(say, SAY_PLAIN, "not judged, as FETTLE_SKIP is set%s",
                is_told ? "" : "; the server was not told of it");
        return GO_ON;
    }
    if (o->hook == POST_RECEIVE)
        return tell(r, say);
    switch (r->state) {
    case ASK_ALLOWED:
        return GO_ON;
    case ASK_DENIED:
        say_fmt(say, SAY_BAD, "refused: %s (%s)", words_of(r->reason), r->reason);
        return REFUSED;
    case ASK_UNFIT:
        say_fmt(say, SAY_BAD, "refused: this push cannot be judged: %s", r->e.msg);
        return REFUSED;
    case ASK_FAILED:
        break;
    }
    if (o->offline == OFFLINE_DENY) {
        say_fmt(say, SAY_BAD, "refused, as the server cannot be asked: %s", r->e.msg);
        return REFUSED;
    }
    say_fmt(say, SAY_PLAIN, "not judged, as the server cannot be asked: %s", r->e.msg);
    return GO_ON;
}

int main(int argc, char **argv)
{
    msec_t start = clk_mono_ms();
    struct hook_options o;
    struct ask_result result;
    struct say say;
    struct err e = {0};
    fill_descriptors();
    child_guard();
    if (argc == 2 && strcmp(argv[1], "--version") == 0)
        return puts("fettle-hook " FETTLE_VERSION) < 0;
    if (argc == 2 && strcmp(argv[1], "--help") == 0)
        return fputs(usage, stdout) < 0;
    say_open(&say);
    if (hook_options_read(argc, (const char *const *)(uintptr_t)argv, getenv("FETTLE_SKIP"), &o, &e) < 0) {
        say_line(&say, SAY_BAD, sv_of(e.msg));
        say_close(&say, start + LAST_WORDS_MS);
        return CALLED_WRONGLY;
    }
    ask_server(&o, &say, start, &result);
    int code = conclude(&o, &result, &say);
    say_close(&say, start + o.deadline_ms + LAST_WORDS_MS);
    return code;
}
