/*
 * Preloaded into QEMU: its machine's clock is the lab's. The file `time` of the working folder says how the lab's time follows from this
 * machine's, so a machine that takes seconds to compute by TCG what a processor does in milliseconds finds that milliseconds have passed.
 * The driver (src/lab/substrate/qemu/lab-clock.ts) writes it, and sees in it whether a machine only waits: then it can move the time on.
 *
 *   0     u32 slot in force, u32 zero; two slots of u64 this machine's ns, u64 the lab's at that moment, u64 how many times slower (0: it stands)
 *   64    for each machine 64 bytes: u64 the lab's ns until which it waits (0: it does not), u32 processors that halted, u32 waits so far,
 *         u32 its process
 *
 * All that QEMU does at a time it takes from clock_gettime(CLOCK_MONOTONIC), and waits for it in ppoll(2) on its first thread. The driver
 * wakes that by a byte through the socket `time.socket`.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum { MACHINES = 64, MOST_FDS = 256 };
#define SECOND 1000000000u

struct slot {
	uint64_t real, lab, slower;
};

struct machine {
	_Atomic uint64_t until;
	_Atomic uint32_t halted, waits, process;
	uint8_t unused[44];
};

struct times {
	_Atomic uint32_t current;
	uint32_t zero;
	struct slot slots[2];
	uint64_t unused;
	struct machine machines[MACHINES];
};

static struct times *times;
static struct machine *own;

static int (*real_clock)(clockid_t, struct timespec *);
static int (*real_ppoll)(struct pollfd *, nfds_t, const struct timespec *, const sigset_t *);
static int (*real_wait)(pthread_cond_t *, pthread_mutex_t *);
static int (*real_timedwait)(pthread_cond_t *, pthread_mutex_t *, const struct timespec *);

static uint64_t real_now(void)
{
	struct timespec t;
	real_clock(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * SECOND + (uint64_t)t.tv_nsec;
}

static struct timespec timespec_of(uint64_t ns)
{
	return (struct timespec){ (time_t)(ns / SECOND), (long)(ns % SECOND) };
}

/* The slot in force stays as it is while it is: the other one is written. */
static struct slot slot_now(void)
{
	for (;;) {
		uint32_t current = atomic_load(&times->current);
		struct slot slot = times->slots[current & 1];
		atomic_thread_fence(memory_order_acquire);
		if (atomic_load(&times->current) == current)
			return slot;
	}
}

static uint64_t lab_at(const struct slot *slot, uint64_t real)
{
	return slot->slower && real > slot->real ? slot->lab + (real - slot->real) / slot->slower : slot->lab;
}

static uint64_t lab_now(void)
{
	struct slot slot = slot_now();
	return lab_at(&slot, real_now());
}

__attribute__((constructor)) static void begin(void)
{
	real_clock = dlsym(RTLD_NEXT, "clock_gettime");
	real_ppoll = dlsym(RTLD_NEXT, "ppoll");
	/* Without a version these would be those of 1999, with other structures. */
	real_wait = dlvsym(RTLD_NEXT, "pthread_cond_wait", "GLIBC_2.3.2");
	real_timedwait = dlvsym(RTLD_NEXT, "pthread_cond_timedwait", "GLIBC_2.3.2");
	const char *number = getenv("ESPALIER_MACHINE");
	int file = number ? open("time", O_RDWR | O_CLOEXEC) : -1;
	if (file < 0)
		return;
	struct times *map = mmap(NULL, sizeof *map, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
	close(file);
	if (map == MAP_FAILED)
		return;
	own = &map->machines[(unsigned)atoi(number) % MACHINES];
	times = map;
}

int clock_gettime(clockid_t clock, struct timespec *t)
{
	if (clock != CLOCK_MONOTONIC || !times)
		return (int)syscall(SYS_clock_gettime, clock, t);
	*t = timespec_of(lab_now());
	return 0;
}

static int wake_line(void)
{
	static int line = -1;
	struct sockaddr_un at = { .sun_family = AF_UNIX, .sun_path = "time.socket" };
	if (line >= 0)
		return line;
	line = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (line < 0 || connect(line, (struct sockaddr *)&at, sizeof at))
		abort();
	atomic_store(&own->process, (uint32_t)getpid());
	return line;
}

/* One wait until something comes, the lab's time is `until`, or the time's course changed; `changed` says the last. */
static int wait_once(struct pollfd *fds, nfds_t n, uint64_t until, const sigset_t *mask, bool *changed)
{
	char byte[64];
	struct slot slot = slot_now();
	uint64_t now = lab_at(&slot, real_now());
	bool endless = until == UINT64_MAX || !slot.slower;
	struct timespec left = timespec_of(endless || until <= now ? 0 : (until - now) * slot.slower);
	fds[n] = (struct pollfd){ .fd = wake_line(), .events = POLLIN };
	int ready = real_ppoll(fds, n + 1, endless && until > now ? NULL : &left, mask);
	*changed = ready > 0 && fds[n].revents;
	if (!*changed)
		return ready;
	while (recv(fds[n].fd, byte, sizeof byte, 0) > 0)
		;
	return ready - 1;
}

int ppoll(struct pollfd *fds, nfds_t n, const struct timespec *timeout, const sigset_t *mask)
{
	bool at_once = timeout && !timeout->tv_sec && !timeout->tv_nsec;
	if (!times || at_once || n >= MOST_FDS || getpid() != gettid())
		return real_ppoll(fds, n, timeout, mask);
	struct pollfd all[MOST_FDS + 1];
	memcpy(all, fds, n * sizeof *fds);
	uint64_t until = timeout ? lab_now() + (uint64_t)timeout->tv_sec * SECOND + (uint64_t)timeout->tv_nsec : UINT64_MAX;
	bool changed;
	int ready;
	do {
		atomic_fetch_add(&own->waits, 1);
		atomic_store(&own->until, until);
		ready = wait_once(all, n, until, mask, &changed);
		atomic_store(&own->until, 0);
	} while (ready == 0 && (changed || lab_now() < until));
	memcpy(fds, all, n * sizeof *fds);
	return ready;
}

static bool is_processor(void)
{
	static __thread int known = -1;
	char name[16] = "";
	if (known < 0)
		known = !prctl(PR_GET_NAME, name) && !strncmp(name, "CPU ", 4);
	return known;
}

int pthread_cond_wait(pthread_cond_t *condition, pthread_mutex_t *mutex)
{
	bool halts = times && is_processor();
	if (halts)
		atomic_fetch_add(&own->halted, 1);
	int error = real_wait(condition, mutex);
	if (halts)
		atomic_fetch_sub(&own->halted, 1);
	return error;
}

/* A moment of the monotonic clock, which it asked for above, is one of the lab's: the library waits for this machine's. */
int pthread_cond_timedwait(pthread_cond_t *condition, pthread_mutex_t *mutex, const struct timespec *until)
{
	static const time_t no_date = 100000000;
	if (!times || until->tv_sec > no_date)
		return real_timedwait(condition, mutex, until);
	uint64_t at = (uint64_t)until->tv_sec * SECOND + (uint64_t)until->tv_nsec, now = lab_now();
	struct timespec moved = timespec_of(real_now() + (at > now ? at - now : 0));
	return real_timedwait(condition, mutex, &moved);
}
