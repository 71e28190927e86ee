/*
 * Frames are stamped with the wall clock, so whoever sets it must be seen before the next frame: a process of a real-time
 * class waits for it (TFD_TIMER_CANCEL_ON_SET) and has its turn before the setter returns from the kernel
 * (fs/timerfd.c, timerfd_clock_was_set). What it has to say goes into the ring itself, as a frame over the loopback device
 * of the agent's namespace, between the frames of the old clock and those of the new one.
 */
#include "agent.h"
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/reboot.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

/* For experiments (IEEE 802, Local Experimental Ethertype 1); no link sees it. */
enum { MARK = 0x88b5, MARK_BYTES = 14 + 8 };

/*
 * Captures would have another time than records from then on. The watch has no records of its own to say it in, so the lab ends
 * without its last frame.
 */
static void give_up(const char *what)
{
	fprintf(stderr, "espalier: the wall clock is not watched: %s: %s\n", what, strerror(errno));
	reboot(RB_POWER_OFF);
	_exit(1);
}

static void send_mark(int fd)
{
	struct sockaddr_ll to = { .sll_family = AF_PACKET, .sll_ifindex = LOOPBACK, .sll_halen = 6 };
	uint8_t frame[MARK_BYTES] = { [12] = MARK >> 8, [13] = MARK & 0xff };
	int64_t off = clock_is_off();
	memcpy(frame + 14, &off, sizeof off);
	if (sendto(fd, frame, sizeof frame, 0, (struct sockaddr *)&to, sizeof to) < 0)
		give_up("mark");
}

int64_t clock_mark(const uint8_t *frame)
{
	int64_t off;
	memcpy(&off, frame + 14, sizeof off);
	return off;
}

/* A timer that never ends but when the clock is set. */
static void await_setting(int timer)
{
	struct itimerspec never = { .it_value = { .tv_sec = INT64_MAX / 1000000000 } };
	uint64_t ends;
	if (timerfd_settime(timer, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &never, NULL) < 0 && errno != ECANCELED)
		give_up("timer");
	while (read(timer, &ends, sizeof ends) >= 0 || errno != ECANCELED)
		;
}

/* Before the consoles, so that no copy of a terminal's descriptor keeps it open. */
void clock_watch(void)
{
	struct sched_param first = { .sched_priority = 1 };
	int timer = timerfd_create(CLOCK_REALTIME, TFD_CLOEXEC);
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	if (timer < 0 || fd < 0)
		die("watch the clock: %s", strerror(errno));
	if (fork() == 0) {
		record_detach();
		if (sched_setscheduler(0, SCHED_FIFO, &first))
			give_up("priority");
		for (;;) {
			await_setting(timer);
			send_mark(fd);
		}
	}
	close(timer);
	close(fd);
}
