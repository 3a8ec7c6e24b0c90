/* SPDX-License-Identifier: Apache-2.0 */
#include "exec/seccomp.h"
#include <errno.h>
#include <linux/audit.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>

#if defined(__x86_64__)
enum { ARCH = (int)AUDIT_ARCH_X86_64, OTHER_ABI = 0x40000000 /* x32 */ };
#elif defined(__aarch64__)
enum { ARCH = (int)AUDIT_ARCH_AARCH64, OTHER_ABI = 0 };
#else
enum { ARCH = 0, OTHER_ABI = 0 };
#endif

struct denied {
    unsigned nr;
    unsigned short code; /* errno */
    bool trusted_may;
};

static const struct denied denied[] = {
    {SYS_ptrace, EPERM, true},
    {SYS_process_vm_readv, EPERM, true},
    {SYS_process_vm_writev, EPERM, true},
    {SYS_perf_event_open, EPERM, true},
    {SYS_mount, EPERM, false},
    {SYS_umount2, EPERM, false},
    {SYS_pivot_root, EPERM, false},
    {SYS_chroot, EPERM, false},
    {SYS_open_tree, ENOSYS, false},
    {SYS_move_mount, ENOSYS, false},
    {SYS_fsopen, ENOSYS, false},
    {SYS_fsconfig, ENOSYS, false},
    {SYS_fsmount, ENOSYS, false},
    {SYS_fspick, ENOSYS, false},
    {SYS_mount_setattr, ENOSYS, false},
    {SYS_setns, EPERM, false},
    {SYS_add_key, EPERM, false},
    {SYS_request_key, EPERM, false},
    {SYS_keyctl, EPERM, false},
    {SYS_bpf, EPERM, false},
    {SYS_userfaultfd, EPERM, false},
    {SYS_io_uring_setup, ENOSYS, false},
    {SYS_io_uring_enter, ENOSYS, false},
    {SYS_io_uring_register, ENOSYS, false},
    {SYS_kexec_load, EPERM, false},
#ifdef SYS_kexec_file_load
    {SYS_kexec_file_load, EPERM, false},
#endif
    {SYS_init_module, EPERM, false},
    {SYS_finit_module, EPERM, false},
    {SYS_delete_module, EPERM, false},
    {SYS_reboot, EPERM, false},
    {SYS_swapon, EPERM, false},
    {SYS_swapoff, EPERM, false},
    {SYS_acct, EPERM, false},
    {SYS_quotactl, EPERM, false},
    {SYS_open_by_handle_at, EPERM, false},
    {SYS_name_to_handle_at, EPERM, false},
    {SYS_syslog, EPERM, false},
    {SYS_settimeofday, EPERM, false},
    {SYS_clock_settime, EPERM, false},
    {SYS_adjtimex, EPERM, false},
    {SYS_lookup_dcookie, EPERM, false},
    {SYS_vhangup, EPERM, false},
    /* Its flags are behind a pointer, where the filter cannot look; the libraries then use clone. */
    {SYS_clone3, ENOSYS, false},
};

struct program {
    struct sock_filter *at;
    size_t n;
};

static void emit(struct program *p, unsigned code, unsigned k, unsigned jt, unsigned jf)
{
    MUST(p->n < SECCOMP_MAX);
    p->at[p->n++] = (struct sock_filter){(uint16_t)code, (uint8_t)jt, (uint8_t)jf, k};
}

static void load(struct program *p, size_t offset)
{
    emit(p, BPF_LD | BPF_W | BPF_ABS, (unsigned)offset, 0, 0);
}

static void answer(struct program *p, unsigned code)
{
    emit(p, BPF_RET | BPF_K, code ? SECCOMP_RET_ERRNO | code : SECCOMP_RET_ALLOW, 0, 0);
}

/* Low half of an argument, on both machines little-endian. */
static size_t arg_at(unsigned n)
{
    return offsetof(struct seccomp_data, args) + 8 * n;
}

/* A user namespace gives its maker all capabilities inside: most of the kernel's privilege bugs start with one. */
static void deny_bits(struct program *p, unsigned nr, unsigned arg, unsigned bits)
{
    emit(p, BPF_JMP | BPF_JEQ | BPF_K, nr, 0, 4);
    load(p, arg_at(arg));
    emit(p, BPF_JMP | BPF_JSET | BPF_K, bits, 0, 1);
    answer(p, EPERM);
    answer(p, 0);
}

/* Pushing characters into a terminal that a shell outside reads. */
static void deny_terminal_input(struct program *p)
{
    emit(p, BPF_JMP | BPF_JEQ | BPF_K, SYS_ioctl, 0, 5);
    load(p, arg_at(1));
    emit(p, BPF_JMP | BPF_JEQ | BPF_K, TIOCSTI, 1, 0);
    emit(p, BPF_JMP | BPF_JEQ | BPF_K, TIOCLINUX, 0, 1);
    answer(p, EPERM);
    answer(p, 0);
}

size_t seccomp_program(enum seccomp_kind kind, struct sock_filter ret[SECCOMP_MAX])
{
    struct program p = {ret, 0};
    if (ARCH == 0)
        return 0;
    load(&p, offsetof(struct seccomp_data, arch));
    emit(&p, BPF_JMP | BPF_JEQ | BPF_K, (unsigned)ARCH, 1, 0);
    answer(&p, ENOSYS); /* the 32-bit calls have other numbers */
    load(&p, offsetof(struct seccomp_data, nr));
    if (OTHER_ABI) {
        emit(&p, BPF_JMP | BPF_JGE | BPF_K, OTHER_ABI, 0, 1);
        answer(&p, ENOSYS);
    }
    for (size_t i = 0; i < ARRAY_LEN(denied); i++) {
        if (kind == SECCOMP_TRUSTED && denied[i].trusted_may)
            continue;
        emit(&p, BPF_JMP | BPF_JEQ | BPF_K, denied[i].nr, 0, 1);
        answer(&p, denied[i].code);
    }
    deny_bits(&p, SYS_clone, 0, CLONE_NEWUSER);
    deny_bits(&p, SYS_unshare, 0, CLONE_NEWUSER);
    deny_terminal_input(&p);
    answer(&p, 0);
    return p.n;
}
