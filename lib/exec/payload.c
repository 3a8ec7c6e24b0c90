/* SPDX-License-Identifier: Apache-2.0 */
/* The event of a step, a file that it reads at $GITHUB_EVENT_PATH. It stands beside the script, in the one folder of
 * the seat that is shown to the step, so that it costs a sandbox no mount of its own. An event is written once, for all
 * jobs that it starts, and linked into the seats where they run; a seat whose next attempt is of the same event is left
 * as it is. A server that comes after trusts nothing of this and asks for the event again. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>
#include "base/file.h"
#include "exec/local.h"
#include "exec/shim/wire.h"

#define KEPT "event-"
enum { NAME_SIZE = sizeof KEPT + ID_TEXT };
static const int64_t UNKNOWN = -1;

static void kept_name(int64_t event, char ret[NAME_SIZE])
{
    char id[ID_TEXT];
    snprintf(ret, NAME_SIZE, KEPT "%s", id_text(event, id));
}

static void drop(struct executor *x, size_t at)
{
    char name[NAME_SIZE];
    if (!x->events.id[at])
        return;
    kept_name(x->events.id[at], name);
    x->events.id[at] = 0;
    unlinkat(x->seats_fd, name, 0);
}

static bool is_kept(const struct executor *x, int64_t event)
{
    for (size_t i = 0; i < EVENTS_KEPT; i++)
        if (x->events.id[i] == event)
            return true;
    return false;
}

/* 1 = there is none (any more). */
static int write_event(struct executor *x, int64_t event, struct err *e)
{
    AUTO(buf_free) struct buf json = {0};
    char name[NAME_SIZE];
    int rc = x->read_event ? x->read_event(x->event_ctx, event, &json, e) : 1;
    if (rc != 0)
        return rc;
    size_t at = x->events.next++ % EVENTS_KEPT;
    drop(x, at);
    kept_name(event, name);
    /* Readable for the other user a root server's sandbox has; nobody else can enter the directory. */
    AUTO(fd_closep) int fd = openat(x->seats_fd, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0444);
    if (fd < 0 || fd_write_all(fd, json.p, json.n) < 0) {
        err_errno(e, "write the event of the step");
        unlinkat(x->seats_fd, name, 0);
        return -1;
    }
    x->events.id[at] = event;
    return 0;
}

int payload_show(struct seat *s, int64_t event, struct err *e)
{
    struct executor *x = s->x;
    char from[NAME_SIZE], to[32];
    if (s->event == event)
        return s->event_there ? 0 : 1;
    snprintf(to, sizeof to, "%d" WIRE_EVENT, s->no);
    s->event = UNKNOWN;
    s->event_there = false;
    if (unlinkat(x->seats_fd, to, 0) < 0 && errno != ENOENT)
        return err_errno(e, "remove the event of another step");
    int rc = !event ? 1 : is_kept(x, event) ? 0 : write_event(x, event, e);
    if (rc < 0)
        return -1;
    if (rc == 0) {
        kept_name(event, from);
        if (linkat(x->seats_fd, from, x->seats_fd, to, 0) < 0)
            return err_errno(e, "show the event of the step");
    }
    s->event = event;
    s->event_there = rc == 0;
    return rc;
}

void payload_open(struct executor *x)
{
    int fd = openat(x->seats_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *d = fd < 0 ? NULL : fdopendir(fd);
    for (struct dirent *f; d && (f = readdir(d));)
        if (sv_starts(sv_of(f->d_name), SV(KEPT)))
            unlinkat(x->seats_fd, f->d_name, 0);
    if (d)
        closedir(d);
    else
        fd_closep(&fd);
}

void payload_unknown(struct seat *s)
{
    s->event = UNKNOWN;
}

void executor_forget_events(struct executor *x)
{
    char name[32];
    for (size_t i = 0; i < EVENTS_KEPT; i++)
        drop(x, i);
    for (size_t i = 0; i < x->seats.v.n; i++) {
        struct seat *s = x->seats.v.at[i];
        payload_unknown(s);
        snprintf(name, sizeof name, "%d" WIRE_EVENT, s->no);
        if (!s->attempt && !s->next)
            unlinkat(x->seats_fd, name, 0);
    }
}
