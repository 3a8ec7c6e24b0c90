/* SPDX-License-Identifier: Apache-2.0 */
/* Typed vectors: VEC(struct job *) jobs = {0}; VEC_PUSH(&jobs, j); jobs.at[i]; jobs.n; VEC_FREE(&jobs). */
#pragma once
#include <string.h>
#include "base/mem.h"

#define VEC(type)                                                                                                      \
    struct {                                                                                                           \
        type *at;                                                                                                      \
        size_t n, cap;                                                                                                 \
    }
#define VEC_PUSH(v, item)                                                                                              \
    do {                                                                                                               \
        if ((v)->n == (v)->cap) {                                                                                      \
            (v)->cap = (v)->cap ? (v)->cap * 2 : 8;                                                                    \
            (v)->at = mem_resize((v)->at, (v)->cap, sizeof *(v)->at);                                                  \
        }                                                                                                              \
        (v)->at[(v)->n++] = (item);                                                                                    \
    } while (0)
/* Room for n in all, and no more than that. */
#define VEC_ROOM(v, room)                                                                                              \
    do {                                                                                                               \
        if ((v)->cap < (room)) {                                                                                       \
            (v)->cap = (room);                                                                                         \
            (v)->at = mem_resize((v)->at, (v)->cap, sizeof *(v)->at);                                                  \
        }                                                                                                              \
    } while (0)
/* Keeps the order. */
#define VEC_REMOVE(v, i)                                                                                               \
    do {                                                                                                               \
        memmove((v)->at + (i), (v)->at + (i) + 1, ((v)->n - (i) - 1) * sizeof *(v)->at);                               \
        (v)->n--;                                                                                                      \
    } while (0)
#define VEC_CLEAR(v) ((void)((v)->n = 0))
#define VEC_FREE(v)                                                                                                    \
    do {                                                                                                               \
        mem_free((v)->at);                                                                                             \
        (v)->at = NULL;                                                                                                \
        (v)->n = (v)->cap = 0;                                                                                         \
    } while (0)
