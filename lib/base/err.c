/* SPDX-License-Identifier: Apache-2.0 */
#include "base/err.h"
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int err_set(struct err *e, enum err_class cls, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(e->msg, sizeof e->msg, fmt, ap);
    va_end(ap);
    e->cls = cls;
    e->code = 0;
    e->retry_after_ms = 0;
    return -1;
}

static enum err_class class_of_errno(int no)
{
    switch (no) {
    case ENOENT:
        return ERR_MISSING;
    case EACCES:
    case EPERM:
        return ERR_DENIED;
    case EEXIST:
        return ERR_CONFLICT;
    case EINVAL:
    case ENOTDIR:
    case EISDIR:
    case ENAMETOOLONG:
    case ELOOP:
        return ERR_INVALID;
    default:
        return ERR_TRANSIENT;
    }
}

int err_errno(struct err *e, const char *fmt, ...)
{
    int no = errno;
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(e->msg, sizeof e->msg, fmt, ap);
    va_end(ap);
    if (n >= 0 && (size_t)n < sizeof e->msg)
        snprintf(e->msg + n, sizeof e->msg - (size_t)n, ": %s", strerror(no));
    e->cls = class_of_errno(no);
    e->code = no;
    e->retry_after_ms = 0;
    return -1;
}

int err_add(struct err *e, const char *fmt, ...)
{
    char old[sizeof e->msg];
    memcpy(old, e->msg, sizeof old);
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(e->msg, sizeof e->msg, fmt, ap);
    va_end(ap);
    if (n >= 0 && (size_t)n < sizeof e->msg)
        snprintf(e->msg + n, sizeof e->msg - (size_t)n, ": %s", old);
    return -1;
}

const char *err_class_name(enum err_class cls)
{
    static const char *const names[] = {"ok",      "transient", "limited",   "conflict",  "denied",
                                        "invalid", "missing",   "uncertain", "cancelled", "bug"};
    return (unsigned)cls < ARRAY_LEN(names) ? names[cls] : "bug";
}
