/* SPDX-License-Identifier: Apache-2.0 */
#include "hooks/wire.h"

enum tag {
    TAG_HOOK = 1,
    TAG_REPOSITORY,
    TAG_ID,
    TAG_ACTOR,
    TAG_BEFORE,
    TAG_AFTER,
    TAG_REF,
    TAG_OPTION,
    TAG_END,
    TAG_N
};
enum { MAGIC = 4, HEAD = 5 }; /* tag, and four bytes of length */
static const char magic[MAGIC] = {'F', 'H', 'K', '1'};

static bool is_printable(struct sv s)
{
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] < ' ' || s.p[i] == 0x7f)
            return false;
    return true;
}

static bool is_made_of(struct sv s, const char *others)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        if (!plain && (!c || !strchr(others, c)))
            return false;
    }
    return s.n > 0;
}

static bool is_hook(struct sv s)
{
    return s.n <= HOOK_NAME_MOST && is_made_of(s, "-");
}

static bool is_path(struct sv s)
{
    return s.n <= HOOK_PATH_MOST && s.n > 0 && s.p[0] == '/' && is_printable(s);
}

static bool is_id(struct sv s)
{
    return s.n <= HOOK_ID_MOST && is_made_of(s, "-ABCDEFGHIJKLMNOPQRSTUVWXYZ");
}

static bool is_actor(struct sv s)
{
    return s.n <= HOOK_ACTOR_MOST && is_printable(s);
}

static bool is_object(struct sv s)
{
    for (size_t i = 0; i < s.n; i++)
        if (!((s.p[i] >= '0' && s.p[i] <= '9') || (s.p[i] >= 'a' && s.p[i] <= 'f')))
            return false;
    return s.n == 40 || s.n == 64;
}

static bool is_ref(struct sv s)
{
    return s.n <= HOOK_REF_MOST && sv_starts(s, SV("refs/")) && is_printable(s);
}

static bool is_option(struct sv s)
{
    return s.n <= HOOK_OPTION_MOST && is_printable(s);
}

static bool is_end(struct sv s)
{
    return s.n == 0;
}

static const struct field {
    const char *name;
    bool (*is_right)(struct sv s);
} fields[TAG_N] = {
    [TAG_HOOK] = {"hook", is_hook},
    [TAG_REPOSITORY] = {"repository", is_path},
    [TAG_ID] = {"id", is_id},
    [TAG_ACTOR] = {"actor", is_actor},
    [TAG_BEFORE] = {"before", is_object},
    [TAG_AFTER] = {"after", is_object},
    [TAG_REF] = {"ref", is_ref},
    [TAG_OPTION] = {"option", is_option},
    [TAG_END] = {"end", is_end},
};

static int wrong(struct err *e, enum tag tag)
{
    return err_set(e, ERR_INVALID, "the field \"%s\" is not of its form", fields[tag].name);
}

/* ---- writing ---- */

static int put(struct buf *out, enum tag tag, struct sv value, struct err *e)
{
    if (!fields[tag].is_right(value))
        return wrong(e, tag);
    buf_chr(out, (char)tag);
    for (int shift = 24; shift >= 0; shift -= 8)
        buf_chr(out, (char)(value.n >> shift & 0xff));
    buf_sv(out, value);
    return 0;
}

static int put_update(struct buf *out, const struct hook_update *u, struct err *e)
{
    if (put(out, TAG_BEFORE, u->before, e) < 0 || put(out, TAG_AFTER, u->after, e) < 0)
        return -1;
    return u->before.n == u->after.n ? put(out, TAG_REF, u->ref, e) : wrong(e, TAG_AFTER);
}

static int put_all(struct buf *out, const struct hook_call *c, struct err *e)
{
    buf_add(out, magic, sizeof magic);
    if (put(out, TAG_HOOK, c->hook, e) < 0 || put(out, TAG_REPOSITORY, c->repository, e) < 0 ||
        put(out, TAG_ID, c->id, e) < 0 || put(out, TAG_ACTOR, c->actor, e) < 0)
        return -1;
    for (size_t i = 0; i < c->n_updates; i++)
        if (put_update(out, &c->updates[i], e) < 0)
            return -1;
    for (size_t i = 0; i < c->n_options; i++)
        if (put(out, TAG_OPTION, c->options[i], e) < 0)
            return -1;
    return put(out, TAG_END, SV(""), e);
}

static int counts_right(size_t updates, size_t options, size_t bytes, struct err *e)
{
    if (!updates || updates > HOOK_UPDATES_MOST)
        return err_set(e, ERR_INVALID, "a frame has 1 to %d updates", HOOK_UPDATES_MOST);
    if (options > HOOK_OPTIONS_MOST)
        return err_set(e, ERR_INVALID, "a frame has at most %d options", HOOK_OPTIONS_MOST);
    if (bytes > HOOK_FRAME_MOST)
        return err_set(e, ERR_INVALID, "a frame has at most %d bytes", HOOK_FRAME_MOST);
    return 0;
}

int hook_frame_write(const struct hook_call *c, struct buf *out, struct err *e)
{
    size_t before = out->n;
    if (counts_right(c->n_updates, c->n_options, 0, e) == 0 && put_all(out, c, e) == 0 &&
        counts_right(c->n_updates, c->n_options, out->n - before, e) == 0)
        return 0;
    out->n = before;
    return -1;
}

/* ---- reading ---- */

static unsigned char byte_at(struct sv s, size_t i)
{
    return (unsigned char)s.p[i];
}

/* Takes the next field off the front. */
static int take(struct sv *rest, enum tag *ret_tag, struct sv *ret, struct err *e)
{
    if (rest->n < HEAD)
        return err_set(e, ERR_INVALID, "the frame ends in the middle of a field");
    size_t tag = byte_at(*rest, 0), n = 0;
    for (size_t i = 1; i < HEAD; i++)
        n = n << 8 | byte_at(*rest, i);
    if (tag < TAG_HOOK || tag >= TAG_N)
        return err_set(e, ERR_INVALID, "there is no field %zu", tag);
    if (n > rest->n - HEAD)
        return err_set(e, ERR_INVALID, "the field \"%s\" is longer than the frame", fields[tag].name);
    *ret_tag = (enum tag)tag;
    *ret = sv_cut(sv_from(*rest, HEAD), n);
    *rest = sv_from(*rest, HEAD + n);
    return fields[tag].is_right(*ret) ? 0 : wrong(e, *ret_tag);
}

static int want(struct sv *rest, enum tag tag, struct sv *ret, struct err *e)
{
    enum tag got;
    if (take(rest, &got, ret, e) < 0)
        return -1;
    return got == tag ? 0
                      : err_set(e, ERR_INVALID, "the field \"%s\" stands where \"%s\" belongs", fields[got].name,
                                fields[tag].name);
}

/* Counted before anything is allocated, so that the arrays are as large as what came. */
static int count(struct sv rest, size_t *ret_updates, size_t *ret_options, struct err *e)
{
    enum tag tag;
    struct sv value;
    *ret_updates = *ret_options = 0;
    do {
        if (take(&rest, &tag, &value, e) < 0)
            return -1;
        *ret_updates += tag == TAG_REF;
        *ret_options += tag == TAG_OPTION;
    } while (tag != TAG_END);
    return counts_right(*ret_updates, *ret_options, 0, e);
}

static int take_update(struct sv *rest, struct hook_update *ret, struct err *e)
{
    if (want(rest, TAG_BEFORE, &ret->before, e) < 0 || want(rest, TAG_AFTER, &ret->after, e) < 0)
        return -1;
    return ret->before.n == ret->after.n ? want(rest, TAG_REF, &ret->ref, e) : wrong(e, TAG_AFTER);
}

int hook_frame_read(struct sv frame, struct arena *a, struct hook_call *ret, struct err *e)
{
    struct sv rest = frame, end;
    *ret = (struct hook_call){0};
    if (frame.n > HOOK_FRAME_MOST)
        return err_set(e, ERR_INVALID, "a frame has at most %d bytes", HOOK_FRAME_MOST);
    if (frame.n < MAGIC || memcmp(frame.p, magic, MAGIC) != 0)
        return err_set(e, ERR_INVALID, "this is no frame of version 1");
    rest = sv_from(rest, MAGIC);
    if (want(&rest, TAG_HOOK, &ret->hook, e) < 0 || want(&rest, TAG_REPOSITORY, &ret->repository, e) < 0 ||
        want(&rest, TAG_ID, &ret->id, e) < 0 || want(&rest, TAG_ACTOR, &ret->actor, e) < 0 ||
        count(rest, &ret->n_updates, &ret->n_options, e) < 0)
        return -1;
    struct hook_update *updates = arena_new(a, ret->n_updates * sizeof *updates);
    struct sv *options = arena_new(a, (ret->n_options + 1) * sizeof *options);
    ret->updates = updates;
    ret->options = options;
    for (size_t i = 0; i < ret->n_updates; i++)
        if (take_update(&rest, &updates[i], e) < 0)
            return -1;
    for (size_t i = 0; i < ret->n_options; i++)
        if (want(&rest, TAG_OPTION, &options[i], e) < 0)
            return -1;
    if (want(&rest, TAG_END, &end, e) < 0)
        return -1;
    return rest.n ? err_set(e, ERR_INVALID, "%zu bytes stand behind the frame", rest.n) : 0;
}
