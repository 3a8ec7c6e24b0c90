/* SPDX-License-Identifier: Apache-2.0 */
/* Errors are values: a class for code, a text for people. No allocation. A function that can fail takes
 * `struct err *e` last (never NULL) and returns -1 after filling it. Library code does not log what it returns. */
#pragma once
#include <stdint.h>
#include "base/mem.h"

enum err_class {
    ERR_OK,
    ERR_TRANSIENT, /* the same call may succeed later: network, busy, no space */
    ERR_LIMITED,   /* we must wait `retry_after_ms` first */
    ERR_CONFLICT,  /* somebody else changed it; read again */
    ERR_DENIED,    /* credentials or permission */
    ERR_INVALID,   /* the input is wrong and stays wrong */
    ERR_MISSING,   /* the thing does not exist */
    ERR_UNCERTAIN, /* it may or may not have happened */
    ERR_CANCELLED, /* we stopped it */
    ERR_BUG        /* our mistake */
};

struct err {
    enum err_class cls;
    int code; /* errno, HTTP status or line: what the header of the function says */
    int64_t retry_after_ms;
    char msg[240];
};

/* Both return -1 so that `return err_set(...)` reads well. */
int err_set(struct err *e, enum err_class cls, const char *fmt, ...) PRINTF_LIKE(3, 4);
/* Class from errno (ENOSPC, EAGAIN, ... are transient), the text is "<fmt>: <strerror>", code = errno. */
int err_errno(struct err *e, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* Puts "fmt: " in front of the text. */
int err_add(struct err *e, const char *fmt, ...) PRINTF_LIKE(2, 3);
const char *err_class_name(enum err_class cls); /* "transient", "limited", ... */
