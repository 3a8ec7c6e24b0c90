/* SPDX-License-Identifier: Apache-2.0 */
/* A program of the build: makes the table of server/dash/dash.h out of the files of server/dash/web.
 * usage: fettle-pack OUT.c FOLDER FILE…   files: paths inside the folder; what is a module, a style or a picture
 * becomes DASH_FIXED, what browsers look for at the root (index.html, manifest.webmanifest) DASH_ROOT. In those of the
 * root @base@ stands for the folder of all others, /a/DIGEST, and a line with @styles@ becomes one for each file of
 * style/, in the order of their names. The same files give the same bytes, on any machine. */
#include <stdio.h>
#include <stdlib.h>
#include <zlib.h>
#include "base/file.h"
#include "fmt/enc.h"
#include "fmt/hmac.h"

enum { FILE_BYTES = 4 << 20, DIGEST_BYTES = 8, TAG_BYTES = 12, A_LINE = 110 };

struct file {
    const char *path;
    struct buf raw, gz;
    bool root;
};

static const struct {
    const char *end, *type;
    bool packs;
} types[] = {{".js", "text/javascript; charset=utf-8", true},
             {".css", "text/css; charset=utf-8", true},
             {".html", "text/html; charset=utf-8", true},
             {".svg", "image/svg+xml", true},
             {".png", "image/png", false},
             {".webmanifest", "application/manifest+json", true}};

static size_t type_of(const char *path)
{
    for (size_t i = 0; i < ARRAY_LEN(types); i++)
        if (sv_ends(sv_of(path), sv_of(types[i].end)))
            return i;
    fprintf(stderr, "fettle-pack: no media type for %s\n", path);
    exit(1);
}

static void gzip(struct buf *raw, struct buf *ret)
{
    z_stream z = {0};
    MUST(deflateInit2(&z, 9, Z_DEFLATED, 15 + 16, 9, Z_DEFAULT_STRATEGY) == Z_OK);
    buf_reserve(ret, deflateBound(&z, (uLong)raw->n) + 1);
    z.next_in = (unsigned char *)raw->p;
    z.avail_in = (uInt)raw->n;
    z.next_out = (unsigned char *)ret->p;
    z.avail_out = (uInt)ret->cap - 1;
    MUST(deflate(&z, Z_FINISH) == Z_STREAM_END);
    ret->n = z.total_out;
    deflateEnd(&z);
    ret->p[9] = 3; /* RFC 1952: the system; of no use, and the same everywhere */
}

/* A line of a style is a comment when it begins one and ends it. */
static bool is_comment(struct sv line)
{
    return sv_starts(line, SV("//")) || (sv_starts(line, SV("/*")) && sv_ends(line, SV("*/")));
}

static void shorten(struct file *f)
{
    struct buf out = {0};
    struct sv rest = buf_view(&f->raw), line;
    if (sv_starts(sv_of(f->path), SV("vendor/")) || type_of(f->path) > 1)
        return;
    while (sv_next(&rest, '\n', &line)) {
        line = sv_trim(line);
        if (!line.n || is_comment(line))
            continue;
        buf_sv(&out, line);
        buf_chr(&out, '\n');
    }
    buf_free(&f->raw);
    f->raw = out;
}

static void digest_of(const struct file *files, size_t n, struct buf *ret)
{
    uint8_t sum[SHA256_LEN];
    struct digest *d = digest_new();
    for (size_t i = 0; i < n; i++) {
        if (files[i].root)
            continue;
        digest_add(d, files[i].path, strlen(files[i].path) + 1);
        digest_add(d, files[i].raw.p, files[i].raw.n);
    }
    digest_end(d, sum);
    digest_free(&d);
    hex_put(ret, sum, DIGEST_BYTES);
}

/* The first of style/ takes the others; returns how many files are left. */
static size_t join_styles(struct file *files, size_t n)
{
    struct file *all = NULL;
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        bool style = sv_starts(sv_of(files[i].path), SV("style/"));
        if (style && all) {
            buf_sv(&all->raw, buf_view(&files[i].raw));
            buf_free(&files[i].raw);
            continue;
        }
        files[kept] = files[i];
        if (style) {
            all = &files[kept];
            all->path = "style.css";
        }
        kept++;
    }
    return kept;
}

static void fill_in(struct file *f, const char *digest)
{
    struct buf out = {0};
    struct sv rest = buf_view(&f->raw), line;
    while (sv_next(&rest, '\n', &line)) {
        ptrdiff_t at;
        while ((at = sv_find(line, SV("@base@"))) >= 0) {
            buf_sv(&out, sv_cut(line, (size_t)at));
            buf_fmt(&out, "/a/%s", digest);
            line = sv_from(line, (size_t)at + 6);
        }
        buf_sv(&out, line);
        buf_chr(&out, '\n');
    }
    buf_free(&f->raw);
    f->raw = out;
}

/* As text with octal escapes: compilers read that many times faster than an array of numbers. */
static void put_bytes(struct buf *c, const char *name, size_t i, struct sv bytes)
{
    size_t from = c->n;
    buf_fmt(c, "static const char %s%zu[] =\n    \"", name, i);
    for (size_t k = 0; k < bytes.n; k++) {
        unsigned char b = (unsigned char)bytes.p[k];
        if (c->n - from > A_LINE) {
            buf_str(c, "\"\n    \"");
            from = c->n;
        }
        if (b >= ' ' && b < 127 && b != '"' && b != '\\' && b != '?')
            buf_chr(c, (char)b);
        else
            buf_fmt(c, "\\%03o", b);
    }
    buf_str(c, "\";\n");
}

static void put_row(struct buf *c, const struct file *f, size_t i)
{
    uint8_t sum[SHA256_LEN];
    AUTO(buf_free) struct buf tag = {0};
    sha256(f->raw.p, f->raw.n, sum);
    hex_put(&tag, sum, TAG_BYTES);
    buf_fmt(c, "    {\"%s\", \"%s\", %s, \"\\\"%s\\\"\", \"\\\"%s-gz\\\"\", {raw%zu, %zu}, ", f->path,
            types[type_of(f->path)].type, f->root ? "DASH_ROOT" : "DASH_FIXED", tag.p, tag.p, i, f->raw.n);
    if (f->gz.n)
        buf_fmt(c, "{gz%zu, %zu}},\n", i, f->gz.n);
    else
        buf_str(c, "{NULL, 0}},\n");
}

static void put_all(struct buf *c, struct file *files, size_t n)
{
    AUTO(buf_free) struct buf digest = {0};
    digest_of(files, n, &digest);
    buf_str(c, "/* Generated by fettle-pack. */\n#include \"server/dash/dash.h\"\n\n");
    for (size_t i = 0; i < n; i++) {
        struct file *f = &files[i];
        if (f->root)
            fill_in(f, digest.p);
        if (types[type_of(f->path)].packs)
            gzip(&f->raw, &f->gz);
        put_bytes(c, "raw", i, buf_view(&f->raw));
        if (f->gz.n)
            put_bytes(c, "gz", i, buf_view(&f->gz));
    }
    buf_fmt(c, "\nconst char dash_digest[] = \"%s\";\nconst struct dash_asset dash_assets[] = {\n", digest.p);
    for (size_t i = 0; i < n; i++)
        put_row(c, &files[i], i);
    buf_str(c, "    {NULL, NULL, DASH_FIXED, NULL, NULL, {NULL, 0}, {NULL, 0}},\n};\n");
}

static void say_sizes(struct file *files, size_t n)
{
    size_t script = 0;
    for (size_t i = 0; i < n; i++) {
        gzip(&files[i].raw, &files[i].gz);
        printf("%zu %s\n", files[i].gz.n, files[i].path);
        if (sv_ends(sv_of(files[i].path), SV(".js")))
            script += files[i].gz.n;
    }
    printf("%zu script\n", script);
}

static int read_all(struct file *files, size_t n, const char *folder, char **paths)
{
    struct err e = {0};
    for (size_t i = 0; i < n; i++) {
        AUTO(buf_free) struct buf path = {0};
        files[i].path = paths[i];
        files[i].root = !strchr(paths[i], '/') && type_of(paths[i]) >= 2;
        buf_fmt(&path, "%s/%s", folder, paths[i]);
        if (file_read(path.p, FILE_BYTES, &files[i].raw, &e) < 0) {
            fprintf(stderr, "fettle-pack: %s\n", e.msg);
            return -1;
        }
        shorten(&files[i]);
    }
    return 0;
}

static int write_all(const char *to, struct file *files, size_t n)
{
    AUTO(buf_free) struct buf c = {0};
    struct err e = {0};
    put_all(&c, files, n);
    int rc = file_write(to, buf_view(&c), 0644, &e);
    if (rc < 0)
        fprintf(stderr, "fettle-pack: %s\n", e.msg);
    return rc;
}

int main(int argc, char **argv)
{
    if (argc < 4) {
        fputs("usage: fettle-pack OUT.c|--size FOLDER FILE...\n", stderr);
        return 2;
    }
    size_t n = (size_t)argc - 3;
    struct file *files = mem_resize(NULL, n, sizeof *files);
    memset(files, 0, n * sizeof *files);
    int rc = read_all(files, n, argv[2], argv + 3);
    if (rc == 0 && strcmp(argv[1], "--size") == 0)
        say_sizes(files, n);
    else if (rc == 0)
        rc = write_all(argv[1], files, n = join_styles(files, n));
    for (size_t i = 0; i < n; i++) {
        buf_free(&files[i].raw);
        buf_free(&files[i].gz);
    }
    mem_free(files);
    return rc < 0 ? 1 : 0;
}
