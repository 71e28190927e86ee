/* The lab's clock, which is the kernel's since its boot: nothing in a host can set it. The wall clock is the hosts'. */
#include "agent.h"
#include <errno.h>
#include <string.h>
#include <time.h>

/* Virtual ns since 1970 at boot. */
static uint64_t origin;

static uint64_t clock_ns(clockid_t clock)
{
	struct timespec t;
	clock_gettime(clock, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

uint64_t uptime_ns(void) { return clock_ns(CLOCK_BOOTTIME); }
uint64_t lab_time(uint64_t uptime) { return origin + uptime; }
uint64_t now_ns(void) { return lab_time(uptime_ns()); }

/* Wall clock at the kernel's boot. Each look at a clock steps it, so what is in the middle is read between two others. */
static uint64_t wall_at_boot(void)
{
	uint64_t before = uptime_ns(), wall = clock_ns(CLOCK_REALTIME), after = uptime_ns();
	return wall - (before + (after - before) / 2);
}

void clock_start(void) { origin = wall_at_boot(); }

/* Sets the wall clock of all hosts, forward or back. */
void jump_clock(int64_t ns)
{
	uint64_t wall = clock_ns(CLOCK_REALTIME) + (uint64_t)ns;
	struct timespec t = { (time_t)(wall / 1000000000u), (long)(wall % 1000000000u) };
	if (clock_settime(CLOCK_REALTIME, &t))
		die("set the clock: %s", strerror(errno));
}

int64_t clock_is_off(void) { return (int64_t)(wall_at_boot() - origin); }
