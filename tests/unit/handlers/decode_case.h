/* SPDX-License-Identifier: Apache-2.0 */
/* Tables of payloads and what a forge makes of them. What is expected is one line, made of the parts that are there:
 * name/action repository ref before..after flags | change | issue | comment | own parts | sender | trusted. */
#pragma once
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include <stdio.h>
#include "base/file.h"
#include "fmt/json.h"
#include "port/forge.h"

typedef int decode_fn(const struct delivery *d, struct sv payload, struct arena *arena, struct hook_event *ret,
                      struct err *e);

struct decode_case {
    const char *file;  /* below tests/fixtures/<forge>/, without .json */
    const char *event; /* header */
    const char *want;  /* the line; after "1 " or "-1 " a part of the reason */
};

static inline void case_oid(struct buf *b, const char *oid)
{
    if (!oid)
        buf_str(b, "-");
    else
        buf_fmt(b, "%.4s%s", oid, strlen(oid) == 64 ? "/64" : "");
}

static inline const char *case_tri(enum tristate t)
{
    return t == YES ? "yes" : t == NO ? "no" : "?";
}

static inline void case_labels(struct buf *b, const char **labels, size_t n)
{
    buf_str(b, " [");
    for (size_t i = 0; i < n; i++)
        buf_fmt(b, "%s%s", i ? "," : "", labels[i]);
    buf_str(b, "]");
}

static inline void case_change(struct buf *b, const struct hook_event *ev)
{
    const struct event_change *c = &ev->change;
    if (c->present) {
        buf_fmt(b, " | #%lld %s %s@%s ", (long long)c->number, c->title, c->head_ref ? c->head_ref : "-",
                c->head_repo ? c->head_repo : "-");
        case_oid(b, c->head_sha);
        buf_fmt(b, " -> %s ", c->base_ref ? c->base_ref : "-");
        case_oid(b, c->base_sha);
        buf_fmt(b, " draft=%s merged=%s", case_tri(c->draft), case_tri(c->merged));
        case_labels(b, c->labels, c->n_labels);
    }
    if (ev->issue.present) {
        buf_fmt(b, " | issue %lld %s", (long long)ev->issue.number, ev->issue.title);
        case_labels(b, ev->issue.labels, ev->issue.n_labels);
    }
    if (ev->comment.present)
        buf_fmt(b, " | comment %lld %.*s", (long long)ev->comment.id, (int)strcspn(ev->comment.body, "\n"),
                ev->comment.body);
}

static inline void case_word(struct buf *b, const char *before, const char *word)
{
    if (word)
        buf_fmt(b, "%s%s", before, word);
}

static inline void case_own(struct buf *b, const struct hook_event *ev)
{
    if (ev->review.present)
        buf_fmt(b, " | review %lld %s", (long long)ev->review.id, ev->review.state ? ev->review.state : "-");
    if (ev->release.present) {
        buf_fmt(b, " | release %s draft=%s", ev->release.tag, case_tri(ev->release.draft));
        case_word(b, " ", ev->release.name);
    }
    if (ev->check.present) {
        buf_fmt(b, " | check %lld", (long long)ev->check.id);
        case_word(b, " ", ev->check.name);
        case_word(b, " ", ev->check.status);
        case_word(b, "=", ev->check.conclusion);
    }
    if (ev->status.present) {
        buf_fmt(b, " | status %s", ev->status.state);
        case_word(b, " ", ev->status.context);
        case_word(b, ": ", ev->status.description);
    }
    if (ev->workflow_run.present) {
        buf_fmt(b, " | run %lld", (long long)ev->workflow_run.id);
        case_word(b, " ", ev->workflow_run.run);
        case_word(b, " ", ev->workflow_run.name);
        case_word(b, " by ", ev->workflow_run.event);
        case_word(b, " ", ev->workflow_run.status);
        case_word(b, "=", ev->workflow_run.conclusion);
        case_word(b, " on ", ev->workflow_run.head_branch);
    }
    case_word(b, " | into ", ev->merge_base);
    case_word(b, " | for ", ev->workflow);
    case_word(b, " | at ", ev->schedule);
    case_word(b, " | inputs ", ev->inputs);
    case_word(b, " | payload ", ev->client_payload);
}

static inline void case_line(const struct hook_event *ev, struct buf *b)
{
    buf_fmt(b, "%s/%s %s", ev->name, ev->action ? ev->action : "-", ev->repo.id ? ev->repo.id : "-");
    if (ev->ref)
        buf_fmt(b, " %s", ev->ref);
    if (ev->before || ev->after) {
        buf_str(b, " ");
        case_oid(b, ev->before);
        buf_str(b, "..");
        case_oid(b, ev->after);
    }
    buf_str(b, ev->created == YES ? " created" : "");
    buf_str(b, ev->deleted == YES ? " deleted" : "");
    buf_str(b, ev->forced == YES ? " forced" : ev->forced == UNKNOWN ? " forced?" : "");
    if (ev->tag)
        buf_fmt(b, " tag=%s", ev->tag);
    buf_str(b, ev->commits_truncated ? " truncated" : "");
    case_change(b, ev);
    case_own(b, ev);
    if (ev->sender.present)
        buf_fmt(b, " | %s(%lld) bot=%s", ev->sender.login ? ev->sender.login : "-", (long long)ev->sender.id,
                case_tri(ev->sender.bot));
    buf_fmt(b, " | trusted=%s", case_tri(ev->trusted));
}

/* The line for a payload; written events must be JSON. */
static inline void case_decode(decode_fn *decode, const char *kind, const char *event, struct sv payload,
                               struct buf *line)
{
    AUTO(arena_free) struct arena arena = {0};
    AUTO(buf_free) struct buf json = {0};
    struct err e = {0}, why = {0};
    struct delivery d = {.forge = kind, .kind = kind, .event = event, .system = strcmp(event, "System Hook") == 0};
    struct hook_event ev = {.forge = kind, .delivery = "guid"};
    int rc = decode(&d, payload, &arena, &ev, &e);
    buf_clear(line);
    if (rc != 0) {
        assert_int_equal(e.cls, ERR_INVALID);
        assert_true(strlen(e.msg) > 0);
        buf_fmt(line, "%d %s", rc, e.msg);
        return;
    }
    hook_event_write(&ev, &json);
    if (json_validate(buf_view(&json), NULL, &why) != 0)
        fail_msg("%s: not JSON: %s: %s", event, why.msg, json.p);
    case_line(&ev, line);
}

static inline void case_load(const char *kind, const char *file, struct buf *ret)
{
    char path[256];
    struct err e = {0};
    snprintf(path, sizeof path, "tests/fixtures/%s/%s.json", kind, file);
    buf_clear(ret);
    if (file_read(path, 1 << 20, ret, &e) != 0)
        fail_msg("%s", e.msg);
}

static inline void case_check(const char *what, const char *want, const struct buf *line)
{
    if (strcmp(want, line->p) != 0)
        fail_msg("%s:\n  want %s\n  got  %s", what, want, line->p);
}

static inline void case_run(decode_fn *decode, const char *kind, const struct decode_case *cases, size_t n)
{
    AUTO(buf_free) struct buf text = {0}, line = {0};
    for (size_t i = 0; i < n; i++) {
        case_load(kind, cases[i].file, &text);
        case_decode(decode, kind, cases[i].event, buf_view(&text), &line);
        case_check(cases[i].file, cases[i].want, &line);
    }
}

struct bad_case { /* a good payload in which one text is changed for another */
    const char *file, *event, *from, *to;
    const char *want;
};

static inline void case_change_text(struct sv text, const char *from, const char *to, struct buf *ret)
{
    ptrdiff_t at = sv_find(text, sv_of(from));
    if (at < 0)
        fail_msg("no %s in the fixture", from);
    buf_clear(ret);
    buf_sv(ret, sv_cut(text, (size_t)at));
    buf_str(ret, to);
    buf_sv(ret, sv_from(text, (size_t)at + strlen(from)));
}

static inline void case_run_bad(decode_fn *decode, const char *kind, const struct bad_case *cases, size_t n)
{
    AUTO(buf_free) struct buf text = {0}, changed = {0}, line = {0};
    for (size_t i = 0; i < n; i++) {
        case_load(kind, cases[i].file, &text);
        case_change_text(buf_view(&text), cases[i].from, cases[i].to, &changed);
        case_decode(decode, kind, cases[i].event, buf_view(&changed), &line);
        case_check(cases[i].file, cases[i].want, &line);
    }
}
