/* The hosts' terminals: bytes in and out, the prompt that ends a command, and waiting at the lab's clock. */
#include "agent.h"
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

enum { TYPED_BYTES = 256 << 10, QUIET_TICKS = 2 };

static const uint64_t tick_ns = 100000000, longest_tick_ns = 32 * tick_ns;

static int load_fd = -1;

int wake_fd = -1;

static int index_of(struct host *host) { return (int)(host - plan.hosts); }

/* Marker that opens a prompt: GS, nonce, colon. */
static const char *marker(size_t *length)
{
	static char text[32];
	*length = (size_t)snprintf(text, sizeof text, "\x1d%s:", plan.nonce);
	return text;
}

/* Records everything in front of what may be (the start of) a prompt; `all`: that as well. */
void console_emit(struct host *host, bool all)
{
	struct console *c = &host->console;
	size_t length, keep = c->pending_len;
	const char *mark = marker(&length);
	uint8_t *last = c->pending_len ? memrchr(c->pending, mark[0], c->pending_len) : NULL;
	if (!all && last) {
		size_t tail = c->pending_len - (size_t)(last - c->pending);
		if (!memcmp(last, mark, tail < length ? tail : length))
			keep = (size_t)(last - c->pending);
	}
	if (keep) {
		record(REC_OUTPUT, index_of(host), c->pending, keep);
		memmove(c->pending, c->pending + keep, c->pending_len - keep);
		c->pending_len -= keep;
	}
}

static bool drain_console(struct host *host)
{
	struct console *c = &host->console;
	bool any = false;
	while (c->master >= 0) {
		c->pending = grow(c->pending, &c->pending_cap, c->pending_len + 65536);
		ssize_t n = read(c->master, c->pending + c->pending_len, 65536);
		if (n > 0) {
			cost_output(c->pending + c->pending_len, (size_t)n);
			c->pending_len += (size_t)n;
			c->command_bytes += (uint64_t)n;
			any = true;
			console_emit(host, false);
			if (c->command_bytes > plan.output_cap)
				break;
		} else if (n < 0 && errno == EINTR) {
			continue;
		} else {
			if (n == 0 || errno == EIO) { /* the last holder of the terminal is gone */
				close(c->master);
				c->master = -1;
			}
			break;
		}
	}
	return any;
}

static bool drain(void)
{
	bool any = false;
	for (int i = 0; i < plan.host_count; i++) {
		any |= drain_console(&plan.hosts[i]);
		xfrm_drain(&plan.hosts[i]);
	}
	any |= faults_run();
	return any;
}

/*
 * The host, if any, whose console printed more than one command (or one order at a console that orders
 * type at) may. Whoever waits must stop then: a program that prints without end keeps the clock from
 * running. After an order it fills its terminal and stands, and the next order can bring a ^C.
 */
struct host *flooding(void)
{
	for (int i = 0; i < plan.host_count; i++) {
		struct console *c = &plan.hosts[i].console;
		if (c->command_bytes > (c->typed ? TYPED_BYTES : plan.output_cap))
			return &plan.hosts[i];
	}
	return NULL;
}

/* True when the agent is the only task that could run. Reading loadavg takes no virtual time. */
static bool alone(void)
{
	char text[64];
	if (load_fd < 0)
		load_fd = open("/proc/loadavg", O_RDONLY | O_CLOEXEC);
	ssize_t n = pread(load_fd, text, sizeof text - 1, 0);
	if (n <= 0)
		return true;
	text[n] = 0;
	int running = 0;
	sscanf(text, "%*s %*s %*s %d/", &running);
	return running <= 1;
}

/*
 * Lets everything that can run do so. With infinite CPU speed a sleep ends only when nothing else
 * is runnable, so one microsecond is enough; the load says whether somebody slept through it.
 */
void settle(void)
{
	struct timespec moment = { 0, settling.sleep_ns };
	int round = 0;
	do {
		nanosleep(&moment, NULL);
	} while ((drain() || !alone()) && !flooding() && ++round != settling.rounds);
}

/*
 * Length of the complete prompt `marker STATUS:DIRECTORY RS` at the start of the pending bytes, or
 * 0. Behind it there may be words of background jobs, written before the agent could look. A test
 * that prints $PS1 prints the letters `$?` where a prompt has digits.
 */
static size_t prompt_length(struct console *c)
{
	size_t at;
	const char *mark = marker(&at);
	if (c->pending_len <= at || memcmp(c->pending, mark, at) || !isdigit(c->pending[at]))
		return 0;
	while (at < c->pending_len && isdigit(c->pending[at]))
		at++;
	if (at == c->pending_len || c->pending[at] != ':')
		return 0;
	uint8_t *end = memchr(c->pending, '\x1e', c->pending_len);
	return end ? (size_t)(end - c->pending) + 1 : 0;
}

/* A prompt is here, and no program that the shell waits for owns the terminal. */
bool at_prompt(struct host *host)
{
	pid_t group = 0;
	if (!prompt_length(&host->console) || ioctl(host->console.master, TIOCGPGRP, &group))
		return false;
	if (!host->console.shell_group)
		host->console.shell_group = group;
	return group == host->console.shell_group;
}

/*
 * False once the shell that had a prompt here has ended: its terminal has no session any more. The
 * terminal itself may live on, held open by a job that the shell left behind.
 */
bool has_shell(struct host *host)
{
	pid_t session;
	struct console *c = &host->console;
	return c->master >= 0 && (!c->shell_group || !ioctl(c->master, TIOCGSID, &session));
}

/* Takes the prompt off the pending bytes; `text` gets what stands between its marker and its end. */
void take_prompt(struct host *host, char *text, size_t size)
{
	size_t open;
	marker(&open);
	struct console *c = &host->console;
	size_t length = prompt_length(c);
	snprintf(text, size, "%.*s", (int)(length - open - 1), (char *)c->pending + open);
	c->pending_len -= length;
	memmove(c->pending, c->pending + length, c->pending_len);
}

/*
 * Tells the driver now and then that the clock goes on where nothing else does: it must not take a program that computes
 * for long for one that never ends.
 */
static void show_progress(uint64_t now)
{
	static unsigned quiet;
	if (++quiet % QUIET_TICKS)
		return;
	channel_send(SEND_CLOCK, 0, &now, sizeof now);
}

/*
 * On a tick the capture socket is emptied before it is full, and what is known is written out, so
 * that the outside sees the progress of a long command. Ticks come every 100 ms of the lab's clock,
 * and ever more seldom while nothing happens, since an hour of silence should cost nothing.
 */
static uint64_t tick_interval = tick_ns, next_tick;

static void tick(bool busy)
{
	static bool busy_since;
	uint64_t now = uptime_ns();
	busy_since |= busy;
	if (busy && next_tick > now + tick_ns)
		next_tick = now + tick_ns;
	if (now < next_tick)
		return;
	busy_since |= capture_drain();
	deaths_drain();
	if (!record_flush())
		show_progress(now);
	tick_interval = busy_since ? tick_ns : tick_interval < longest_tick_ns ? 2 * tick_interval : tick_interval;
	next_tick = now + tick_interval;
	busy_since = false;
}

/* Waits up to a tick for bytes or events, and takes them. */
void wait_some(uint64_t until)
{
	struct pollfd fds[2 * MAX_HOSTS + MAX_LINKS + 1];
	nfds_t n = 0;
	for (int i = 0; i < plan.host_count; i++) {
		fds[n++] = (struct pollfd){ .fd = plan.hosts[i].console.master, .events = POLLIN };
		fds[n++] = (struct pollfd){ .fd = plan.hosts[i].xfrm_events, .events = POLLIN };
	}
	nfds_t taps = n;
	for (int i = 0; i < plan.link_count; i++)
		if (plan.links[i].detour)
			fds[n++] = (struct pollfd){ .fd = plan.links[i].detour_fd, .events = POLLIN };
	if (wake_fd >= 0)
		fds[n++] = (struct pollfd){ .fd = wake_fd, .events = POLLIN };
	uint64_t now = uptime_ns(), end = until < next_tick ? until : next_tick;
	if (faults_due() < end)
		end = faults_due();
	uint64_t limit = end > now ? end - now : 0;
	struct timespec t = { (time_t)(limit / 1000000000u), (long)(limit % 1000000000u) };
	bool busy = ppoll(fds, n, &t, NULL) > 0;
	busy |= faults_run();
	for (nfds_t i = 0; busy && i < taps; i++) {
		if (fds[i].revents && i % 2)
			xfrm_drain(&plan.hosts[i / 2]);
		else if (fds[i].revents)
			drain_console(&plan.hosts[i / 2]);
	}
	tick(busy);
}

void advance(uint64_t ns)
{
	uint64_t until = uptime_ns() + ns;
	while (uptime_ns() < until && !flooding())
		wait_some(until);
	settle();
	capture_complete();
}

void console_write(struct host *host, const void *bytes, size_t length)
{
	const uint8_t *at = bytes;
	while (length && host->console.master >= 0) {
		ssize_t n = write(host->console.master, at, length);
		if (n > 0) {
			at += n;
			length -= (size_t)n;
		} else if (errno == EAGAIN) {
			wait_some(uptime_ns() + tick_ns);
		} else if (errno != EINTR) {
			return;
		}
	}
}
