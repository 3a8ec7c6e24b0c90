/* SPDX-License-Identifier: Apache-2.0 */
#include "base/log.h"
#include <pthread.h>
#include <unistd.h>
#include "base/clk.h"

enum { KEPT_BYTES = 64 << 10 };

static enum log_level max_level = LOG_INFO;
static enum log_format line_format = LOG_LOGFMT;
static const char *const level_names[] = {"error", "warn", "info", "debug"};

static pthread_mutex_t kept_lock = PTHREAD_MUTEX_INITIALIZER;
static char kept[KEPT_BYTES]; /* a ring */
static size_t kept_n;         /* bytes that ever went in */

static void keep(struct sv line)
{
    pthread_mutex_lock(&kept_lock);
    for (size_t i = 0; i < line.n; i++)
        kept[kept_n++ % KEPT_BYTES] = line.p[i];
    pthread_mutex_unlock(&kept_lock);
}

void log_last(struct buf *out)
{
    pthread_mutex_lock(&kept_lock);
    size_t from = kept_n > KEPT_BYTES ? kept_n - KEPT_BYTES : 0;
    if (from) /* the first may have lost its beginning */
        while (from < kept_n && kept[from++ % KEPT_BYTES] != '\n')
            continue;
    for (size_t i = from; i < kept_n; i++)
        buf_chr(out, kept[i % KEPT_BYTES]);
    pthread_mutex_unlock(&kept_lock);
}

void log_setup(enum log_level max, enum log_format format)
{
    __atomic_store_n(&max_level, max, __ATOMIC_RELAXED);
    __atomic_store_n(&line_format, format, __ATOMIC_RELAXED);
}

bool log_enabled(enum log_level level)
{
    return level <= __atomic_load_n(&max_level, __ATOMIC_RELAXED);
}

/* JSON string escapes serve both formats; bytes that are not UTF-8 and control characters become \u00xx. */
static void add_quoted(struct buf *b, struct sv s)
{
    s = sv_cut(s, 2000);
    buf_chr(b, '"');
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (c == '"' || c == '\\')
            buf_fmt(b, "\\%c", c);
        else if (c == '\n')
            buf_str(b, "\\n");
        else if (c < 0x20 || c >= 0x7f)
            buf_fmt(b, "\\u%04x", c);
        else
            buf_chr(b, (char)c);
    }
    buf_chr(b, '"');
}

static bool is_plain(struct sv s)
{
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] <= ' ' || (unsigned char)s.p[i] >= 0x7f || strchr("\"\\=", s.p[i]))
            return false;
    return s.n > 0 && s.n < 200;
}

static void add_field(struct buf *b, enum log_format format, const char *key, struct sv value, bool bare)
{
    if (format == LOG_JSON)
        buf_fmt(b, "%s\"%s\":", b->n > 1 ? "," : "", key);
    else
        buf_fmt(b, "%s%s=", b->n ? " " : "", key);
    if (bare || (format == LOG_LOGFMT && is_plain(value)))
        buf_sv(b, value);
    else
        add_quoted(b, value);
}

void log_line(enum log_level level, const char *msg, const struct log_field *fields)
{
    enum log_format format = __atomic_load_n(&line_format, __ATOMIC_RELAXED);
    AUTO(buf_free) struct buf b = {0};
    char at[25];
    if (format == LOG_JSON)
        buf_chr(&b, '{');
    add_field(&b, format, "time", sv_of(when_text(clk_wall_ms(), at)), false);
    add_field(&b, format, "level", sv_of(level_names[level]), false);
    add_field(&b, format, "msg", sv_of(msg), false);
    for (; fields->key; fields++) {
        AUTO(buf_free) struct buf num = {0};
        if (!fields->text.p)
            buf_int(&num, fields->num);
        add_field(&b, format, fields->key, fields->text.p ? fields->text : buf_view(&num), !fields->text.p);
    }
    buf_str(&b, format == LOG_JSON ? "}\n" : "\n");
    keep(buf_view(&b));
    /* One write a line: lines of several threads do not mix. A log that cannot be written stops nothing. */
    ssize_t ignored = write(STDERR_FILENO, b.p, b.n);
    (void)ignored;
}
