/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/exec/steps.h"
#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include "base/id.h"
#include "exec/seccomp.h"

static struct steps s;
static char secret_file[160], secret_dir[160], socket_path[160];
static const char *hide[] = {secret_file, secret_dir, "/etc/passwd", "/no/such/path", NULL};

static int set_up(void **state)
{
    (void)state;
    struct err e = {0};
    steps_open(&s, false, NULL);
    executor_free(&s.x);
    timer_free(&s.limit);
    loop_free(&s.loop);
    snprintf(secret_file, sizeof secret_file, "%s/secret", s.dir);
    snprintf(secret_dir, sizeof secret_dir, "/srv/fettle-test-%d", (int)getpid());
    snprintf(socket_path, sizeof socket_path, "%s/run/exec.sock", s.dir);
    assert_int_equal(file_write(secret_file, SV("hush"), 0644, &e), 0);
    if (mkdir(secret_dir, 0755) == 0) { /* only root can; otherwise that row sees an absent path */
        char path[200];
        snprintf(path, sizeof path, "%s/key", secret_dir);
        assert_int_equal(file_write(path, SV("hush"), 0644, &e), 0);
    }
    steps_executor(&s, true, hide);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    struct err e = {0};
    assert_int_equal(file_remove_tree(secret_dir, &e), 0);
    steps_close(&s);
    return 0;
}

static struct exec_spec untrusted(int64_t id, const char *script)
{
    struct exec_spec spec = steps_spec(id, script);
    spec.trusted = false;
    return spec;
}

static void a_step_in_the_sandbox(void **state)
{
    static const struct {
        const char *what, *script;
    } rows[] = {
        {"runs and writes its workspace", "echo 5 > mine; mkdir -p a/b; test $(cat mine) = 5"},
        {"keeps files between steps", "test $(cat mine) = 5; echo 6 >> mine"},
        {"has a home that stays", "cd; echo x > keep; test \"$HOME\" = \"$(pwd)\""},
        {"still has it", "test -s $HOME/keep"},
        {"has a /tmp of its job", "echo t > /tmp/t; test -w /tmp; test -w /var/tmp; ! ls -d /tmp/fettle-exec-*/secret"},
        {"still has that", "test -s /tmp/t"},
        {"does not see a hidden file", "! cat $SECRET_FILE"},
        {"does not see a hidden folder", "! cat $SECRET_DIR/key; ! ls $SECRET_DIR/key"},
        {"does not read a hidden system file", "! grep -q root /etc/passwd"},
        {"cannot write the system", "! touch /etc/x; ! touch /usr/x; ! touch /x; ! touch /run/x"},
        {"is not root and cannot become it", "test $(id -u) != 0; ! chroot / true; ! mount -t tmpfs none /mnt"},
        {"cannot read what root keeps", "! cat /etc/shadow; test -z \"$(ls -A /root)\""},
        {"has no network", "test $(grep -c : /proc/net/dev) = 1; grep -q lo: /proc/net/dev"},
        {"sees its own processes only", "test $(ls -d /proc/[0-9]* | wc -l) -lt 12; ! kill -0 $SERVER"},
        {"has its own host name", "test $(cat /proc/sys/kernel/hostname) = fettle"},
        {"does not see sockets", "! test -S $SOCKET; test -z \"$(find /run -type s)\""},
        {"does not see other attempts",
         "test $(ls $STATE/seats | wc -l) = 1; ! ls $STATE/seats/*[0-9]; ! ls $STATE/attempts"},
        {"does not see what others left", "! ls -A $STATE/work | grep spare"},
        {"cannot change its script", "! echo x >> $0; ! rm -f $0; grep -q change $0"},
        {"sees only its own workspace", "test $(ls $STATE/work | grep -v home | wc -l) = 1"},
        {"cannot plant beside it", "! touch $STATE/x; ! mkdir $STATE/work/x; ! touch $STATE/seats/x"},
        {"has no new privileges", "grep -q 'NoNewPrivs:.1' /proc/self/status; grep -q 'CapEff:.0*$' /proc/self/status"},
        {"is filtered", "grep -q 'Seccomp:.2' /proc/self/status; ! unshare -U true"},
        {"has only its own descriptors", "test \"$(ls /proc/self/fd | tr '\\n' ' ')\" = '0 1 2 3 '"},
        {"can use devices and shared memory", "echo x > /dev/null; head -c 4 /dev/urandom | wc -c; touch /dev/shm/x"},
        {"passes exit codes", "sh -c 'exit 7' || test $? = 7"},
    };
    (void)state;
    char vars[5][200], server[40];
    snprintf(vars[0], 200, "SECRET_FILE=%s", secret_file);
    snprintf(vars[1], 200, "SECRET_DIR=%s", secret_dir);
    snprintf(vars[2], 200, "STATE=%s", s.dir);
    snprintf(vars[3], 200, "SOCKET=%s", socket_path);
    snprintf(server, sizeof server, "SERVER=%d", (int)getpid());
    int failed = 0;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct exec_spec spec = untrusted(100 + (int64_t)i, rows[i].script);
        spec.env = (const char *[]){vars[0], vars[1], vars[2], vars[3], server, NULL};
        struct exit_record r = steps_run(&s, &spec);
        char *log = steps_log(&s, spec.attempt_id, NULL);
        if (r.reason != EXIT_NORMAL || r.exit_code != 0) {
            failed++;
            print_error("not true that a step %s: reason %d code %d %s\n%s\n", rows[i].what, (int)r.reason,
                        r.exit_code, r.detail, log);
        }
        mem_free(log);
    }
    assert_int_equal(failed, 0);
}

static void a_failing_step_is_told_from_a_failing_sandbox(void **state)
{
    (void)state;
    struct exec_spec spec = untrusted(1, "exit 1");
    struct exit_record r = steps_run(&s, &spec);
    assert_int_equal(r.reason, EXIT_NORMAL);
    assert_int_equal(r.exit_code, 1);
    spec = untrusted(2, "true");
    spec.workdir = "nowhere";
    r = steps_run(&s, &spec);
    assert_int_equal(r.reason, EXIT_NOT_STARTED);
    assert_non_null(strstr(r.detail, "bwrap"));
}

static void a_step_with_the_network_has_it(void **state)
{
    (void)state;
    struct exec_spec spec = untrusted(1, "readlink /proc/self/ns/net");
    spec.network = true;
    char own[64];
    ssize_t n = readlink("/proc/self/ns/net", own, sizeof own - 2);
    assert_true(n > 0);
    own[n] = '\n';
    own[n + 1] = 0;
    assert_int_equal(steps_run(&s, &spec).exit_code, 0);
    steps_log_is(&s, 1, own);
}

static void what_a_server_action_wrote_can_be_changed_by_the_step(void **state)
{
    (void)state;
    struct buf path = {0};
    struct err e = {0};
    executor_workspace(s.x, 1, &path);
    buf_str(&path, "/src");
    assert_int_equal(file_make_dirs(path.p, &e), 0);
    buf_str(&path, "/main.c");
    assert_int_equal(file_write(path.p, SV("int x;\n"), 0600, &e), 0);
    buf_free(&path);
    struct exec_spec spec = untrusted(1, "echo 'int y;' >> src/main.c; mv src/main.c src/b.c; rm -r src");
    assert_int_equal(steps_run(&s, &spec).exit_code, 0);
}

static void a_path_that_is_hidden_later_is_hidden_too(void **state)
{
    (void)state;
    static const char *const further[] = {"/etc/hostname", "/etc/passwd", NULL};
    struct exec_spec seen = untrusted(1, "test -s /etc/group; cat /etc/hostname"), hidden = untrusted(2, "! test -s /etc/hostname"),
                     still = untrusted(3, "! grep -q root /etc/passwd; ! cat $0.x");
    if (!file_exists("/etc/hostname"))
        skip();
    assert_int_equal(steps_run(&s, &seen).exit_code, 0);
    executor_hide(s.x, further);
    assert_int_equal(steps_run(&s, &hidden).exit_code, 0);
    assert_int_equal(steps_run(&s, &still).exit_code, 0);
}

static void a_fork_bomb_ends_at_its_time_and_hurts_nobody(void **state)
{
    (void)state;
    struct exec_spec spec = untrusted(1, "b() { b | b & }; trap '' TERM; b; sleep 100");
    spec.timeout_ms = 1500;
    spec.grace_ms = 100;
    msec_t from = clk_mono_ms();
    struct exit_record r = steps_run(&s, &spec);
    assert_int_equal(r.reason, EXIT_TIMEOUT);
    assert_true(clk_mono_ms() - from < 15000);
    pid_t pid = fork(); /* we can still start processes */
    if (pid == 0)
        _exit(0);
    assert_true(pid > 0 && waitpid(pid, NULL, 0) == pid);
}

static void a_timeout_reaches_the_step_politely_first(void **state)
{
    (void)state;
    struct exec_spec spec = untrusted(1, "trap 'echo bye; exit 9' TERM; while :; do sleep 0.05; done");
    spec.timeout_ms = 1000;
    spec.grace_ms = 5000;
    struct exit_record r = steps_run(&s, &spec);
    assert_int_equal(r.reason, EXIT_TIMEOUT);
    assert_int_equal(r.exit_code, 9);
    char *log = steps_log(&s, 1, NULL);
    assert_non_null(strstr(log, "bye\n")); /* the shell may say before that its sleep was terminated */
    mem_free(log);
}

static void a_forgotten_job_is_gone_however_deep(void **state)
{
    (void)state;
    struct exec_spec spec = untrusted(1, "i=0; while test $i -lt 1500; do mkdir d; cd d; i=$((i + 1)); done; touch x;"
                                         "cd; mkdir ro; touch ro/x; chmod 0 ro; ln -s /etc link; mkfifo p");
    assert_int_equal(steps_run(&s, &spec).exit_code, 0);
    char path[200];
    executor_forget_job(s.x, 1);
    executor_forget_job(s.x, 1);
    executor_forget_job(s.x, 999);
    snprintf(path, sizeof path, "%s/work", s.dir);
    for (int i = 0; i < 500 && rmdir(path) < 0; i++)
        clk_sleep_ms(10);
    assert_false(file_exists(path));
    assert_true(file_exists("/etc"));
}

static void the_filter_fits_and_ends_in_an_answer(void **state)
{
    (void)state;
    struct sock_filter strict[SECCOMP_MAX], open[SECCOMP_MAX];
    size_t n = seccomp_program(SECCOMP_UNTRUSTED, strict), m = seccomp_program(SECCOMP_TRUSTED, open);
#if defined(__x86_64__) || defined(__aarch64__)
    assert_true(n > m && m > 20);
    for (size_t i = 0; i < n; i++) {
        bool jump = BPF_CLASS(strict[i].code) == BPF_JMP;
        assert_true(!jump || (i + 1 + strict[i].jt < n && i + 1 + strict[i].jf < n));
    }
    assert_int_equal(strict[n - 1].code, BPF_RET | BPF_K);
#else
    assert_int_equal(n + m, 0);
#endif
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_step_in_the_sandbox, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_failing_step_is_told_from_a_failing_sandbox, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_step_with_the_network_has_it, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_a_server_action_wrote_can_be_changed_by_the_step, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_path_that_is_hidden_later_is_hidden_too, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_fork_bomb_ends_at_its_time_and_hurts_nobody, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_timeout_reaches_the_step_politely_first, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_forgotten_job_is_gone_however_deep, set_up, tear_down),
    };
    const struct CMUnitTest pure[] = {cmocka_unit_test(the_filter_fits_and_ends_in_an_answer)};
    int failed = cmocka_run_group_tests(pure, NULL, NULL);
    if (access("/usr/bin/bwrap", X_OK) != 0) {
        print_message("skipped: bwrap is not installed\n");
        return failed;
    }
    return failed + cmocka_run_group_tests(tests, NULL, NULL);
}
