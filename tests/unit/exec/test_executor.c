/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/exec/steps.h"
#include <dirent.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include "base/id.h"
#include "exec/shim/wire.h"

static struct steps s;

static int set_up(void **state)
{
    (void)state;
    steps_open(&s, false, NULL);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    steps_close(&s);
    return 0;
}

static void many_steps_at_once_are_each_reported_once(void **state)
{
    (void)state;
    int seen[101] = {0};
    for (int64_t id = 1; id <= 100; id++) {
        struct exec_spec spec = steps_spec(id, "exit $N");
        char var[16];
        snprintf(var, sizeof var, "N=%d", (int)(id % 50));
        spec.env = (const char *[]){var, NULL};
        executor_start(s.x, &spec);
    }
    steps_wait(&s, 100);
    steps_wait_ms(&s, 101, 300);
    assert_int_equal(s.n, 100);
    for (int i = 0; i < 100; i++) {
        executor_settled(s.x, s.got[i].attempt_id);
        assert_int_equal(s.got[i].exit_code, s.got[i].attempt_id % 50);
        assert_int_equal(seen[s.got[i].attempt_id]++, 0);
    }
    assert_int_equal(waitpid(-1, NULL, WNOHANG), 0); /* no zombies, only shims that wait */
}

static void descriptors_do_not_leak(void **state)
{
    (void)state;
    struct exec_spec first = steps_spec(1000, "true");
    steps_run(&s, &first); /* its seat and its shim stay */
    int before = dup(0), after;
    close(before);
    for (int64_t id = 1; id <= 20; id++) {
        struct exec_spec spec = steps_spec(id, "true");
        steps_run(&s, &spec);
    }
    steps_wait_ms(&s, 21, 200);
    after = dup(0);
    close(after);
    assert_int_equal(before, after);
}

static enum found find(int64_t id, int64_t epoch, struct exit_record *r)
{
    struct err e = {0};
    enum found found;
    if (executor_find(s.x, id, epoch, &found, r, &e) < 0)
        fail_msg("%s", e.msg);
    return found;
}

static void an_attempt_is_found_in_each_of_its_states(void **state)
{
    (void)state;
    struct exit_record r;
    assert_int_equal(find(1, 7, &r), FOUND_NEVER_RAN); /* no seat */
    struct exec_spec spec = steps_spec(2, "exit 5");
    steps_run(&s, &spec);
    steps_wait_ms(&s, 2, 100);
    assert_int_equal(find(2, 7, &r), FOUND_FINISHED);
    assert_int_equal(r.exit_code, 5);
    assert_int_equal(r.epoch, 7);
    assert_int_equal(find(2, 7, &r), FOUND_FINISHED);
    executor_free(&s.x);
    timer_free(&s.limit);
    loop_free(&s.loop);
    steps_executor(&s, false, NULL);
    assert_int_equal(find(2, 8, &r), FOUND_LOST); /* the record is of another epoch */
    spec = steps_spec(3, "sleep 100");
    executor_start(s.x, &spec);
    for (int i = 0; i < 500 && !steps_is_started(&s, 3); i++)
        clk_sleep_ms(10);
    assert_int_equal(find(3, 7, &r), FOUND_RUNNING);
    executor_cancel(s.x, 3);
    steps_wait(&s, 2);
    assert_int_equal(s.got[1].reason, EXIT_CANCELLED);
}

static void make_dir(int64_t id)
{
    char path[160], text[ID_TEXT];
    struct err e = {0};
    snprintf(path, sizeof path, "%s/attempts/%s", s.dir, id_text(id, text));
    assert_int_equal(file_make_dirs(path, &e), 0);
}

static bool has_dir(int64_t id)
{
    char path[160], text[ID_TEXT];
    snprintf(path, sizeof path, "%s/attempts/%s", s.dir, id_text(id, text));
    return file_exists(path);
}

static void old_logs_are_removed_and_young_ones_are_kept(void **state)
{
    (void)state;
    struct id_gen g = {0};
    struct err e = {0};
    int64_t now = clk_wall_ms(), before = now - 40LL * 86400000;
    int64_t old = id_next(&g, before, 0), older = id_next(&g, before, 0), young = id_next(&g, now, 0);
    make_dir(older); /* as a version before made them */
    const int64_t logs[] = {old, young};
    for (size_t i = 0; i < ARRAY_LEN(logs); i++) {
        struct buf path = {0};
        exec_log_path(s.dir, logs[i], &path);
        assert_int_equal(file_write(path.p, SV("x"), 0600, &e), 0);
        buf_free(&path);
    }
    executor_retain(s.x, now - 30LL * 86400000);
    for (int i = 0; i < 500 && (steps_has(&s, old, ".log") || has_dir(older)); i++)
        clk_sleep_ms(10);
    assert_false(steps_has(&s, old, ".log") || has_dir(older));
    assert_true(steps_has(&s, young, ".log"));
}

static void an_attempt_of_a_version_before_is_lost(void **state)
{
    (void)state;
    struct exit_record r;
    make_dir(1);
    assert_int_equal(find(1, 7, &r), FOUND_LOST);
}

/* The shim of a server that died between spawn and lock: by hand, with the same descriptors. */
static int late_shim(int64_t id)
{
    int line[2];
    struct err e = {0};
    AUTO(buf_free) struct buf spec = {0}, path = {0};
    assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, line), 0);
    buf_fmt(&spec, "fettle-spec=" WIRE_VERSION "%cattempt=%lld%c", 0, (long long)id, 0);
    buf_fmt(&spec, "epoch=7%carg=/bin/touch%carg=%s/ran%c", 0, 0, s.dir, 0);
    buf_fmt(&path, "%s/spec", s.dir);
    assert_int_equal(file_write(path.p, buf_view(&spec), 0600, &e), 0);
    int fd = open(path.p, O_RDONLY | O_CLOEXEC);
    union {
        struct cmsghdr align;
        char room[CMSG_SPACE(sizeof(int))];
    } control = {0};
    struct iovec v = {(char *)WIRE_RUN, strlen(WIRE_RUN)};
    struct msghdr m = {.msg_iov = &v, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
    struct cmsghdr *c = CMSG_FIRSTHDR(&m);
    *c = (struct cmsghdr){.cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS, .cmsg_len = CMSG_LEN(sizeof fd)};
    memcpy(CMSG_DATA(c), &fd, sizeof fd);
    assert_true(sendmsg(line[0], &m, 0) > 0);
    char go[64], text[ID_TEXT];
    int n = snprintf(go, sizeof go, WIRE_GO "%s", id_text(id, text));
    assert_true(send(line[0], go, (size_t)n, 0) == n);
    pid_t pid = fork();
    if (pid == 0) {
        int seat = steps_seat(&s, 0), state = open(s.dir, O_RDONLY | O_DIRECTORY);
        int a = fcntl(line[1], F_DUPFD, 20), b = fcntl(seat, F_DUPFD, 20), d = fcntl(state, F_DUPFD, 20);
        dup2(a, WIRE_LINE_FD);
        dup2(b, WIRE_SEAT_FD);
        dup2(d, WIRE_STATE_FD);
        execl(SHIM, "fettle-shim", "0", NULL);
        _exit(99);
    }
    close(fd);
    close(line[0]);
    close(line[1]);
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void a_revoked_attempt_is_refused_by_a_late_shim(void **state)
{
    (void)state;
    struct exit_record r;
    struct err e = {0};
    char ran[160];
    snprintf(ran, sizeof ran, "%s/ran", s.dir);
    executor_free(&s.x);
    timer_free(&s.limit);
    loop_free(&s.loop);
    char path[160];
    snprintf(path, sizeof path, "%s/seats", s.dir);
    int fd = -1, seats = open(path, O_RDONLY | O_DIRECTORY);
    assert_int_equal(seat_open(seats, 0, &fd, &e), 0);
    /* Not revoked, it runs: what follows would prove nothing otherwise. */
    assert_int_equal(seat_give(fd, 1, 7, &e), 0);
    assert_int_equal(late_shim(1), 0);
    assert_true(file_exists(ran));
    unlink(ran);
    assert_int_equal(seat_give(fd, 2, 7, &e), 0);
    steps_executor(&s, false, NULL);
    assert_int_equal(find(2, 7, &r), FOUND_NEVER_RAN);
    assert_int_equal(late_shim(2), 4);
    assert_false(file_exists(ran));
    assert_int_equal(find(2, 7, &r), FOUND_NEVER_RAN);
    assert_int_equal(seat_exit(fd, 2, 7, &r, &e), -1);
    close(fd);
    close(seats);
}

static void a_prepared_attempt_runs_only_when_it_is_started(void **state)
{
    (void)state;
    struct exec_spec spec = steps_spec(1, "touch ran");
    executor_prepare(s.x, &spec);
    steps_wait_ms(&s, 1, 300);
    assert_int_equal(s.n, 0);
    assert_false(steps_is_started(&s, 1));
    assert_int_equal(steps_number(&s, "ran"), -1);
    assert_int_equal(steps_run(&s, &spec).exit_code, 0);
    struct buf path = {0};
    executor_workspace(s.x, 1, &path);
    buf_str(&path, "/ran");
    assert_true(file_exists(path.p));
    buf_free(&path);
}

/* In the seat of one that has ended and is not settled: it does not begin before that is. */
static void a_start_waits_for_the_settling_of_the_attempt_before(void **state)
{
    (void)state;
    struct exit_record r;
    struct exec_spec first = steps_spec(1, "exit 5"), second = steps_spec(2, "exit 6");
    executor_start(s.x, &first);
    steps_wait(&s, 1);
    executor_prepare(s.x, &second);
    executor_start(s.x, &second);
    steps_wait_ms(&s, 2, 300);
    assert_int_equal(s.n, 1);
    assert_int_equal(find(1, 7, &r), FOUND_FINISHED);
    assert_int_equal(r.exit_code, 5);
    executor_settled(s.x, 1);
    steps_wait(&s, 2);
    assert_int_equal(s.got[1].exit_code, 6);
    assert_true(steps_seat(&s, 1) < 0);
}

static void prepare_and_die(void)
{
    struct steps d = s;
    struct exec_conf c = {.state_dir = d.dir, .shim = SHIM};
    struct err e = {0};
    d.loop = loop_new();
    if (executor_new(d.loop, &c, steps_exit, &d, &d.x, &e) < 0)
        _exit(1);
    struct exec_spec spec = steps_spec(1, "exit 5"), next = steps_spec(2, "touch ran");
    d.n = 0;
    d.limit = timer_new(d.loop, steps_late, &d);
    executor_start(d.x, &spec);
    steps_wait_ms(&d, 1, 5000);
    executor_prepare(d.x, &next);
    clk_sleep_ms(200);
    kill(getpid(), SIGKILL);
}

static void a_server_killed_after_prepare_loses_neither_attempt(void **state)
{
    (void)state;
    for (int order = 0; order < 2; order++) {
        struct exit_record r;
        executor_free(&s.x);
        timer_free(&s.limit);
        loop_free(&s.loop);
        pid_t pid = fork();
        if (pid == 0)
            prepare_and_die();
        waitpid(pid, NULL, 0);
        steps_executor(&s, false, NULL);
        if (order)
            assert_int_equal(find(2, 7, &r), FOUND_NEVER_RAN);
        assert_int_equal(find(1, 7, &r), FOUND_FINISHED);
        assert_int_equal(r.exit_code, 5);
        assert_int_equal(find(2, 7, &r), FOUND_NEVER_RAN);
        assert_int_equal(find(1, 7, &r), FOUND_FINISHED);
        clk_sleep_ms(100);
        assert_int_equal(steps_number(&s, "ran"), -1);
        executor_settled(s.x, 1);
        struct exec_spec spec = steps_spec(10 + order, "test ! -e ran");
        assert_int_equal(steps_run(&s, &spec).exit_code, 0);
    }
}

static bool work_has(const char *name)
{
    char path[160];
    snprintf(path, sizeof path, "%s/work/%s", s.dir, name);
    return file_exists(path);
}

/* A job's one step, then what the executor does when the job is over. */
static void one_job(int64_t job, const char *script, const char *want)
{
    struct exec_spec spec = steps_spec(100 + job, script);
    char id[ID_TEXT];
    spec.job_id = job;
    assert_int_equal(steps_run(&s, &spec).exit_code, 0);
    steps_log_is(&s, spec.attempt_id, want);
    executor_forget_job(s.x, job);
    for (int i = 0; i < 500 && work_has(id_text(job, id)); i++)
        steps_wait_ms(&s, s.n + 1, 5);
    assert_false(work_has(id));
    steps_wait_ms(&s, s.n + 1, 50);
}

static void an_empty_workspace_goes_to_the_next_job_and_no_other_does(void **state)
{
    /* The next job must not be able to tell: same inode only when nothing was changed. */
    static const struct {
        const char *script;
        bool again;
    } rows[] = {
        {"true", true},
        {"touch a; rm a", true},
        {"touch a", false},
        {"mkdir d", false},
        {"touch .hidden", false},
        {"chmod 750 .", false},
        {"chmod 1700 .", false},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        int64_t job = 10 + 2 * (int64_t)i;
        char id[ID_TEXT], path[160];
        struct stat before, after;
        struct exec_spec spec = steps_spec(200 + job, rows[i].script);
        spec.job_id = job;
        assert_int_equal(steps_run(&s, &spec).exit_code, 0);
        snprintf(path, sizeof path, "%s/work/%s", s.dir, id_text(job, id));
        assert_int_equal(stat(path, &before), 0);
        AUTO(fd_closep) int keep = open(path, O_RDONLY | O_DIRECTORY); /* or its number may come again by itself */
        assert_true(keep >= 0);
        executor_forget_job(s.x, job);
        for (int k = 0; k < 500 && work_has(id); k++)
            clk_sleep_ms(10);
        steps_wait_ms(&s, s.n + 1, 100);
        spec = steps_spec(201 + job, "ls -A . $HOME | grep -v :; stat -c %a . $HOME");
        spec.job_id = job + 1;
        steps_run(&s, &spec);
        steps_log_is(&s, spec.attempt_id, "\n700\n700\n");
        snprintf(path, sizeof path, "%s/work/%s", s.dir, id_text(job + 1, id));
        assert_int_equal(stat(path, &after), 0);
        if ((before.st_ino == after.st_ino) != rows[i].again)
            fail_msg("%s", rows[i].script);
        executor_forget_job(s.x, job + 1);
        steps_wait_ms(&s, s.n + 1, 50);
    }
}

static size_t count_work(void)
{
    char path[160];
    size_t n = 0;
    snprintf(path, sizeof path, "%s/work", s.dir);
    DIR *d = opendir(path);
    for (struct dirent *x; d && (x = readdir(d));)
        n += x->d_name[0] != '.';
    closedir(d);
    return n;
}

static void spare_folders_go_when_nobody_wants_them(void **state)
{
    (void)state;
    one_job(1, "true", "");
    one_job(2, "true", "");
    assert_int_equal(count_work(), 2); /* a workspace and a home */
    for (int i = 0; i < 300 && count_work(); i++)
        steps_wait_ms(&s, s.n + 1, 50);
    assert_int_equal(count_work(), 0);
}

enum { MANY = 20 };

/* A server that starts twenty attempts and is killed. */
static void doomed_server(void)
{
    struct steps d = s;
    d.x = NULL;
    struct exec_conf c = {.state_dir = d.dir, .shim = SHIM};
    struct err e = {0};
    d.loop = loop_new();
    if (executor_new(d.loop, &c, steps_exit, &d, &d.x, &e) < 0)
        _exit(1);
    for (int64_t id = 1; id <= MANY; id++) {
        struct exec_spec spec = steps_spec(id, id % 3 ? "sleep 1.5; exit $((FETTLE_N + 0))" : "exit 3");
        char var[24];
        snprintf(var, sizeof var, "FETTLE_N=%d", (int)id);
        spec.env = (const char *[]){var, NULL};
        executor_start(d.x, &spec);
    }
    kill(getpid(), SIGKILL);
}

static void steps_outlive_a_killed_server_and_are_adopted_once(void **state)
{
    (void)state;
    int status, seen[MANY + 1] = {0}, running = 0;
    executor_free(&s.x);
    timer_free(&s.limit);
    loop_free(&s.loop);
    pid_t pid = fork();
    if (pid == 0)
        doomed_server();
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    clk_sleep_ms(700);
    steps_executor(&s, false, NULL);
    for (int64_t id = 1; id <= MANY; id++) {
        struct exit_record r;
        enum found found = find(id, 7, &r);
        assert_true(found == FOUND_RUNNING || found == FOUND_FINISHED);
        if (found == FOUND_RUNNING) {
            assert_int_equal(find(id, 7, &r), FOUND_RUNNING); /* asking twice adopts once */
            running++;
        } else {
            assert_int_equal(r.exit_code, id % 3 ? id : 3);
            seen[id]++;
        }
    }
    assert_true(running >= 10);
    executor_cancel(s.x, 20);
    steps_wait(&s, running);
    steps_wait_ms(&s, running + 1, 300);
    assert_int_equal(s.n, running);
    for (int i = 0; i < running; i++) {
        int64_t id = s.got[i].attempt_id;
        seen[id]++;
        assert_int_equal(s.got[i].reason, id == 20 ? EXIT_CANCELLED : EXIT_NORMAL);
        assert_true(id == 20 || s.got[i].exit_code == (id % 3 ? id : 3));
    }
    for (int id = 1; id <= MANY; id++)
        assert_int_equal(seen[id], 1);
}

static void a_server_killed_at_any_instant_loses_no_attempt(void **state)
{
    (void)state;
    executor_free(&s.x);
    timer_free(&s.limit);
    loop_free(&s.loop);
    for (int round = 0; round < 15; round++) {
        int64_t id = 1000 + round;
        pid_t pid = fork();
        if (pid == 0) {
            struct exec_conf c = {.state_dir = s.dir, .shim = SHIM};
            struct err e = {0};
            struct executor *x;
            struct steps d = {0};
            if (executor_new(loop_new(), &c, steps_exit, &d, &x, &e) < 0)
                _exit(1);
            struct exec_spec spec = steps_spec(id, "echo ran >> $FETTLE_ATTEMPT");
            executor_start(x, &spec);
            clk_sleep_ms(1000);
            _exit(0);
        }
        clk_sleep_ms(round * 2);
        kill(pid, SIGKILL);
        waitpid(pid, NULL, 0);
        steps_executor(&s, false, NULL);
        int n = s.n;
        struct exit_record r;
        char text[ID_TEXT];
        enum found found = find(id, 7, &r);
        if (found == FOUND_RUNNING)
            steps_wait(&s, n + 1);
        bool ran = found == FOUND_FINISHED || (found == FOUND_RUNNING && s.got[n].reason == EXIT_NORMAL);
        clk_sleep_ms(100); /* a late shim would have started by now */
        struct buf path = {0};
        executor_workspace(s.x, 1, &path);
        buf_fmt(&path, "/%s", id_text(id, text));
        assert_int_equal(file_exists(path.p), ran);
        assert_true(found != FOUND_LOST);
        buf_free(&path);
        executor_free(&s.x);
        timer_free(&s.limit);
        loop_free(&s.loop);
    }
    steps_executor(&s, false, NULL);
}

static void a_failure_to_start_is_reported_from_the_loop(void **state)
{
    (void)state;
    struct exec_spec spec = steps_spec(1, NULL);
    executor_start(s.x, &spec);
    assert_int_equal(s.n, 0);
    steps_wait(&s, 1);
    assert_int_equal(s.got[0].reason, EXIT_NOT_STARTED);
    assert_int_equal(s.got[0].exit_code, -1);
}

static void only_open_jobs_keep_their_workspaces(void **state)
{
    (void)state;
    static const char *const gone[] = {"0000000000003", "0000000000003.home", "0000000000004.tmp-77-1"};
    static const char *const kept[] = {"0000000000001", "0000000000001.home", "0000000000002.tmp-77-1", "lost+found",
                                       "0000000000004-of-somebody"};
    static const int64_t open[] = {1, 2};
    struct err e = {0};
    char path[160];
    for (size_t i = 0; i < ARRAY_LEN(gone) + ARRAY_LEN(kept); i++) {
        const char *name = i < ARRAY_LEN(gone) ? gone[i] : kept[i - ARRAY_LEN(gone)];
        snprintf(path, sizeof path, "%s/work/%s/deep/down", s.dir, name);
        assert_int_equal(file_make_dirs(path, &e), 0);
    }
    executor_forget_others(s.x, open, ARRAY_LEN(open));
    for (size_t i = 0; i < ARRAY_LEN(gone); i++) {
        snprintf(path, sizeof path, "%s/work/%s", s.dir, gone[i]);
        for (int k = 0; k < 500 && file_exists(path); k++)
            clk_sleep_ms(10);
        assert_false(file_exists(path));
    }
    for (size_t i = 0; i < ARRAY_LEN(kept); i++) {
        snprintf(path, sizeof path, "%s/work/%s/deep/down", s.dir, kept[i]);
        assert_true(file_exists(path));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(many_steps_at_once_are_each_reported_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(descriptors_do_not_leak, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_attempt_is_found_in_each_of_its_states, set_up, tear_down),
        cmocka_unit_test_setup_teardown(old_logs_are_removed_and_young_ones_are_kept, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_attempt_of_a_version_before_is_lost, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_prepared_attempt_runs_only_when_it_is_started, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_start_waits_for_the_settling_of_the_attempt_before, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_server_killed_after_prepare_loses_neither_attempt, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_empty_workspace_goes_to_the_next_job_and_no_other_does, set_up, tear_down),
        cmocka_unit_test_setup_teardown(spare_folders_go_when_nobody_wants_them, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_revoked_attempt_is_refused_by_a_late_shim, set_up, tear_down),
        cmocka_unit_test_setup_teardown(steps_outlive_a_killed_server_and_are_adopted_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_server_killed_at_any_instant_loses_no_attempt, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_failure_to_start_is_reported_from_the_loop, set_up, tear_down),
        cmocka_unit_test_setup_teardown(only_open_jobs_keep_their_workspaces, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
