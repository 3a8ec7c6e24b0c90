/* SPDX-License-Identifier: Apache-2.0 */
/* The token of an App for one repository and one use: when it is there, when a new one is made, and with which
 * requests. A pure state machine: it has no clock, sends nothing and knows no key; whoever carries it signs each
 * request with the App's own token (fmt/jwt.h) of clk_wall_ms() and the clock's offset. One caller at a time makes
 * requests, all others wait for what comes of it. Rules: GitHub docs, "Authenticating as a GitHub App". */
#pragma once
#include "port/forge_app.h"

enum app_next {
    APP_HAVE,  /* t->token is good */
    APP_CALL,  /* send *ret_request and come back with the answer: app_token_answered */
    APP_WAIT,  /* somebody else has sent one */
    APP_FAILED /* *e says why; whoever waits hears the same */
};

struct app_clock { /* of the forge, as it was last found to differ from ours; shared by all tokens of an App */
    msec_t offset; /* it shows our time and so much more */
};

struct app_token {
    const struct forge_app_ops *ops;
    const char *repo; /* borrowed */
    enum credential_use use;
    int64_t known;           /* installation of the configuration; 0 = to be asked for */
    struct app_clock *clock; /* borrowed */
    /* its own */
    enum { APP_IDLE, APP_AT_INSTALLATION, APP_AT_TOKEN } stage;
    struct forge_installation installation; /* id 0: not known (any more) */
    struct buf token;
    msec_t expires; /* by the forge's clock */
    msec_t minted;
    int64_t generation;          /* of the token: rises with each */
    bool repaired, looked_again; /* since the last app_token_want */
};
void app_token_done(struct app_token *t);

enum { APP_EARLY_MS = 5 * 60 * 1000, APP_FRESH_MS = 10 * 1000 };

/* A token is wanted. It is made anew APP_EARLY_MS before it ends. */
enum app_next app_token_want(struct app_token *t, msec_t now, struct api_request *ret_request, struct err *e);
/* The answer to an APP_CALL; never APP_WAIT. What is wrong with the times of the App's token is mended once by the
 * Date of the refusal; an installation that is gone is looked for once more. */
enum app_next app_token_answered(struct app_token *t, const struct api_reply *r, msec_t now,
                                 struct api_request *ret_request, struct err *e);
/* The forge refused that token with 401. True: it is thrown away, and another one can be had at once. False: it was
 * made less than APP_FRESH_MS ago, when not all of the forge knows it yet: the same one a little later. */
bool app_token_refused(struct app_token *t, int64_t generation, msec_t now);
