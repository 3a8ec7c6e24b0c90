/* SPDX-License-Identifier: Apache-2.0 */
/* Inside the rooms of live events; see events.h. Thread of the intake. */
#pragma once
#include "http/stream.h"
#include "server/events.h"

enum {
    TURN_MS = 250,   /* between two looks at what is new */
    BEAT_MS = 7500,  /* a comment to who heard nothing since the last: 15 s at most, proxies cut off after 30 or 60 */
    PAGE_ROWS = 500, /* most that is read at once: about 100 KB, which a client that is well takes at once */
    PAGE_MS = 5,     /* between two pages for those who are behind: deliveries come between */
    FAR_ROWS = 10 * 1000,     /* who is more behind than that is faster by loading anew */
    LIFE_MS = 60 * 60 * 1000, /* then it begins again: nothing that was opened stays for ever */
    LIFE_SPREAD_MS = 10 * 60 * 1000,
    RETRY_MS = 500, /* until a browser comes back, and as much again spread, or all would come at once */
    RETRY_SPREAD_MS = 1500,
    /* Viewers times rows are no work that deliveries wait for: more than this is told later, and when that gets too far
     * behind, not at all but by a reset once in a while. */
    LOOK_BYTES = 2 << 20,
    BYTES_A_MS = 16 << 10,
    ROW_BYTES = 200, /* as a rule */
    BUSY_MS = 20,    /* to the next look, at least, when there is more */
    FLOOD_MS = 3000
};

struct place { /* a row in the text */
    int64_t seq, run;
    size_t end;
};
struct sheet { /* rows as events */
    struct buf text;
    VEC(struct place) rows;
};

struct events {
    struct intake *intake;
    struct list live, behind, held; /* told of what is new; to be caught up; the same, when there is room */
    struct list *all[3];            /* these */
    _Atomic int n;                  /* viewers */
    _Atomic bool nudged;            /* and has not looked since */
    int64_t seq;                    /* of the newest row that those who are live were told of */
    msec_t next;                    /* look not before that */
    struct timer *turn, *page, *beat;
    struct sheet sheet;
    struct buf cut; /* of it, what one of them wants */
    uint64_t random;
};

struct viewer {
    struct list node;
    struct events *home;
    struct http_stream *stream;
    int64_t run;
    int64_t at; /* no row up to this one is to be told */
    msec_t until;
    struct api_caller who; /* asked at each beat whether he still may */
    bool (*holds)(struct intake *i, const struct api_caller *who);
    bool told; /* something since the last beat */
};

/* False: it did not take it, and is no more. */
bool viewer_tell(struct viewer *v, struct sv text);
void viewer_drop(struct viewer *v, const char *reason); /* a literal */
/* It goes on from e->seq, and has to load anew what it shows. May drop it. */
void viewer_reset(struct viewer *v);
void viewer_move(struct viewer *v, struct list *to);

/* events_read.c */
void events_look(struct events *e);     /* what is new, to all who are live */
void events_catch_up(struct events *e); /* a page for one that is behind */
