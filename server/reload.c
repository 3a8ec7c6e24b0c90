/* SPDX-License-Identifier: Apache-2.0 */
/* The configuration is read at the start and again when somebody says so: all of it, or nothing changes. */
#include <stdio.h>
#include "server/exit_class.h"
#include "server/hidden.h"
#include "server/host.h"
#include "server/intake.h"
#include "server/session/desk.h"
#include "server/settings.h"

static void tell_problems(const struct problems *p, struct buf *out)
{
    if (p->list.n)
        problems_write(p, out);
}

/* With the time, and told to whoever asks how it went. */
static int load_conf_at(struct app *a, struct conf **ret, struct problems *problems)
{
    msec_t at = clk_wall_ms();
    int rc = conf_load(a->conf_file, ret, problems);
    if (rc == 0)
        (*ret)->loaded_at = at;
    settings_loaded(problems, rc == 0, at);
    return rc;
}

int app_load(struct app *a)
{
    struct problems problems = {0};
    AUTO(buf_free) struct buf text = {0};
    int rc = load_conf_at(a, &a->conf, &problems);
    if (rc == 0)
        a->born = conf_ref(a->conf);
    tell_problems(&problems, &text);
    if (text.n)
        fprintf(stderr, "%s", text.p);
    problems_free(&problems);
    return rc;
}

/* Before any step of the new configuration starts: a secret that is new in it must not be seen by one. */
static void hide_again(struct app *a)
{
    AUTO(arena_free) struct arena arena = {0};
    executor_hide(a->executor, hidden_paths(a->conf, &arena));
}

bool app_reload(struct app *a, struct buf *ret_text)
{
    struct problems problems = {0};
    struct conf *fresh = NULL;
    AUTO(buf_free) struct buf pending = {0};
    int rc = load_conf_at(a, &fresh, &problems);
    tell_problems(&problems, ret_text);
    problems_free(&problems);
    if (rc < 0) {
        log_error("the configuration was not changed", LV("cause", buf_view(ret_text)));
        life_reloaded(a, buf_view(ret_text));
        return false;
    }
    settings_pending(a->born, fresh, &pending);
    if (pending.n)
        buf_fmt(ret_text, "only a restart changes %s; the rest is in force\n", pending.p);
    struct conf *old = a->conf;
    api_tokens_go_on(fresh->api.tokens, fresh->api.n_tokens, old->api.tokens, old->api.n_tokens);
    a->conf = fresh;
    exit_rules(a);
    hide_again(a);
    host_conf(a->host);
    session_desk_conf(a->sessions);
    for (size_t i = 0; i < a->n_intakes; i++) {
        intake_conf(a->intakes[i], conf_ref(fresh));
        intake_certs(a->intakes[i]);
    }
    life_reloaded(a, SV(""));
    conf_unref(&old);
    log_setup(fresh->log_level, fresh->log_format);
    log_info("configuration reloaded", LI("workflows", fresh->workflows.n), LI("repositories", fresh->repos.n));
    return true;
}
