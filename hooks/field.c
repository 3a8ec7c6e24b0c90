/* SPDX-License-Identifier: Apache-2.0 */
#include "hooks/field.h"
#include "hooks/talk.h"
#include "hooks/text.h"
#include "hooks/wire.h"

const char hook_magic[HOOK_MAGIC] = {'F', 'H', 'K', '1'};

/* ---- forms of values ---- */

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
    return is_made_of(s, "-");
}

static bool is_path(struct sv s)
{
    return s.n > 0 && s.p[0] == '/' && is_printable(s);
}

static bool is_id(struct sv s)
{
    return is_made_of(s, "-ABCDEFGHIJKLMNOPQRSTUVWXYZ");
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
    return sv_starts(s, SV("refs/")) && is_printable(s);
}

static bool is_remote(struct sv s)
{
    return s.n > 0 && is_printable(s);
}

static bool is_wait(struct sv s)
{
    int64_t ms;
    return sv_int(s, &ms) && s.p[0] != '-' && (s.p[0] != '0' || s.n == 1) && ms <= HOOK_WAIT_MOST;
}

static bool is_chunk(struct sv s)
{
    return s.n > 0;
}

static bool is_empty(struct sv s)
{
    return s.n == 0;
}

bool hook_is_reason(struct sv s)
{
    for (size_t i = 0; i < s.n; i++)
        if (!(s.p[i] >= 'a' && s.p[i] <= 'z') && s.p[i] != '-')
            return false;
    return s.n > 0 && s.n <= HOOK_NAME_MOST;
}

static bool is_verdict(struct sv s)
{
    struct sv word;
    return sv_chr(s, ' ') > 0 && sv_next(&s, ' ', &word) && (sv_is(word, "allow") || sv_is(word, "deny")) &&
           hook_is_reason(s);
}

/* ---- the table ---- */

#define BIT(tag)    ((uint64_t)1 << (tag))
#define TAIL        (BIT(TAG_OFFER) | BIT(TAG_WAIT))
#define BODY        (BIT(TAG_BEFORE) | BIT(TAG_OPTION) | BIT(TAG_REMOTE) | TAIL)
#define REPLY       (BIT(TAG_TEXT) | BIT(TAG_PING) | BIT(TAG_VERDICT))
#define REPLY_FIRST (REPLY | BIT(TAG_HAVE) | BIT(TAG_SEND))
#define ALL         (~(uint64_t)0)

/* Behind this field may come what came before it and is in `keep`, and what is in `then`. */
static const struct form {
    const char *name;
    bool (*is_right)(struct sv s);
    size_t most; /* bytes of the value */
    uint64_t keep, then;
} forms[TAG_N] = {
    [TAG_HOOK] = {"hook", is_hook, HOOK_NAME_MOST, 0, BIT(TAG_REPOSITORY)},
    [TAG_REPOSITORY] = {"repository", is_path, HOOK_PATH_MOST, 0, BIT(TAG_ID)},
    [TAG_ID] = {"id", is_id, HOOK_ID_MOST, 0, BIT(TAG_ACTOR)},
    [TAG_ACTOR] = {"actor", is_printable, HOOK_ACTOR_MOST, 0, BODY},
    [TAG_BEFORE] = {"before", is_object, 64, 0, BIT(TAG_AFTER)},
    [TAG_AFTER] = {"after", is_object, 64, 0, BIT(TAG_REF)},
    [TAG_REF] = {"ref", is_ref, HOOK_REF_MOST, 0, BODY},
    [TAG_OPTION] = {"option", is_printable, HOOK_OPTION_MOST, 0, BODY & ~BIT(TAG_BEFORE)},
    [TAG_END] = {"end", is_empty, 0, 0, 0},
    [TAG_REMOTE] = {"remote", is_remote, HOOK_REMOTE_MOST, 0, TAIL},
    [TAG_OFFER] = {"offer", is_object, 64, 0, TAIL},
    [TAG_WAIT] = {"wait", is_wait, 7, 0, BIT(TAG_END)},
    [TAG_PACK] = {"pack", is_chunk, HOOK_PACK_MOST, ALL, BIT(TAG_PACK_END)},
    [TAG_PACK_END] = {"pack end", is_empty, 0, 0, 0},
    [TAG_NO_PACK] = {"no pack", hook_text_is_clean, HOOK_TEXT_MOST, 0, 0},
    [TAG_TEXT] = {"text", hook_text_is_clean, HOOK_TEXT_MOST, ALL, 0},
    [TAG_HAVE] = {"have", is_object, 64, ALL, 0},
    [TAG_SEND] = {"send", is_empty, 0, REPLY, 0},
    [TAG_VERDICT] = {"verdict", is_verdict, 6 + HOOK_NAME_MOST, 0, 0},
    [TAG_PING] = {"ping", is_empty, 0, ALL, 0},
};

const struct hook_order hook_order_call = {.may = BIT(TAG_HOOK)};
const struct hook_order hook_order_pack = {.may = BIT(TAG_PACK) | BIT(TAG_NO_PACK)};
const struct hook_order hook_order_reply = {.may = REPLY_FIRST};

static int wrong(struct err *e, enum hook_tag tag)
{
    return err_set(e, ERR_INVALID, "the field \"%s\" is not of its form", forms[tag].name);
}

static int may_stand_here(const struct hook_order *o, size_t tag, struct err *e)
{
    if (tag >= TAG_N || !forms[tag].name)
        return err_set(e, ERR_INVALID, "there is no field %zu", tag);
    return o->may & BIT(tag) ? 0 : err_set(e, ERR_INVALID, "the field \"%s\" may not stand here", forms[tag].name);
}

static int too_many(struct err *e, int most, const char *what)
{
    return err_set(e, ERR_INVALID, "a frame has at most %d %s", most, what);
}

/* The field is part of the frame from now on. */
static int accept(struct hook_order *o, struct hook_field f, struct err *e)
{
    if (f.tag == TAG_BEFORE)
        o->object = f.value.n;
    if (!forms[f.tag].is_right(f.value) || (f.tag == TAG_AFTER && f.value.n != o->object))
        return wrong(e, f.tag);
    if ((o->updates += f.tag == TAG_BEFORE) > HOOK_UPDATES_MOST)
        return too_many(e, HOOK_UPDATES_MOST, "updates");
    if ((o->options += f.tag == TAG_OPTION) > HOOK_OPTIONS_MOST)
        return too_many(e, HOOK_OPTIONS_MOST, "options");
    if ((o->offers += f.tag == TAG_OFFER) > HOOK_OFFERS_MOST)
        return too_many(e, HOOK_OFFERS_MOST, "offers");
    if ((o->haves += f.tag == TAG_HAVE) > HOOK_OFFERS_MOST)
        return too_many(e, HOOK_OFFERS_MOST, "haves");
    o->may = (o->may & forms[f.tag].keep) | forms[f.tag].then;
    return 0;
}

int hook_field_put(struct hook_order *o, struct hook_field f, struct buf *out, struct err *e)
{
    if (may_stand_here(o, f.tag, e) < 0)
        return -1;
    if (f.value.n > forms[f.tag].most)
        return wrong(e, f.tag);
    if (accept(o, f, e) < 0)
        return -1;
    buf_chr(out, (char)f.tag);
    for (int shift = 24; shift >= 0; shift -= 8)
        buf_chr(out, (char)(f.value.n >> shift & 0xff));
    buf_sv(out, f.value);
    return 0;
}

int hook_field_take(struct hook_order *o, struct sv *rest, struct hook_field *ret, struct err *e)
{
    const unsigned char *p = (const unsigned char *)rest->p;
    size_t n = 0;
    if (rest->n == 0)
        return 0;
    if (may_stand_here(o, p[0], e) < 0)
        return -1;
    if (rest->n < HOOK_HEAD)
        return 0;
    for (size_t i = 1; i < HOOK_HEAD; i++)
        n = n << 8 | p[i];
    ret->tag = (enum hook_tag)p[0];
    if (n > forms[ret->tag].most)
        return wrong(e, ret->tag);
    if (n > rest->n - HOOK_HEAD)
        return 0;
    ret->value = sv_cut(sv_from(*rest, HOOK_HEAD), n);
    if (accept(o, *ret, e) < 0)
        return -1;
    *rest = sv_from(*rest, HOOK_HEAD + n);
    return 1;
}

int hook_magic_check(struct sv bytes, struct err *e)
{
    size_t n = bytes.n < HOOK_MAGIC ? bytes.n : HOOK_MAGIC;
    if (n && memcmp(bytes.p, hook_magic, n) != 0)
        return err_set(e, ERR_INVALID, "this is no frame of version 1");
    return bytes.n >= HOOK_MAGIC;
}
