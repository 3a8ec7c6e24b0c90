/* SPDX-License-Identifier: Apache-2.0 */
/* From git's words to an error class. git has one exit code for everything (128), so the words in LC_ALL=C are all
 * there is; what is not known here is transient, which costs a retry and loses nothing. */
#include "git/command.h"

struct phrase {
    const char *words;
    enum err_class cls;
};

/* The first that occurs decides: "denied" before "missing", as a forge says both to a stranger. */
static const struct phrase phrases[] = {
    {"Authentication failed", ERR_DENIED},
    {"could not read Username", ERR_DENIED},
    {"could not read Password", ERR_DENIED},
    {"terminal prompts disabled", ERR_DENIED},
    {"Permission denied", ERR_DENIED},
    {"Access denied", ERR_DENIED},
    {"returned error: 401", ERR_DENIED},
    {"returned error: 403", ERR_DENIED},
    {"Host key verification failed", ERR_DENIED},
    {"dubious ownership", ERR_DENIED},
    {"Repository not found", ERR_MISSING},
    {"repository not found", ERR_MISSING},
    {"returned error: 404", ERR_MISSING},
    {"returned error: 410", ERR_MISSING},
    {"does not appear to be a git repository", ERR_MISSING},
    {"could not be found", ERR_MISSING}, /* GitLab over ssh: "The project you were looking for could not be found" */
    {"does not exist", ERR_MISSING},
    {"not our ref", ERR_MISSING},
    {"unadvertised object", ERR_MISSING},
    {"couldn't find remote ref", ERR_MISSING},
    {"not allowed", ERR_INVALID}, /* transport 'x' not allowed */
    {"unable to find remote helper", ERR_INVALID},
};

static bool says(struct sv text, const char *words)
{
    return sv_find(text, sv_of(words)) >= 0;
}

static enum err_class class_of(struct sv text)
{
    for (size_t i = 0; i < ARRAY_LEN(phrases); i++) {
        if (says(text, phrases[i].words))
            return phrases[i].cls;
    }
    /* "fatal: repository 'https://…/' not found" */
    return says(text, "fatal: repository '") && says(text, "' not found") ? ERR_MISSING : ERR_TRANSIENT;
}

/* The first "fatal:" or "error:" or "ERROR:" line, else the last one with words. */
static struct sv best_line(struct sv text)
{
    struct sv rest = text, line, best = SV_NONE, last = SV("git failed without a word");
    while (sv_next(&rest, '\n', &line)) {
        line = sv_trim(line);
        if (line.n == 0)
            continue;
        last = line;
        if (!best.p && (sv_istarts(line, SV("fatal:")) || sv_istarts(line, SV("error:"))))
            best = line;
    }
    return best.p ? best : last;
}

int git_said(const struct git_output *o, struct err *e)
{
    struct sv text = buf_view(&o->errors);
    struct sv line = sv_cut_utf8(best_line(text), 200);
    char clean[201];
    for (size_t i = 0; i < line.n; i++) /* a remote's words may hold terminal controls */
        clean[i] = (unsigned char)line.p[i] < ' ' || line.p[i] == 0x7f ? '?' : line.p[i];
    clean[line.n] = '\0';
    err_set(e, class_of(text), "git: %s", clean);
    e->code = o->status;
    return -1;
}
