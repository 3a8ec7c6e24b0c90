/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the codec, shared by its files and by nobody else. Everything works line by line: a line is judged when its
 * LF is there, so a verdict never depends on how the bytes were split. */
#pragma once
#include "base/vec.h"
#include "http/codec.h"

enum { CHUNK_LINE = 256, CHUNK_EXCESS = 16 * 1024, METHOD_MAX = 32 };

enum codec_phase {
    PHASE_START,       /* nothing read of the next request */
    PHASE_LINE,        /* inside the request line */
    PHASE_FIELDS,
    PHASE_FRAMING,     /* the head was given out; body_limit may come */
    PHASE_BODY,        /* `left` bytes by Content-Length */
    PHASE_CHUNK_LINE,
    PHASE_CHUNK_DATA,  /* `left` bytes of this chunk */
    PHASE_CHUNK_CR,
    PHASE_CHUNK_LF,
    PHASE_LAST_CR,     /* behind the last chunk, where trailers would be */
    PHASE_LAST_LF,
    PHASE_DONE,
    PHASE_REFUSED
};

/* Offsets into the head buffer, which may move while it grows. */
struct span {
    uint32_t at, n;
};

struct field_span {
    struct span name, value;
};

/* What the fields said, as they came. */
struct head_facts {
    struct span method, target, host;
    size_t target_query; /* offset of the first '?' in the target; its length if there is none */
    int minor;
    int hosts, lengths, codings;
    int64_t length;
    bool close, keep_alive, expect;
};

struct http_codec {
    struct http_limits lim;
    enum codec_phase phase;
    struct buf head; /* request line and fields with their line ends, nothing else */
    size_t line_at;  /* where the incomplete line starts in it */
    bool blank_seen; /* the one empty line allowed before a request */
    VEC(struct field_span) spans;
    struct http_field *fields;
    size_t fields_cap;
    struct head_facts facts;
    struct http_head h;
    int64_t limit;   /* of the body, -1 = none */
    int64_t left;    /* of the body or chunk */
    int64_t total;   /* announced by chunks so far */
    int64_t excess;  /* bytes of chunk framing not paid for by data */
    size_t chunk_n;
    char chunk_line[CHUNK_LINE];
    struct http_refusal refusal;
};

enum {
    CH_TOKEN = 1,  /* RFC 9110 5.6.2 tchar */
    CH_VALUE = 2,  /* VCHAR, SP, HTAB: obs-text is refused */
    CH_TARGET = 4, /* RFC 3986 pchar, '/', '?' and '%' */
    CH_HOST = 8,   /* RFC 3986 unreserved */
    CH_HEX = 16,
    CH_QUOTED = 32 /* RFC 9110 5.6.4 qdtext without obs-text */
};
extern const uint8_t codec_class[256];

static inline bool codec_is(char c, uint8_t class)
{
    return (codec_class[(uint8_t)c] & class) != 0;
}
/* Index of the first byte outside the class, or n. */
size_t codec_span(struct sv s, uint8_t class);
/* -1 if it is not a hex digit. */
int codec_hex(char c);

/* All return false after refusing. `line` is without its CRLF and lies in c->head. */
bool codec_refuse(struct http_codec *c, int status, const char *reason);
bool codec_request_line(struct http_codec *c, struct sv line);
bool codec_field_line(struct http_codec *c, struct sv line);
bool codec_known_field(struct http_codec *c, struct sv name, struct sv value);
bool codec_host_ok(struct sv host);
/* Size line of a chunk with its extensions, without CRLF. */
bool codec_chunk_line(struct http_codec *c, struct sv line, int64_t *ret_size);
/* The empty line came: framing and c->h are settled. */
bool codec_head_done(struct http_codec *c);
/* Removes the line end; false (refused) unless it is CRLF with no other CR or NUL in the line. */
bool codec_strip_eol(struct http_codec *c, struct sv *line);
