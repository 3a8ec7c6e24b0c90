/* SPDX-License-Identifier: Apache-2.0 */
#include "server/app_token.h"
#include "port/talk.h"

void app_token_done(struct app_token *t)
{
    buf_free(&t->installation.permissions);
    buf_free(&t->token);
}

static void request_clear(struct api_request *q)
{
    buf_clear(&q->path);
    buf_clear(&q->body);
}

static enum app_next failed(struct app_token *t)
{
    t->stage = APP_IDLE;
    return APP_FAILED;
}

/* The request of the stage. */
static enum app_next ask(struct app_token *t, struct api_request *ret, struct err *e)
{
    request_clear(ret);
    if (t->stage == APP_AT_INSTALLATION) {
        t->ops->ask_installation(t->repo, t->known, ret);
        return APP_CALL;
    }
    if (t->ops->ask_token(&t->installation, t->repo, t->use, ret, e) == 0)
        return APP_CALL;
    t->installation.id = 0; /* more may have been granted when it is wanted next */
    return failed(t);
}

enum app_next app_token_want(struct app_token *t, msec_t now, struct api_request *ret_request, struct err *e)
{
    if (t->stage != APP_IDLE)
        return APP_WAIT;
    if (t->token.n && now + t->clock->offset + APP_EARLY_MS < t->expires)
        return APP_HAVE;
    t->repaired = t->looked_again = false;
    t->stage = t->installation.id ? APP_AT_TOKEN : APP_AT_INSTALLATION;
    return ask(t, ret_request, e);
}

static enum app_next have_token(struct app_token *t, const struct api_reply *r, msec_t now, struct err *e)
{
    t->stage = APP_IDLE;
    if (t->ops->read_token(r, &t->token, &t->expires, e) < 0)
        return APP_FAILED;
    t->minted = now;
    t->generation++;
    return APP_HAVE;
}

enum app_next app_token_answered(struct app_token *t, const struct api_reply *r, msec_t now,
                                 struct api_request *ret_request, struct err *e)
{
    msec_t date;
    if (!t->repaired && t->ops->clock_is_off(r) && talk_date(r->date, &date)) {
        t->repaired = true;
        t->clock->offset = date - now;
        return ask(t, ret_request, e);
    }
    if (t->stage == APP_AT_INSTALLATION) {
        if (t->ops->read_installation(r, &t->installation, e) < 0) {
            t->installation.id = 0;
            return failed(t);
        }
        t->stage = APP_AT_TOKEN;
        return ask(t, ret_request, e);
    }
    if (r->status == 404 && !t->looked_again) { /* removed and installed again, it has another number */
        t->looked_again = true;
        t->stage = APP_AT_INSTALLATION;
        return ask(t, ret_request, e);
    }
    /* 422: its permissions or its repositories are no longer what they were. */
    if (r->status == 404 || r->status == 422)
        t->installation.id = 0;
    return have_token(t, r, now, e);
}

bool app_token_refused(struct app_token *t, int64_t generation, msec_t now)
{
    if (generation != t->generation)
        return true;
    if (now - t->minted < APP_FRESH_MS && now >= t->minted)
        return false;
    buf_clear(&t->token);
    return true;
}
