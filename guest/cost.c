/*
 * Preloaded into the kernel process, beside seed.c: says what CPU time each part of a lab takes. The agent marks where a part begins,
 * by a frame of its own on the way out of the lab (guest/agent/channel.c); here the CPU time so far is added to it while the whole lab
 * waits for this write. So the guest never sees a clock of the machine, and no other process has to be quick.
 */
#define _GNU_SOURCE
#include "shim.h"
#include <errno.h>
#include <linux/futex.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

/* guest/starter/starter.h and evidence.c */
enum { EVIDENCE_FD = 3, COST = 6 };

struct head {
	uint16_t kind, index;
	uint32_t length;
};
struct mark { /* as the agent sends it */
	struct head head;
	uint32_t what;
};
struct __attribute__((packed)) cost {
	struct head head;
	uint32_t what;
	uint64_t cpu_us, hand_overs; /* of the lab so far */
	uint64_t kernel_us;	     /* of the kernel process alone */
};

/*
 * Processes of the guest that live, as far as is known: one that was reaped is taken out when it is next asked for. Each CPU of the kernel is a
 * thread, and may be interrupted by one that asks: so there is no lock, and a place that is 0 is taken by whoever comes first.
 */
enum { MOST = 4096 };
static pid_t living[MOST];
static int used; /* places up to here may be taken */

void remember_process(pid_t process)
{
	for (int i = 0; i < used; i++)
		if (living[i] == process)
			return;
	for (int i = 0; i < MOST; i++) {
		pid_t none = 0;
		if (!__atomic_compare_exchange_n(&living[i], &none, process, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED))
			continue;
		for (int seen = used; seen <= i;)
			__atomic_compare_exchange_n(&used, &seen, i + 1, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED);
		return;
	}
}

/*
 * The kernel hands over to a process of the guest by waking it (FUTEX_WAKE, arch/um/os-Linux/skas/process.c), once for each system call,
 * page fault and signal of the guest. So much repeats from lab to lab, where times do not.
 */
static uint64_t hand_overs;

long syscall(long number, ...)
{
	long a[6];
	va_list args;
	va_start(args, number);
	for (int i = 0; i < 6; i++)
		a[i] = va_arg(args, long);
	va_end(args);
	if (number == SYS_futex && (a[1] & FUTEX_CMD_MASK) == FUTEX_WAKE)
		__atomic_fetch_add(&hand_overs, 1, __ATOMIC_RELAXED);
	long result;
	register long r10 __asm__("r10") = a[3], r8 __asm__("r8") = a[4], r9 __asm__("r9") = a[5];
	__asm__ volatile("syscall"
			 : "=a"(result)
			 : "a"(number), "D"(a[0]), "S"(a[1]), "d"(a[2]), "r"(r10), "r"(r8), "r"(r9)
			 : "rcx", "r11", "memory");
	if (result < 0 && result >= -4095) {
		errno = (int)-result;
		return -1;
	}
	return result;
}

static uint64_t microseconds(const struct rusage *u)
{
	return (uint64_t)(u->ru_utime.tv_sec + u->ru_stime.tv_sec) * 1000000u + (uint64_t)(u->ru_utime.tv_usec + u->ru_stime.tv_usec);
}

/* The clock of all CPU time of a process (CPUCLOCK_SCHED of linux/posix-timers_types.h); false: it is gone and reaped. */
static int clock_of(pid_t process, uint64_t *us)
{
	struct timespec t;
	if (clock_gettime((clockid_t)((~(unsigned)process << 3) | 2), &t))
		return 0;
	*us = (uint64_t)t.tv_sec * 1000000u + (uint64_t)t.tv_nsec / 1000u;
	return 1;
}

static uint64_t kernel_cpu_us(void)
{
	struct rusage own;
	getrusage(RUSAGE_SELF, &own);
	return microseconds(&own);
}

static uint64_t guests_cpu_us(void)
{
	struct rusage reaped;
	uint64_t us, sum = 0;
	for (int i = 0; i < used; i++) {
		pid_t process = living[i];
		if (process && clock_of(process, &us))
			sum += us;
		else if (process)
			__atomic_compare_exchange_n(&living[i], &process, 0, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED);
	}
	getrusage(RUSAGE_CHILDREN, &reaped);
	return sum + microseconds(&reaped);
}

/* The kernel has the way out under a number of its own beside the one that it was given. */
static int leads_out(int fd)
{
	struct stat out, this;
	return getenv("ESPALIER_WALLED") && !fstat(EVIDENCE_FD, &out) && !fstat(fd, &this) && out.st_dev == this.st_dev &&
	       out.st_ino == this.st_ino;
}

/* The kernel's line driver hands over what the agent writes in one piece; a mark that comes otherwise says nothing of time. */
ssize_t write(int fd, const void *bytes, size_t length)
{
	struct mark mark;
	if (length != sizeof mark)
		return syscall(SYS_write, fd, bytes, length);
	memcpy(&mark, bytes, sizeof mark);
	if (mark.head.kind != COST || mark.head.index != 0 || mark.head.length != sizeof mark.what || !leads_out(fd))
		return syscall(SYS_write, fd, bytes, length);
	uint64_t guests = guests_cpu_us(), kernel = kernel_cpu_us();
	struct cost cost = { { COST, 0, sizeof cost - sizeof cost.head }, mark.what, guests + kernel, hand_overs, kernel };
	/* So few bytes go into a pipe together or not at all. */
	ssize_t written = syscall(SYS_write, fd, &cost, sizeof cost) < 0 ? -1 : (ssize_t)length;
	hold_at(mark.what);
	return written;
}
