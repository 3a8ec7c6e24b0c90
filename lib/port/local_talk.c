/* SPDX-License-Identifier: Apache-2.0 */
#include "port/local_talk.h"
#include "fmt/json.h"

enum { DESCRIPTION_CHARS = 400 };

void local_note(const struct effect *x, struct api_request *ret)
{
    const struct status_body *s = &x->status;
    struct jout j = {.buf = &ret->body};
    ret->method = LOCAL_NOTE;
    talk_repo_path(x->repo, &ret->path);
    jout_open(&j, '{');
    jout_kstrz(&j, "sha", s->sha);
    jout_kstrz(&j, "context", s->context);
    jout_kstrz(&j, "state", status_state_name[s->state]);
    jout_kstrz(&j, "description", s->description ? s->description : "");
    jout_key(&j, "url");
    if (s->target_url)
        jout_strz(&j, s->target_url);
    else
        jout_null(&j);
    jout_close(&j, '}');
}

static const char *line_of(struct arena *a, const struct jval *v, const char *key)
{
    AUTO(buf_free) struct buf text = {0};
    struct sv s = jval_str(jval_get(v, key));
    if (!s.p)
        return NULL;
    talk_line(arena_dup(a, s), DESCRIPTION_CHARS, &text);
    return arena_dup(a, buf_view(&text));
}

int local_note_read(struct sv body, struct arena *a, struct local_note *ret, struct err *e)
{
    AUTO(jdoc_free) struct jdoc *doc = NULL;
    if (jdoc_parse(body, NULL, &doc, e) < 0)
        return -1;
    const struct jval *v = jdoc_root(doc);
    *ret = (struct local_note){.sha = line_of(a, v, "sha"),
                               .context = line_of(a, v, "context"),
                               .state = line_of(a, v, "state"),
                               .description = line_of(a, v, "description"),
                               .url = line_of(a, v, "url")};
    if (!ret->sha || !oid_is_valid(sv_of(ret->sha)) || !ret->context || !ret->context[0] || !ret->state ||
        !ret->description)
        return err_set(e, ERR_INVALID, "the note has no commit, context, state or description");
    return 0;
}

static bool is_of_context(struct sv line, const char *context)
{
    struct sv state, name;
    return sv_next(&line, '\t', &state) && sv_next(&line, '\t', &name) && sv_is(name, context);
}

bool local_note_edit(struct sv note, const struct local_note *x, struct buf *out)
{
    AUTO(buf_free) struct buf want = {0};
    struct sv rest = note, line;
    bool done = false, same = false;
    /* git takes blanks at the end of a line away. */
    buf_fmt(&want, "%s\t%s\t%s%s%s", x->state, x->context, x->description[0] ? x->description : "-", x->url ? "\t" : "",
            x->url ? x->url : "");
    while (rest.n && sv_next(&rest, '\n', &line)) {
        bool ours = is_of_context(line, x->context);
        same |= ours && !done && sv_eq(line, buf_view(&want));
        if (!ours)
            buf_fmt(out, "%.*s\n", SV_ARG(line));
        else if (!done)
            buf_fmt(out, "%s\n", want.p);
        done |= ours;
    }
    if (!done)
        buf_fmt(out, "%s\n", want.p);
    return !same;
}
