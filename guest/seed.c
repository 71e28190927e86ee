/*
 * Preloaded into the kernel process alone: getrandom(2) answers from a seed, the process keeps to
 * one CPU, nothing waits for the disk, the CPU time used is left behind in a file, and a crash
 * leaves no core on the disk. Behind a lab's walls (ESPALIER_WALLED) the kernel can create no file: it gets the one for its
 * memory from the starter, and those of its folder for a name that nobody asks for exist in memory only.
 *
 * All randomness of a User Mode Linux kernel enters through this call (arch/um/os-Linux/util.c,
 * os_getrandom). With a fixed seed and a fixed start of time the lab is a function of its inputs.
 * The generator is SplitMix64 (Steele, Lea, Flood 2014); it need not be secret, only fixed.
 */
#define _GNU_SOURCE
#include "shim.h"
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

static uint64_t state;
static int seeded;

static uint64_t next(void)
{
	uint64_t z = (state += 0x9e3779b97f4a7c15u);
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

ssize_t getrandom(void *buffer, size_t length, unsigned flags)
{
	const char *text = getenv("ESPALIER_SEED");
	if (!text)
		return syscall(SYS_getrandom, buffer, length, flags);
	if (!seeded) {
		state = strtoull(text, NULL, 10);
		seeded = 1;
	}
	unsigned char *out = buffer;
	for (size_t i = 0; i < length; i++)
		out[i] = (unsigned char)next();
	return (ssize_t)length;
}

/*
 * The kernel calls these for a sync of a hostfs file. A lab writes no such file, so there is nothing to wait for: a wait for
 * this machine's disk would take seconds of wall time where it is busy.
 */
int fsync(int fd)
{
	(void)fd;
	return 0;
}

int fdatasync(int fd)
{
	(void)fd;
	return 0;
}

/* guest/starter/starter.h */
enum { MEMORY_FD = 4 };

/* `uml_dir=` of a lab's kernel (src/lab/substrate/uml/uml.ts). */
static int names_lab(const char *path)
{
	static const char folder[] = "/proc/self/cwd/umid/";
	return getenv("ESPALIER_WALLED") && !strncmp(path, folder, sizeof folder - 1);
}

static int in_memory(void) { return memfd_create("umid", MFD_CLOEXEC); }

int open64(const char *path, int flags, ...)
{
	va_list args;
	va_start(args, flags);
	mode_t mode = flags & (O_CREAT | (O_TMPFILE & ~O_DIRECTORY)) ? va_arg(args, mode_t) : 0;
	va_end(args);
	if ((flags & O_TMPFILE) == O_TMPFILE && getenv("ESPALIER_WALLED"))
		return fcntl(MEMORY_FD, F_DUPFD_CLOEXEC, 0);
	if (flags & O_CREAT && names_lab(path))
		return in_memory();
	return openat(AT_FDCWD, path, flags | O_LARGEFILE, mode);
}

int mkstemp64(char *template)
{
	if (names_lab(template))
		return in_memory();
	return mkostemp(template, 0);
}

/* A terminal of the machine's, which is looked at once and not needed: not there for any lab, so that all boot alike. */
int access(const char *path, int mode)
{
	if (getenv("ESPALIER_WALLED") && (!strcmp(path, "/dev/ptmx") || !strcmp(path, "/dev/ptyp0"))) {
		errno = ENOENT;
		return -1;
	}
	return faccessat(AT_FDCWD, path, mode, 0);
}

int mkdir(const char *path, mode_t mode) { return names_lab(path) ? 0 : mkdirat(AT_FDCWD, path, mode); }
int unlink(const char *path) { return names_lab(path) ? 0 : unlinkat(AT_FDCWD, path, 0); }
int rmdir(const char *path) { return names_lab(path) ? 0 : unlinkat(AT_FDCWD, path, AT_REMOVEDIR); }

/*
 * Behind walls that ask the starter about each of these (guest/starter/watch.c), a signal that comes before it has listened ends the call.
 * The kernel takes that for a failure.
 */
int clone(int (*run)(void *), void *stack, int flags, void *argument, ...)
{
	extern int __clone(int (*)(void *), void *, int, void *, ...);
	va_list more;
	va_start(more, argument);
	void *parent = va_arg(more, void *), *storage = va_arg(more, void *), *child = va_arg(more, void *);
	va_end(more);
	int made;
	do
		made = __clone(run, stack, flags, argument, parent, storage, child);
	while (made < 0 && errno == EINTR);
	if (made > 0 && !(flags & CLONE_THREAD))
		remember_process(made);
	return made;
}

int kill(pid_t process, int number)
{
	long done;
	do
		done = syscall(SYS_kill, process, number);
	while (done < 0 && errno == EINTR);
	return (int)done;
}

/*
 * Every system call of a guest process hands over between two host processes (arch/um, seccomp
 * mode). On one CPU that is a plain context switch; across CPUs it is a wake-up by interrupt,
 * which doubles the time a lab takes.
 */
static void keep_to_one_cpu(void)
{
	const char *text = getenv("ESPALIER_CPU");
	cpu_set_t set;
	if (!text)
		return;
	CPU_ZERO(&set);
	CPU_SET(atoi(text), &set);
	sched_setaffinity(0, sizeof set, &set);
}

/* No core file; no file that grows without end (the kernel's memory is a file as well, whose size is the starter's limit). */
__attribute__((constructor)) static void limit(void)
{
	keep_to_one_cpu();
	struct rlimit none = { 0, 0 }, file = { RLIM_INFINITY, RLIM_INFINITY };
	setrlimit(RLIMIT_CORE, &none);
	getrlimit(RLIMIT_FSIZE, &file);
	if (file.rlim_max == RLIM_INFINITY)
		file.rlim_cur = file.rlim_max = 1u << 30;
	setrlimit(RLIMIT_FSIZE, &file);
}

static double seconds(int who)
{
	struct rusage u;
	getrusage(who, &u);
	return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) + (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

/* The guest's processes are children of the kernel process: both count. */
__attribute__((destructor)) static void leave_usage(void)
{
	const char *path = getenv("ESPALIER_USAGE");
	FILE *file = path ? fopen(path, "we") : NULL;
	if (!file)
		return;
	fprintf(file, "%.6f\n", seconds(RUSAGE_SELF) + seconds(RUSAGE_CHILDREN));
	fclose(file);
}
