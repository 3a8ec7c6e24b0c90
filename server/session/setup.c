/* SPDX-License-Identifier: Apache-2.0 */
/* The first sign-in of all: whoever reads the server's state may do it. There is no password that everybody knows, and
 * no token in a log. */
#include <errno.h>
#include <unistd.h>
#include "base/file.h"
#include "server/host.h"
#include "server/session/desk_inside.h"

static void file_of(const struct session_desk *d, struct buf *ret)
{
    buf_fmt(ret, "%s/" SETUP_FILE, d->born->state_dir);
}

void session_setup_over(void *desk)
{
    struct session_desk *d = desk;
    AUTO(buf_free) struct buf path = {0};
    once_drop(&d->onces, ONCE_SETUP);
    timer_stop(d->setup_end);
    file_of(d, &path);
    if (unlink(path.p) < 0 && errno != ENOENT)
        log_warn("the file of the setup token was not removed", LS("file", path.p), LS("cause", strerror(errno)));
}

static void write_token(struct session_desk *d)
{
    AUTO(buf_free) struct buf path = {0}, token = {0};
    struct err e = {0};
    unsigned all = API_READ | API_RUN | API_APPROVE | API_ADMIN;
    file_of(d, &path);
    once_new(&d->onces, ONCE_SETUP, "setup", all, clk_mono_ms(), &token);
    buf_chr(&token, '\n');
    if (file_write_durable(path.p, buf_view(&token), 0600, &e) < 0) {
        once_drop(&d->onces, ONCE_SETUP);
        log_error("the setup token was not written; `fettle dashboard` makes another", LS("cause", e.msg));
        return;
    }
    log_info("nobody has signed in yet: a token for that, once and soon, is in a file", LS("file", path.p),
             LI("minutes", ONCE_MS / 60000));
    timer_start(d->setup_end, ONCE_MS);
}

/* That of an earlier start is worth nothing any more. */
void session_setup(struct session_desk *d)
{
    int64_t at;
    struct err e = {0};
    int rc = read_setting(host_reader(d->app->host), SESSION_SETTING, &at, &e);
    d->signed_in = rc == 0;
    session_setup_over(d);
    if (rc < 0)
        log_warn("whether somebody ever signed in cannot be read", LS("cause", e.msg));
    if (rc == 1 && session_is_served_beyond(d->born))
        write_token(d);
}
