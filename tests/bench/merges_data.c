/* SPDX-License-Identifier: Apache-2.0 */
/* Manifests, configuration, lock files, change logs and prose, and what people and tools do to them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "bench/merges_doc.h"

static const char *const packages[] = {"ajv",   "boom",    "chalk",  "debug",  "eslint", "flat",  "glob",
                                       "husky", "ini",     "jest",   "koa",    "lodash", "mocha", "nanoid",
                                       "ora",   "pino",    "qs",     "rimraf", "semver", "tslib", "uuid",
                                       "vite",  "webpack", "xstate", "yargs",  "zod"};
enum { PACKAGES = 26 };
static const char *const words[] = {"Fast", "strict", "nightly", "default", "remote", "shared", "cached", "signed"};

static const char *version(struct doc *d, struct dice *r)
{
    return doc_fmt(d, "%d.%d.%d", 1 + dice_below(r, 5), dice_below(r, 12), dice_below(r, 20));
}

/* A higher one than that of the package before, different on both sides. */
static const char *raised(struct doc *d, const char *old, int by)
{
    int x = 0, y = 0, z = 0;
    sscanf(old, "%d.%d.%d", &x, &y, &z);
    return by == 0   ? doc_fmt(d, "%d.%d.%d", x, y, z + 1)
           : by == 1 ? doc_fmt(d, "%d.%d.0", x, y + 1)
                     : doc_fmt(d, "%d.0.0", x + 1);
}

/* ---- package.json ---- */

struct manifest {
    struct doc d;
    int version, name_end, scripts[6], script_values[6], n_scripts, deps[PACKAGES], values[PACKAGES], at[PACKAGES], n;
    const char *old_version, *old[PACKAGES];
};

static void manifest_make(struct manifest *m, struct dice *r, struct arena *a)
{
    static const char *const scripts[] = {"build", "lint", "start", "test"};
    struct doc *d = &m->d;
    *m = (struct manifest){.d = {.a = a}};
    m->old_version = version(d, r);
    doc_add(d, doc_fmt(d, "{\n  \"name\": \"@acme/%s\",\n  \"version\": \"", DICE_PICK(r, packages)));
    m->version = doc_add(d, m->old_version);
    doc_add(d, "\",\n  \"private\": true,\n  \"scripts\": {");
    for (size_t i = 0; i < ARRAY_LEN(scripts); i++) {
        doc_add(d, doc_fmt(d, "%s\n    \"%s\": \"", i ? "," : "", scripts[i]));
        m->script_values[m->n_scripts] = doc_add(d, doc_fmt(d, "node tools/%s.js", scripts[i]));
        m->scripts[m->n_scripts++] = doc_add(d, "\"");
    }
    doc_add(d, "\n  },\n  \"dependencies\": {");
    for (int i = dice_below(r, 3); i < PACKAGES; i += 2 + dice_below(r, 3)) {
        m->old[m->n] = version(d, r);
        doc_add(d, doc_fmt(d, "%s\n    \"%s\": \"", m->n ? "," : "", packages[i]));
        m->values[m->n] = doc_add(d, doc_fmt(d, "^%s", m->old[m->n]));
        m->at[m->n] = i;
        m->deps[m->n++] = doc_add(d, "\"");
    }
    doc_add(d, "\n  }\n}\n");
}

static void make_manifest(struct dice *r, struct arena *a, struct made *ret)
{
    struct manifest m;
    struct change c[2] = {0};
    manifest_make(&m, r, a);
    struct doc *d = &m.d;
    int k = dice_below(r, m.n), how = dice_below(r, 6);
    int first = dice_below(r, 3);
    for (int side = 0; side < 2; side++) {
        const char *who = side ? "remote" : "local";
        struct doc_edit *e;
        switch (how) {
        case 0: /* both add a package at the same place, which is in order */
        case 1:
            e = change_add(&c[side], WHAT_INSERT);
            e->behind = m.deps[k];
            e->order = ORDER_SORTED;
            edit_put(d, e, doc_fmt(d, ",\n    \"%s-%s\": \"^%s\"", packages[m.at[k]], who, version(d, r)));
            break;
        case 2: /* both raise the same package, or one the next */
            e = change_add(&c[side], WHAT_REPLACE);
            e->from = m.values[side && dice_percent(r, 50) ? (k + 1) % m.n : k];
            for (int i = 0; i < m.n; i++)
                if (m.values[i] == e->from)
                    e->text = doc_fmt(d, "^%s", raised(d, m.old[i], (first + side) % 3));
            break;
        case 3: /* both release */
            e = change_add(&c[side], WHAT_REPLACE);
            e->from = m.version;
            e->text = raised(d, m.old_version, (first + side) % 3);
            break;
        case 4: /* both change a script */
            e = change_add(&c[side], WHAT_REPLACE);
            e->from = m.script_values[side && dice_percent(r, 50) ? 1 : 0];
            e->text = doc_fmt(d, "make %s", who);
            break;
        default: /* both add a script */
            e = change_add(&c[side], WHAT_INSERT);
            e->behind = m.scripts[m.n_scripts - 1];
            edit_put(d, e, doc_fmt(d, ",\n    \"verify-%s\": \"node %s.js\"", who, who));
        }
    }
    ret->path = "package.json";
    bool same = c[0].at[0].what == WHAT_REPLACE && c[0].at[0].from == c[1].at[0].from && how != 4;
    if (same) { /* the higher one is right: a side alone */
        struct change none = {0};
        bool ours = (first + 0) % 3 > (first + 1) % 3;
        made_finish(ret, d, &c[0], &none);
        buf_clear(&ret->theirs);
        buf_clear(&ret->right[0]);
        doc_text(d, NULL, &c[1], &ret->theirs);
        doc_text(d, ours ? &c[0] : NULL, ours ? NULL : &c[1], &ret->right[0]);
        return;
    }
    made_finish(ret, d, &c[0], &c[1]);
}

/* ---- workflow files ---- */

static void make_yaml(struct dice *r, struct arena *a, struct made *ret)
{
    struct doc d = {.a = a};
    struct change c[2] = {0};
    doc_add(&d, "name: ci\non:\n  push:\n    branches: [main]\nenv:\n");
    doc_add(&d, "  LEVEL: ");
    int level = doc_add(&d, doc_fmt(&d, "%d", dice_below(r, 9)));
    doc_add(&d, "\n  MODE: ");
    int mode = doc_add(&d, words[dice_below(r, 4)]);
    int env = doc_add(&d, "\n");
    doc_add(&d, "jobs:\n");
    int jobs[4], steps[4], images[4], n = 2 + dice_below(r, 2);
    for (int i = 0; i < n; i++) {
        doc_add(&d, doc_fmt(&d, "%s  %s:\n    runs-on: ", i ? "\n" : "", packages[i * 5 + 1]));
        images[i] = doc_add(&d, i % 2 ? "debian-12" : "debian-13");
        doc_add(&d, "\n    steps:\n      - uses: actions/checkout@v4\n");
        steps[i] = doc_add(&d, doc_fmt(&d, "      - run: make %s\n", packages[i * 5 + 1]));
        jobs[i] = steps[i];
    }
    int how = dice_below(r, 6), k = dice_below(r, n);
    for (int side = 0; side < 2; side++) {
        const char *who = side ? "remote" : "local";
        struct doc_edit *e = change_add(&c[side], how == 2 || how == 3 ? WHAT_REPLACE : WHAT_INSERT);
        switch (how) {
        case 0:
            e->behind = env;
            edit_put(&d, e, doc_fmt(&d, "  %s_TOKEN: %s\n", side ? "REMOTE" : "LOCAL", who));
            break;
        case 1:
            e->behind = jobs[n - 1];
            edit_put(&d, e,
                     doc_fmt(&d, "\n  deploy-%s:\n    runs-on: debian-12\n    steps:\n      - run: make deploy-%s\n",
                             who, who));
            break;
        case 2: /* neighbours, or the same */
            e->from = side && dice_percent(r, 60) ? mode : level;
            e->text = doc_fmt(&d, "%s-%d", who, dice_below(r, 9));
            break;
        case 3: /* the image of one, a new step of the other */
            e->from = images[k];
            e->text = doc_fmt(&d, "%s-%d", who, dice_below(r, 9));
            if (side) {
                *e = (struct doc_edit){.what = WHAT_INSERT, .behind = steps[k]};
                edit_put(&d, e, "      - run: make remote\n");
            }
            break;
        default:
            e->behind = steps[k];
            edit_put(&d, e, doc_fmt(&d, "      - name: %s\n        run: make %s\n", who, who));
        }
    }
    ret->path = ".github/workflows/ci.yml";
    made_finish(ret, &d, &c[0], &c[1]);
}

/* ---- lock files ---- */

static const char hex[] = "0123456789abcdef";

static const char *digest(struct doc *d, struct dice *r, int n)
{
    char *text = arena_new(d->a, (size_t)n + 1);
    for (int i = 0; i < n; i++)
        text[i] = hex[dice_below(r, 16)];
    return text;
}

static const char *entry(struct doc *d, struct dice *r, const char *path, const char *name, const char *v)
{
    const char *h = digest(d, r, 40);
    if (strcmp(path, "Cargo.lock") == 0)
        return doc_fmt(d,
                       "[[package]]\nname = \"%s\"\nversion = \"%s\"\nsource = \"registry+https://index\"\nchecksum = "
                       "\"%s\"\n\n",
                       name, v, h);
    if (strcmp(path, "yarn.lock") == 0)
        return doc_fmt(
            d, "\n%s@^%s:\n  version \"%s\"\n  resolved \"https://registry/%s-%s.tgz#%s\"\n  integrity sha1-%s\n", name,
            v, v, name, v, h, h);
    if (strcmp(path, "go.sum") == 0)
        return doc_fmt(d, "example.org/%s v%s h1:%s=\nexample.org/%s v%s/go.mod h1:%s=\n", name, v, h, name, v,
                       digest(d, r, 40));
    return doc_fmt(d,
                   ",\n    \"node_modules/%s\": {\n      \"version\": \"%s\",\n      \"resolved\": "
                   "\"https://registry/%s-%s.tgz\",\n      \"integrity\": \"sha512-%s\"\n    }",
                   name, v, name, v, h);
}

static void make_lock(struct dice *r, struct arena *a, struct made *ret)
{
    static const char *const paths[] = {"package-lock.json", "Cargo.lock", "yarn.lock", "go.sum"};
    struct doc d = {.a = a};
    struct change c[2] = {0};
    const char *path = DICE_PICK(r, paths);
    int ids[PACKAGES], at[PACKAGES], n = 0;
    bool json = path == paths[0];
    doc_add(
        &d,
        json ? "{\n  \"name\": \"acme\",\n  \"lockfileVersion\": 3,\n  \"packages\": {\n    \"\": {\n      \"name\": "
               "\"acme\"\n    }"
        : path == paths[1] ? "# This file is automatically @generated by Cargo.\nversion = 3\n\n"
        : path == paths[2] ? "# THIS IS AN AUTOGENERATED FILE.\n# yarn lockfile v1\n\n"
                           : "");
    for (int i = dice_below(r, 2); i < PACKAGES; i += 2) {
        at[n] = i;
        ids[n++] = doc_add(&d, entry(&d, r, path, packages[i], version(&d, r)));
    }
    doc_add(&d, json ? "\n  }\n}\n" : "");
    int k = dice_below(r, n), how = dice_below(r, 4);
    for (int side = 0; side < 2; side++) {
        const char *name = doc_fmt(&d, "%s-%s", packages[at[k]], side ? "remote" : "local");
        struct doc_edit *e;
        if (how < 2 || (how == 2 && side)) { /* another package each */
            e = change_add(&c[side], WHAT_INSERT);
            e->behind = ids[k];
            e->order = ORDER_SORTED;
            edit_put(&d, e, entry(&d, r, path, name, version(&d, r)));
        } else { /* the same package raised by both, or one beside what is added */
            e = change_add(&c[side], WHAT_REPLACE);
            e->from = ids[k];
            e->text = entry(&d, r, path, packages[at[k]], doc_fmt(&d, "%d.0.%d", 6 + side, dice_below(r, 9)));
        }
    }
    ret->path = path;
    made_finish(ret, &d, &c[0], &c[1]);
    if (how == 3 && path == paths[3]) { /* both sums may stand there: nothing is built from them */
        const char *both[] = {c[0].at[0].text, c[1].at[0].text};
        ret->n_right = 2;
        for (int i = 0; i < 2; i++) {
            c[0].at[0].text = doc_fmt(&d, "%s%s", both[i], both[1 - i]);
            buf_clear(&ret->right[i]);
            doc_text(&d, &c[0], NULL, &ret->right[i]);
        }
    }
}

/* ---- change logs ---- */

static void make_log(struct dice *r, struct arena *a, struct made *ret)
{
    struct doc d = {.a = a};
    struct change c[2] = {0};
    int heads[2], ends[2];
    doc_add(&d, "# Changelog\n\n## [Unreleased]\n\n");
    const char *const kinds[] = {"Added", "Fixed"};
    for (int i = 0; i < 2; i++) {
        heads[i] = doc_add(&d, doc_fmt(&d, "### %s\n\n", kinds[i]));
        ends[i] = heads[i];
        for (int k = 1 + dice_below(r, 3); k > 0; k--)
            ends[i] = doc_add(&d, doc_fmt(&d, "- The %s %s is %s now.\n", DICE_PICK(r, words), DICE_PICK(r, packages),
                                          DICE_PICK(r, words)));
        doc_add(&d, "\n");
    }
    doc_add(&d, "## [1.2.0] - 2024-03-01\n\n### Added\n\n- The first stable release.\n");
    int how = dice_below(r, 4), part = dice_below(r, 2);
    for (int side = 0; side < 2; side++) {
        const char *who = side ? "remote" : "local";
        struct doc_edit *e = change_add(&c[side], WHAT_INSERT);
        e->behind = how == 0 ? heads[part] : ends[how == 3 && side ? 1 - part : part];
        edit_put(&d, e,
                 doc_fmt(&d, "- Support for %s %s%s.\n", who, DICE_PICK(r, packages),
                         dice_percent(r, 30) ? ",\n  which was asked for often" : ""));
    }
    ret->path = dice_percent(r, 70) ? "CHANGELOG.md" : "CHANGES.md";
    made_finish(ret, &d, &c[0], &c[1]);
}

/* ---- prose and lists ---- */

static void make_prose(struct dice *r, struct arena *a, struct made *ret)
{
    struct doc d = {.a = a};
    struct change c[2] = {0};
    int sentences[6], bullets[6], n = 0, m = 0;
    doc_add(&d, "# Acme\n\n");
    for (; n < 4; n++) {
        sentences[n] =
            doc_add(&d, doc_fmt(&d, "The %s %s keeps its %s state in one place, and nobody else writes to it%s.\n",
                                DICE_PICK(r, words), DICE_PICK(r, packages), DICE_PICK(r, words),
                                dice_percent(r, 50) ? " by hand" : ""));
    }
    doc_add(&d, "\n## Options\n\n");
    for (; m < 4; m++)
        bullets[m] =
            doc_add(&d, doc_fmt(&d, "- `--%s-%d` sets the %s mode\n", packages[m * 3], m, DICE_PICK(r, words)));
    doc_add(&d, "\nMore is in the manual.\n");
    int how = dice_below(r, 4), k = dice_below(r, 3);
    for (int side = 0; side < 2; side++) {
        const char *who = side ? "remote" : "local";
        struct doc_edit *e = change_add(&c[side], how < 2 ? WHAT_INSERT : WHAT_REPLACE);
        if (how < 2) {
            e->behind = bullets[m - 1];
            edit_put(&d, e, doc_fmt(&d, "- `--%s` works on the %s side\n", who, who));
        } else { /* the same sentence, or neighbours */
            e->from = sentences[how == 2 ? k : k + side];
            e->text = doc_fmt(&d, "Since the last release the %s side %s has its %s state in %d places.\n", who,
                              DICE_PICK(r, packages), DICE_PICK(r, words), 2 + dice_below(r, 9));
        }
    }
    ret->path = "README.md";
    if (how == 3)
        ret->n_right = -1; /* neighbours that were written anew: what both say together is for an author */
    made_finish(ret, &d, &c[0], &c[1]);
}

static void make_toml(struct dice *r, struct arena *a, struct made *ret)
{
    struct doc d = {.a = a};
    struct change c[2] = {0};
    int deps[PACKAGES], at[PACKAGES], values[PACKAGES], n = 0;
    doc_add(&d, "[package]\nname = \"acme\"\nversion = \"0.3.0\"\nedition = \"");
    int edition = doc_add(&d, "2021");
    doc_add(&d, "\"\n\n[dependencies]\n");
    for (int i = dice_below(r, 3); i < PACKAGES; i += 3) {
        doc_add(&d, doc_fmt(&d, "%s = \"", packages[i]));
        values[n] = doc_add(&d, version(&d, r));
        at[n] = i;
        deps[n++] = doc_add(&d, "\"\n");
    }
    doc_add(&d, "\n[features]\ndefault = [");
    doc_add(&d, "\"std\"");
    int feature = doc_add(&d, "");
    doc_add(&d, "]\n");
    int how = dice_below(r, 5), k = dice_below(r, n - 1);
    for (int side = 0; side < 2; side++) {
        const char *who = side ? "remote" : "local";
        struct doc_edit *e = change_add(&c[side], how < 2 || how == 3 ? WHAT_INSERT : WHAT_REPLACE);
        if (how < 2) {
            e->behind = deps[k];
            e->order = ORDER_SORTED;
            edit_put(&d, e, doc_fmt(&d, "%s-%s = \"%s\"\n", packages[at[k]], who, version(&d, r)));
        } else if (how == 2) { /* neighbours */
            e->from = values[k + side];
            e->text = doc_fmt(&d, "%d.0.%d", 6 + side, dice_below(r, 9));
        } else if (how == 3) {
            e->behind = feature;
            edit_put(&d, e, doc_fmt(&d, ", \"%s\"", who));
        } else { /* no versions of anything: which is right? */
            e->from = edition;
            e->text = side ? "2024" : "2018";
        }
    }
    ret->path = "Cargo.toml";
    made_finish(ret, &d, &c[0], &c[1]);
}

static void make_ignore(struct dice *r, struct arena *a, struct made *ret)
{
    struct doc d = {.a = a};
    struct change c[2] = {0};
    int last = 0;
    for (int i = 4 + dice_below(r, 4); i > 0; i--)
        last = doc_add(&d, doc_fmt(&d, "/%s-%d/\n", DICE_PICK(r, packages), i));
    for (int side = 0; side < 2; side++) {
        struct doc_edit *e = change_add(&c[side], WHAT_INSERT);
        e->behind = last;
        edit_put(&d, e, doc_fmt(&d, "*.%s\n", side ? "remote" : "local"));
        if (dice_percent(r, 40))
            edit_put(&d, e, doc_fmt(&d, "/out-%s/\n", side ? "remote" : "local"));
    }
    ret->path = ".gitignore";
    made_finish(ret, &d, &c[0], &c[1]);
}

const struct maker makers_data[] = {
    {"JSON", make_manifest, 11}, {"YAML", make_yaml, 9}, {"lock file", make_lock, 10},   {"change log", make_log, 7},
    {"prose", make_prose, 4},    {"TOML", make_toml, 3}, {".gitignore", make_ignore, 2}, {0},
};
