/*
 * Preloaded into the kernel process alone: getrandom(2) answers from a seed, the process keeps to
 * one CPU, nothing waits for the disk, the CPU time used is left behind in a file, and a crash
 * leaves no core on the disk.
 *
 * All randomness of a User Mode Linux kernel enters through this call (arch/um/os-Linux/util.c,
 * os_getrandom). With a fixed seed and a fixed start of time the lab is a function of its inputs.
 * The generator is SplitMix64 (Steele, Lea, Flood 2014); it need not be secret, only fixed.
 */
#define _GNU_SOURCE
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
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
 * The agent's fsync() is there to get its bytes out of the lab and into the host's page cache. That
 * they reach the disk as well would cost nothing but wall time: seconds of it on a busy disk.
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

/* No core file; no file that grows without end (the kernel's memory is a file as well). */
__attribute__((constructor)) static void limit(void)
{
	keep_to_one_cpu();
	struct rlimit none = { 0, 0 }, file = { 1u << 30, 1u << 30 };
	setrlimit(RLIMIT_CORE, &none);
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
