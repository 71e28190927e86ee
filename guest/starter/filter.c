/*
 * The system calls of a kernel process, as a seccomp filter: what a User Mode Linux of any version calls (arch/um/os-Linux) and what
 * a C library does at its start. Everything else does not exist for it (ENOSYS). Its guests' processes inherit the filter; their own,
 * by which the kernel catches their calls, goes first (SECCOMP_RET_TRAP).
 *
 * Calls are found by a binary search over ranges of numbers, since the filter runs at each call of each guest process.
 */
#include "starter.h"
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef SECCOMP_RET_USER_NOTIF
#define SECCOMP_RET_USER_NOTIF 0x7fc00000U
#endif
enum { SPEC_ALLOW = 1 << 2, NEW_LISTENER = 1 << 3, WAIT_KILLABLE = 1 << 5 };

/* How a call is judged; those behind ALLOW by its arguments. */
enum judgement { REFUSE, ALLOW, SIGNAL, THREAD_SIGNAL, SELF_ONLY, CLONE, FORK, SOCKETS, DESCRIPTOR, DEVICE, JUDGEMENTS };

static const struct { short call; uint8_t judgement; } calls[] = {
	/* memory */
	{ SYS_brk, ALLOW }, { SYS_mmap, ALLOW }, { SYS_munmap, ALLOW }, { SYS_mprotect, ALLOW }, { SYS_mremap, ALLOW },
	{ SYS_madvise, ALLOW }, { SYS_memfd_create, ALLOW }, { SYS_msync, ALLOW },
	/* files: which ones, the walls say */
	{ SYS_read, ALLOW }, { SYS_write, ALLOW }, { SYS_readv, ALLOW }, { SYS_writev, ALLOW }, { SYS_pread64, ALLOW },
	{ SYS_pwrite64, ALLOW }, { SYS_preadv, ALLOW }, { SYS_pwritev, ALLOW }, { SYS_lseek, ALLOW }, { SYS_open, ALLOW },
	{ SYS_openat, ALLOW }, { SYS_close, ALLOW }, { SYS_close_range, ALLOW }, { SYS_stat, ALLOW }, { SYS_lstat, ALLOW },
	{ SYS_fstat, ALLOW }, { SYS_newfstatat, ALLOW }, { SYS_statx, ALLOW }, { SYS_statfs, ALLOW }, { SYS_fstatfs, ALLOW },
	{ SYS_access, ALLOW }, { SYS_faccessat, ALLOW }, { SYS_faccessat2, ALLOW }, { SYS_readlink, ALLOW },
	{ SYS_readlinkat, ALLOW }, { SYS_getdents, ALLOW }, { SYS_getdents64, ALLOW }, { SYS_getcwd, ALLOW },
	{ SYS_dup, ALLOW }, { SYS_dup2, ALLOW }, { SYS_dup3, ALLOW }, { SYS_pipe, ALLOW }, { SYS_pipe2, ALLOW },
	{ SYS_ftruncate, ALLOW }, { SYS_fallocate, ALLOW }, { SYS_fsync, ALLOW }, { SYS_fdatasync, ALLOW },
	{ SYS_fcntl, DESCRIPTOR }, { SYS_ioctl, DEVICE },
	/* waiting */
	{ SYS_poll, ALLOW }, { SYS_ppoll, ALLOW }, { SYS_select, ALLOW }, { SYS_pselect6, ALLOW }, { SYS_epoll_create, ALLOW },
	{ SYS_epoll_create1, ALLOW }, { SYS_epoll_ctl, ALLOW }, { SYS_epoll_wait, ALLOW }, { SYS_epoll_pwait, ALLOW },
	{ SYS_eventfd, ALLOW }, { SYS_eventfd2, ALLOW }, { SYS_signalfd4, ALLOW }, { SYS_futex, ALLOW }, { SYS_pause, ALLOW },
	/* time */
	{ SYS_nanosleep, ALLOW }, { SYS_clock_nanosleep, ALLOW }, { SYS_clock_gettime, ALLOW }, { SYS_clock_getres, ALLOW },
	{ SYS_gettimeofday, ALLOW }, { SYS_time, ALLOW }, { SYS_times, ALLOW }, { SYS_timer_create, ALLOW },
	{ SYS_timer_settime, ALLOW }, { SYS_timer_gettime, ALLOW }, { SYS_timer_getoverrun, ALLOW }, { SYS_timer_delete, ALLOW },
	{ SYS_setitimer, ALLOW }, { SYS_getitimer, ALLOW }, { SYS_alarm, ALLOW }, { SYS_timerfd_create, ALLOW },
	{ SYS_timerfd_settime, ALLOW }, { SYS_timerfd_gettime, ALLOW },
	/* signals */
	{ SYS_rt_sigaction, ALLOW }, { SYS_rt_sigprocmask, ALLOW }, { SYS_rt_sigreturn, ALLOW }, { SYS_rt_sigsuspend, ALLOW },
	{ SYS_rt_sigtimedwait, ALLOW }, { SYS_rt_sigpending, ALLOW }, { SYS_sigaltstack, ALLOW }, { SYS_restart_syscall, ALLOW },
	{ SYS_kill, SIGNAL }, { SYS_tgkill, THREAD_SIGNAL },
	/* how CPUs of a kernel interrupt each other: judged as the one above, by the process of the thread */
	{ SYS_rt_tgsigqueueinfo, THREAD_SIGNAL },
	/* processes: which ones, the walls say */
	{ SYS_clone, CLONE }, { SYS_fork, FORK }, { SYS_vfork, FORK }, { SYS_execve, ALLOW }, { SYS_execveat, ALLOW },
	{ SYS_exit, ALLOW }, { SYS_exit_group, ALLOW }, { SYS_wait4, ALLOW }, { SYS_waitid, ALLOW }, { SYS_ptrace, ALLOW },
	{ SYS_setsid, ALLOW }, { SYS_getsid, ALLOW }, { SYS_getpgrp, ALLOW }, { SYS_getpgid, ALLOW }, { SYS_getpid, ALLOW },
	{ SYS_getppid, ALLOW }, { SYS_gettid, ALLOW }, { SYS_getuid, ALLOW }, { SYS_geteuid, ALLOW }, { SYS_getgid, ALLOW },
	{ SYS_getegid, ALLOW }, { SYS_getgroups, ALLOW }, { SYS_prctl, ALLOW }, { SYS_arch_prctl, ALLOW },
	{ SYS_set_tid_address, ALLOW }, { SYS_set_robust_list, ALLOW }, { SYS_rseq, ALLOW }, { SYS_seccomp, ALLOW },
	{ SYS_personality, ALLOW }, { SYS_uname, ALLOW }, { SYS_sysinfo, ALLOW }, { SYS_getrandom, ALLOW },
	{ SYS_getrusage, ALLOW }, { SYS_getrlimit, ALLOW }, { SYS_setrlimit, ALLOW }, { SYS_getcpu, ALLOW },
	{ SYS_sched_yield, ALLOW }, { SYS_modify_ldt, ALLOW }, { SYS_umask, ALLOW },
	{ SYS_prlimit64, SELF_ONLY }, { SYS_sched_setaffinity, SELF_ONLY }, { SYS_sched_getaffinity, SELF_ONLY },
	/* the kernel and its guests' processes */
	{ SYS_socketpair, SOCKETS }, { SYS_sendmsg, ALLOW }, { SYS_recvmsg, ALLOW }, { SYS_recvfrom, ALLOW },
};

enum { CALLS = 1024, PROGRAM = 1024, NO_LISTENER = 1 << 30 };

static struct sock_filter program[PROGRAM];
static unsigned length;
/* Where the judgement of each kind begins, as counted from the end: blocks are written first, backwards. */
static unsigned block[JUDGEMENTS];

/*
 * Written from its last instruction to its first: jumps lead forward only, so that what they lead to is known. Places count from the end.
 */
static unsigned put(uint16_t code, uint32_t k, unsigned when_true, unsigned when_false)
{
	if (length == PROGRAM)
		fail("the filter is too long");
	length++;
	bool jumps = BPF_CLASS(code) == BPF_JMP && BPF_OP(code) != BPF_JA;
	program[PROGRAM - length] = (struct sock_filter){
		code, jumps ? (uint8_t)(length - 1 - when_true) : 0, jumps ? (uint8_t)(length - 1 - when_false) : 0, k,
	};
	return length;
}

static unsigned answer(uint32_t value) { return put(BPF_RET | BPF_K, value, 0, 0); }

/* Low half of an argument: all that the kernel looks at in numbers of processes, flags and commands. */
static void load_argument(int number)
{
	put(BPF_LD | BPF_W | BPF_ABS, (uint32_t)(offsetof(struct seccomp_data, args) + 8u * (unsigned)number), 0, 0);
}

static unsigned jump(uint16_t test, uint32_t k, unsigned when_true, unsigned when_false)
{
	return put(BPF_JMP | test | BPF_K, k, when_true, when_false);
}

static void write_blocks(struct watched watched)
{
	unsigned refused = answer(SECCOMP_RET_ERRNO | EPERM);
	unsigned unknown = answer(SECCOMP_RET_ERRNO | ENOSYS);
	unsigned ask = answer(SECCOMP_RET_USER_NOTIF);
	unsigned allow = answer(SECCOMP_RET_ALLOW), self = (uint32_t)getpid();
	block[REFUSE] = unknown;
	block[ALLOW] = allow;

	/* Without a PID namespace whoever watches decides whom a signal may go to. */
	jump(BPF_JEQ, self, allow, watched.signals ? ask : allow);
	load_argument(0);
	block[SIGNAL] = length;

	jump(BPF_JEQ, self, allow, watched.signals ? refused : allow);
	load_argument(0);
	block[THREAD_SIGNAL] = length;

	jump(BPF_JEQ, 0, allow, refused);
	load_argument(0);
	block[SELF_ONLY] = length;

	/*
	 * CLONE_PARENT, by which Linux before 6.10 makes its guests' processes, gives a kernel a sibling: a child of the keeper, as every orphan is. The keeper
	 * itself is behind no filter and runs no foreign code, so that nothing can become a child of the starter.
	 */
	enum { NAMESPACES = CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET };
	unsigned fork = watched.processes ? ask : allow;
	block[FORK] = fork;
	jump(BPF_JSET, NAMESPACES, refused, fork);
	load_argument(0);
	block[CLONE] = length;

	/* A datagram of a pair could go to any address. */
	unsigned stream = jump(BPF_JEQ, SOCK_STREAM, allow, refused);
	put(BPF_ALU | BPF_AND | BPF_K, 0xff, 0, 0);
	load_argument(1);
	stream = length;
	jump(BPF_JEQ, AF_UNIX, stream, refused);
	load_argument(0);
	block[SOCKETS] = length;

	/* Whoever owns a descriptor gets its signals. */
	enum { SET_OWNER = 8, SET_OWNER_EX = 15 };
	unsigned owner = jump(BPF_JEQ, self, allow, watched.signals ? refused : allow);
	load_argument(2);
	owner = length;
	jump(BPF_JEQ, SET_OWNER, owner, allow);
	jump(BPF_JEQ, SET_OWNER_EX, refused, length);
	load_argument(1);
	block[DESCRIPTOR] = length;

	/* FIOSETOWN, SIOCSPGRP; TIOCSTI, TIOCLINUX: keys typed at a terminal */
	static const uint32_t commands[] = { 0x8901, 0x8902, 0x5412, 0x541c };
	unsigned next = allow;
	for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
		next = jump(BPF_JEQ, commands[i], refused, next);
	load_argument(1);
	block[DEVICE] = length;
}

/* Ranges of numbers that are judged alike: where each begins. */
struct range {
	unsigned first;
	uint8_t judgement;
};

static size_t find_ranges(struct range *ranges)
{
	uint8_t judged[CALLS] = { 0 };
	size_t count = 0;
	for (size_t i = 0; i < sizeof calls / sizeof *calls; i++)
		judged[calls[i].call] = calls[i].judgement;
	for (unsigned call = 0; call < CALLS; call++)
		if (!count || judged[call] != ranges[count - 1].judgement)
			ranges[count++] = (struct range){ call, judged[call] };
	return count;
}

/* A leaf is a jump of its own: blocks may be farther away than a comparison can jump. */
static unsigned search(const struct range *ranges, size_t count)
{
	if (count == 1) {
		unsigned to = block[ranges->judgement];
		return put(BPF_JMP | BPF_JA, length - to, 0, 0);
	}
	size_t half = count / 2;
	unsigned upper = search(ranges + half, count - half), lower = search(ranges, half);
	/* The upper half lies behind the lower one, which may be long. */
	if (length - upper > 255)
		fail("the filter's halves are too far apart");
	return jump(BPF_JGE, ranges[half].first, upper, lower);
}

static struct sock_fprog build(struct watched watched)
{
	static struct range ranges[CALLS];
	length = 0;
	write_blocks(watched);
	search(ranges, find_ranges(ranges));
	/* Other instruction sets' numbers mean other calls; x32's are beyond all ranges. */
	unsigned start = put(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr), 0, 0);
	unsigned foreign = answer(SECCOMP_RET_ERRNO | ENOSYS);
	jump(BPF_JEQ, AUDIT_ARCH_X86_64, start, foreign);
	put(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch), 0, 0);
	return (struct sock_fprog){ (unsigned short)length, program + PROGRAM - length };
}

static long install(struct watched watched)
{
	struct sock_fprog whole = build(watched);
	/* SPEC_ALLOW: mitigations that old kernels switch on with a filter would double the time of a lab. */
	unsigned flags = SPEC_ALLOW, asks = NEW_LISTENER | WAIT_KILLABLE;
	if (!watched.signals && !watched.processes)
		return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &whole) < 0 ? -1 : NO_LISTENER;
	long listener = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags | asks, &whole);
	/* Before Linux 5.19: a signal can end the wait for an answer (guest/seed.c). */
	if (listener < 0 && errno == EINVAL)
		listener = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags | NEW_LISTENER, &whole);
	return listener;
}

int filter_install(int reports, struct watched watched)
{
	long listener = install(watched);
	/* Some containers watch all their processes, and the kernel permits one watcher: their bound of processes is the one that holds. */
	if (listener < 0 && errno == EBUSY && !watched.signals)
		listener = install((struct watched){ false, false });
	if (listener < 0)
		report_failure(reports, "seccomp");
	return listener == NO_LISTENER ? -1 : (int)listener;
}
