/* SPDX-License-Identifier: Apache-2.0 */
#include "port/forge.h"

void api_request_done(struct api_request *r)
{
    buf_free(&r->path);
    buf_free(&r->body);
    buf_free(&r->repo);
    *r = (struct api_request){0};
}

void effect_talk_done(struct effect_talk *t)
{
    arena_free(&t->arena);
    *t = (struct effect_talk){0};
}
