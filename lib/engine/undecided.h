/* SPDX-License-Identifier: Apache-2.0 */
/* A delivery on its way to a decision, and what has to be asked first. Private to lib/engine; comes with state.h. */
#pragma once
#include "engine/lane.h"

struct asked_team {
    const char *name;   /* organisation/team */
    bool known, member; /* the forge has said whether the sender is in it */
};

struct asked_change { /* of another repository, with a branch of the same name */
    const char *repo_id;
    bool known;
    int64_t number;
    char sha[65]; /* "" = there is none */
};
enum ask_about { ABOUT_SENDER, ABOUT_TEAM, ABOUT_CHANGE }; /* ABOUT_SENDER: or nothing */

struct undecided { /* a delivery on its way to a decision */
    struct arena arena;
    int64_t id;
    struct hook_event *event; /* once decoded; owned by event_arena */
    struct arena event_arena;
    struct sv payload; /* as it came; in event_arena */
    const char *trace; /* in event_arena; NULL = not known (yet) */
    int tries;
    msec_t happened_at;
    bool came;               /* by a webhook of the forge, just now */
    const char *place;       /* the webhook's path, in event_arena; NULL = it did not come so, or names its hook */
    bool timeless;           /* found at a forge that does not say when it was sent */
    bool replayed;           /* a person wants it decided once more, whatever was taken before */
    const char *own;         /* we caused it, and how we know; NULL = we did not */
    const char *superseded;  /* why it is to be ignored although it was new; NULL = it goes on */
    bool asked, level_known; /* the sender's permission: nothing more to ask; there was an answer */
    enum member_level level;
    struct asked_team *teams; /* that an answer may have to come from; NULL = not looked for */
    size_t n_teams;
    struct asked_change *involved; /* see involved.h; NULL = not looked for */
    size_t n_involved;
    enum ask_about asking;
    struct lane_call call; /* the question */
    struct wake wake;
    bool waits; /* wake is in the heap */
};
