/* SPDX-License-Identifier: Apache-2.0 */
/* Log lines: a constant message and facts as key=value, logfmt or JSON, one line each, to stderr. Values are escaped,
 * so outside text cannot forge a line. Library code does not log above debug. Any thread.
 *     log_info("attempt finished", LS("job", key), LI("dur_ms", ms));
 */
#pragma once
#include "base/str.h"

enum log_level { LOG_ERROR, LOG_WARN, LOG_INFO, LOG_DEBUG };
enum log_format { LOG_LOGFMT, LOG_JSON };

struct log_field {
    const char *key; /* NULL ends the list */
    struct sv text;  /* used when p is not NULL */
    int64_t num;
};

static inline struct sv log_text(const char *z)
{
    return sv_of(z ? z : "");
}
#define LS(k, z) ((struct log_field){(k), log_text(z), 0})
#define LV(k, s) ((struct log_field){(k), {(s).p ? (s).p : "", (s).n}, 0})
#define LI(k, v) ((struct log_field){(k), {NULL, 0}, (int64_t)(v)})
#define LID(k, id) ((struct log_field){(k), sv_of(id_text((id), (char[ID_TEXT]){0})), 0}) /* needs base/id.h */

void log_setup(enum log_level max, enum log_format format);
bool log_enabled(enum log_level level);
/* The last lines that were written, whole ones, about 64 KiB; appended. */
void log_last(struct buf *out);
void log_line(enum log_level level, const char *msg, const struct log_field *fields);

#define LOG_AT(level, msg, ...)                                                                                        \
    do {                                                                                                               \
        if (log_enabled(level))                                                                                        \
            log_line((level), "" msg, (struct log_field[]){__VA_ARGS__ __VA_OPT__(, ){NULL, {NULL, 0}, 0}});           \
    } while (0)
#define log_error(msg, ...) LOG_AT(LOG_ERROR, msg, __VA_ARGS__) /* an operator must act */
#define log_warn(msg, ...) LOG_AT(LOG_WARN, msg, __VA_ARGS__)   /* we went on */
#define log_info(msg, ...) LOG_AT(LOG_INFO, msg, __VA_ARGS__)   /* one line a state change */
#define log_debug(msg, ...) LOG_AT(LOG_DEBUG, msg, __VA_ARGS__)
