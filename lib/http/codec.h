/* SPDX-License-Identifier: Apache-2.0 */
/* HTTP/1.1 request codec: strict RFC 9112, a pure function of bytes. It never blocks, never allocates beyond its
 * limits, and gives the same results however the bytes are split. Anything malformed is refused once, with a status
 * and a reason code, and nothing behind it is read: the connection must be closed. */
#pragma once
#include "base/str.h"

struct http_limits { /* 0 = the default */
    size_t line;    /* request line with its line end, default 8 KiB; beyond it 414 */
    size_t head;    /* request line and all fields with their line ends, default 32 KiB; beyond it 431 */
    size_t fields;  /* default 100; beyond it 431 */
    int64_t body;   /* default: none set by the codec; the server asks at the head (http_body_limit) */
};

struct http_field {
    struct sv name, value; /* value trimmed of blanks around it */
};

struct http_head { /* valid until the next http_feed after the body's end */
    struct sv method, target;  /* target as sent, origin-form (or "*" for OPTIONS) */
    struct sv path, query;     /* of the target; query without '?'; absent if none. Not decoded */
    struct sv host;
    const struct http_field *fields;
    size_t n_fields;
    int minor;                 /* HTTP/1.0 or 1.1 */
    bool keep_alive;
    bool expect_continue;      /* HTTP/1.1 with Expect: 100-continue and a body to come */
    bool chunked;
    int64_t content_length;    /* -1 = no body framing; 0.. */
};

enum http_event {
    HTTP_MORE,    /* all bytes given were used; feed more. After any other event feed again, even with no bytes */
    HTTP_HEAD,    /* a head is complete: http_codec_head */
    HTTP_BODY,    /* a piece of the body: *ret_body borrows from the bytes fed */
    HTTP_END,     /* the request is complete; the next http_feed starts the next one */
    HTTP_REFUSED  /* http_codec_refusal; every later call returns it again */
};

struct http_refusal {
    int status;         /* 400, 413, 414, 417, 431, 501, 505 */
    const char *reason; /* a literal: "two-content-lengths", "bare-lf", … */
};

struct http_codec;
struct http_codec *http_codec_new(const struct http_limits *limits); /* NULL = defaults */
void http_codec_free(struct http_codec **c);
/* Uses a prefix of `in`; *ret_used says how much; at most one event a call. */
enum http_event http_feed(struct http_codec *c, struct sv in, size_t *ret_used, struct sv *ret_body);
const struct http_head *http_codec_head(const struct http_codec *c);
struct http_refusal http_codec_refusal(const struct http_codec *c);
/* After HTTP_HEAD, for this request: bodies longer than this are refused with 413 at the next feed, chunked ones with
 * the chunk that passes it, before its data. */
void http_body_limit(struct http_codec *c, int64_t bytes);
/* First field of that name (any case), trimmed; absent = SV_NONE. */
struct sv http_header(const struct http_head *h, const char *name);
/* true while between requests with nothing read of the next one (idle keep-alive). */
bool http_codec_idle(const struct http_codec *c);
