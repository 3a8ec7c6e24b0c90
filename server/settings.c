/* SPDX-License-Identifier: Apache-2.0 */
#include "server/settings.h"
#include <pthread.h>
#include <sys/stat.h>
#include "base/map.h"

/* ---- settings ---- */

bool settings_wanted(const struct settings_want *w, const struct conf_setting *s)
{
    size_t n = w->under ? strlen(w->under) : 0;
    bool under =
        n == 0 || (strncmp(s->path, w->under, n) == 0 && (s->path[n] == 0 || s->path[n] == '.' || s->path[n] == '['));
    return under && (s->line || !w->said);
}

struct putting {
    struct jout *j;
    const struct settings_want *want;
    size_t n;
    struct map born; /* path -> value, of what counts from a start on */
    struct arena a;
    bool compares;
};

static void note_born(void *ctx, const struct conf_setting *s)
{
    struct putting *p = ctx;
    if (s->restart)
        map_put(&p->born, sv_of(s->path), arena_strdup(&p->a, s->value ? s->value : ""));
}

static bool is_pending(const struct putting *p, const struct conf_setting *s)
{
    const char *old = s->restart && p->compares ? map_get(&p->born, sv_of(s->path)) : NULL;
    return s->restart && p->compares && (!old || strcmp(old, s->value ? s->value : "") != 0);
}

static void put_setting(void *ctx, const struct conf_setting *s)
{
    static const char *const secrets[] = {[SETTING_OPEN] = NULL,
                                          [SETTING_READABLE] = "readable",
                                          [SETTING_UNREADABLE] = "unreadable",
                                          [SETTING_VEILED] = "veiled"};
    struct putting *p = ctx;
    struct jout *j = p->j;
    if (!settings_wanted(p->want, s))
        return;
    p->n++;
    jout_open(j, '{');
    jout_kstrz(j, "path", s->path);
    jout_kstrz(j, "value", s->value);
    jout_kstrz(j, "from", setting_from_name[s->from]);
    jout_key(j, "line");
    if (s->line)
        jout_int(j, s->line);
    else
        jout_null(j);
    jout_kstrz(j, "secret", secrets[s->secret]);
    jout_kbool(j, "restart", s->restart);
    jout_kbool(j, "pending", is_pending(p, s));
    jout_kstrz(j, "doc", s->doc);
    jout_close(j, '}');
}

/* ---- files ---- */

/* It, or its place in the folder, was touched since, or is gone. */
static bool changed_since(const char *path, msec_t at)
{
    struct stat st;
    if (stat(path, &st) < 0)
        return true;
    return (msec_t)st.st_mtim.tv_sec * 1000 + st.st_mtim.tv_nsec / 1000000 > at ||
           (msec_t)st.st_ctim.tv_sec * 1000 + st.st_ctim.tv_nsec / 1000000 > at;
}

static void put_file(const struct conf *c, const char *kind, const char *path, const char *digest, struct jout *j)
{
    jout_open(j, '{');
    jout_kstrz(j, "kind", kind);
    jout_kstrz(j, "file", path);
    jout_kstrz(j, "digest", digest && digest[0] ? digest : NULL);
    jout_kbool(j, "changed", changed_since(path, c->loaded_at));
    jout_close(j, '}');
}

static void put_files(const struct conf *c, struct jout *j)
{
    AUTO(arena_free) struct arena a = {0};
    jout_key(j, "files");
    jout_open(j, '[');
    put_file(c, "server", c->file, c->digest, j);
    if (c->repositories_file)
        put_file(c, "repositories", c->repositories_file, c->repositories_digest, j);
    if (c->workflows_dir)
        put_file(c, "folder", c->workflows_dir, NULL, j);
    for (size_t i = 0; c->workflows_dir && i < c->workflows.n; i++) {
        const struct workflow *w = c->workflows.at[i];
        const char *slash = strrchr(w->file, '/');
        put_file(c, "workflow", arena_fmt(&a, "%s/%s", c->workflows_dir, slash ? slash + 1 : w->file), w->digest, j);
    }
    jout_close(j, ']');
}

size_t settings_put(const struct conf *c, const struct conf *born, const struct settings_want *w, struct jout *j)
{
    struct putting p = {.j = j, .want = w, .compares = born != NULL};
    if (born)
        settings_each(born, note_born, &p);
    jout_key(j, "settings");
    jout_open(j, '[');
    settings_each(c, put_setting, &p);
    jout_close(j, ']');
    put_files(c, j);
    map_free(&p.born);
    arena_free(&p.a);
    return p.n;
}

/* ---- the newest load ---- */

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct buf newest; /* JSON */

void settings_loaded(const struct problems *p, bool in_force, msec_t at)
{
    AUTO(buf_free) struct buf text = {0};
    struct jout j = {.buf = &text};
    char when[25];
    jout_open(&j, '{');
    jout_kstrz(&j, "at", when_text(at, when));
    jout_kbool(&j, "in_force", in_force);
    jout_key(&j, "problems");
    jout_open(&j, '[');
    for (size_t i = 0; i < p->list.n; i++) {
        const struct problem *x = &p->list.at[i];
        jout_open(&j, '{');
        jout_kstrz(&j, "level", x->level == PROBLEM_ERROR ? "error" : "warning");
        jout_kstrz(&j, "file", x->file);
        jout_kint(&j, "line", x->at.line);
        jout_kint(&j, "col", x->at.col);
        jout_kstrz(&j, "code", x->code);
        jout_kstrz(&j, "text", x->text);
        jout_close(&j, '}');
    }
    jout_close(&j, ']');
    jout_close(&j, '}');
    pthread_mutex_lock(&lock);
    buf_clear(&newest);
    buf_sv(&newest, buf_view(&text));
    pthread_mutex_unlock(&lock);
}

void settings_put_load(struct jout *j)
{
    pthread_mutex_lock(&lock);
    jout_raw(j, newest.n ? buf_view(&newest) : SV("null"));
    pthread_mutex_unlock(&lock);
}
