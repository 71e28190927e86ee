/* Typing at consoles: a command ends when the prompt is back, the shell owns its terminal, and nothing else can run. */
#include "agent.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

static const uint64_t tick_ns = 100000000;
static int load_fd = -1;

static void sleep_until(uint64_t uptime)
{
	struct timespec t = { .tv_sec = (time_t)(uptime / 1000000000u), .tv_nsec = (long)(uptime % 1000000000u) };
	while (clock_nanosleep(CLOCK_BOOTTIME, TIMER_ABSTIME, &t, NULL) == EINTR)
		;
}

/* Marker that opens a prompt: GS, nonce, colon. */
static const char *marker(size_t *length)
{
	static char text[32];
	*length = (size_t)snprintf(text, sizeof text, "\x1d%s:", plan.nonce);
	return text;
}

static int index_of(struct host *host) { return (int)(host - plan.hosts); }

/* Records everything in front of what may be (the start of) a prompt. */
static void emit(struct host *host, bool all)
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
			c->pending_len += (size_t)n;
			c->command_bytes += (uint64_t)n;
			any = true;
			emit(host, false);
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
	return any;
}

/* True when the agent is the only task that could run. Reading loadavg takes no virtual time. */
static bool alone(void)
{
	char text[64];
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
static void settle(void)
{
	struct timespec moment = { 0, 1000 };
	do {
		nanosleep(&moment, NULL);
	} while (drain() || !alone());
}

static bool has_prompt(struct host *host)
{
	size_t length;
	const char *mark = marker(&length);
	struct console *c = &host->console;
	return c->pending_len > length && !memcmp(c->pending, mark, length) && c->pending[c->pending_len - 1] == '\x1e';
}

static bool owns_terminal(struct host *host)
{
	pid_t group = 0;
	if (ioctl(host->console.master, TIOCGPGRP, &group))
		return false;
	if (!host->console.shell_group)
		host->console.shell_group = group;
	return group == host->console.shell_group;
}

/* Waits up to a tick for bytes or events; on a tick also empties the capture socket. */
static void wait_some(uint64_t until)
{
	struct pollfd fds[2 * MAX_HOSTS];
	nfds_t n = 0;
	for (int i = 0; i < plan.host_count; i++) {
		fds[n++] = (struct pollfd){ .fd = plan.hosts[i].console.master, .events = POLLIN };
		fds[n++] = (struct pollfd){ .fd = plan.hosts[i].xfrm_events, .events = POLLIN };
	}
	uint64_t now = uptime_ns(), limit = now + tick_ns < until ? tick_ns : until > now ? until - now : 0;
	struct timespec t = { (time_t)(limit / 1000000000u), (long)(limit % 1000000000u) };
	if (ppoll(fds, n, &t, NULL) == 0)
		capture_drain();
	drain();
}

void advance(uint64_t ns)
{
	uint64_t until = uptime_ns() + ns;
	while (uptime_ns() < until)
		wait_some(until);
	settle();
	capture_drain();
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

enum outcome { PROMPT, TIMEOUT, FLOOD, GONE };

static enum outcome await_prompt(struct host *host, uint64_t deadline)
{
	for (;;) {
		if (has_prompt(host) && owns_terminal(host)) {
			settle();
			if (has_prompt(host) && owns_terminal(host))
				return PROMPT;
		}
		if (host->console.master < 0)
			return GONE;
		if (host->console.command_bytes > plan.output_cap)
			return FLOOD;
		if (uptime_ns() >= deadline)
			return TIMEOUT;
		wait_some(deadline);
	}
}

/* The prompt is `marker STATUS:DIRECTORY RS`; it is taken off the pending bytes. */
static void finish_command(struct host *host, bool recorded)
{
	size_t length;
	marker(&length);
	struct console *c = &host->console;
	uint8_t payload[4 + 4096];
	char *end;
	c->pending[c->pending_len - 1] = 0;
	int32_t status = (int32_t)strtol((char *)c->pending + length, &end, 10);
	size_t directory = *end == ':' ? strlen(++end) : 0;
	if (directory > 4096)
		directory = 4096;
	memcpy(payload, &status, 4);
	memcpy(payload + 4, end, directory);
	c->pending_len = 0;
	if (recorded)
		record(REC_COMMAND_END, index_of(host), payload, 4 + directory);
}

static void boundary(void)
{
	capture_drain();
	for (int i = 0; i < plan.host_count; i++)
		xfrm_dump(&plan.hosts[i]);
	capture_flush();
	record_flush();
}

static bool give_up(struct host *host, enum outcome outcome, const char *line)
{
	static const char *const words[] = { "", "timeout", "flood", "shell-exit" };
	emit(host, true);
	trouble(index_of(host), words[outcome], "%s", line);
	return false;
}

static bool run_line(struct host *host, const char *line)
{
	host->console.command_bytes = 0;
	console_write(host, line, strlen(line));
	console_write(host, "\n", 1);
	enum outcome outcome = await_prompt(host, uptime_ns() + plan.deadline);
	if (outcome != PROMPT)
		return give_up(host, outcome, line);
	finish_command(host, true);
	boundary();
	return true;
}

bool run_steps(struct line *steps)
{
	uint8_t payload[4 + 4096];
	for (struct line *l = steps; l; l = l->next) {
		size_t n = strlen(l->text) < 4096 ? strlen(l->text) : 4096;
		memcpy(payload, &l->step, 4);
		memcpy(payload + 4, l->text, n);
		record(REC_COMMAND_BEGIN, l->host, payload, 4 + n);
		if (l == steps)
			record_flush(); /* tells the outside that the lab is up */
		if (!run_line(&plan.hosts[l->host], l->text))
			return false;
		advance(plan.gap);
	}
	return true;
}

bool run_post_mortem(const char *line)
{
	uint32_t step = ~0u;
	uint8_t payload[4 + 4096], on = 1, off = 0;
	size_t n = strlen(line) < 4096 ? strlen(line) : 4096;
	memcpy(payload, &step, 4);
	memcpy(payload + 4, line, n);
	for (int i = 0; i < plan.host_count; i++) {
		record(REC_POST_MORTEM, i, &on, 1);
		record(REC_COMMAND_BEGIN, i, payload, 4 + n);
		run_line(&plan.hosts[i], line);
		record(REC_POST_MORTEM, i, &off, 1);
		advance(plan.gap);
	}
	return true;
}

/* Starts all shells, passes the warm-up, and leaves every console at a fresh prompt. */
void consoles_start(void)
{
	load_fd = open("/proc/loadavg", O_RDONLY | O_CLOEXEC);
	for (int i = 0; i < plan.host_count; i++)
		host_shell(&plan.hosts[i]);
	uint64_t now = uptime_ns();
	if (plan.warmup > now)
		sleep_until(plan.warmup);
	for (int i = 0; i < plan.host_count; i++) {
		struct host *host = &plan.hosts[i];
		if (await_prompt(host, uptime_ns() + plan.deadline) != PROMPT)
			die("host %s: no shell prompt but '%.*s'", host->name, (int)host->console.pending_len,
			    (char *)host->console.pending);
		finish_command(host, false);
		for (struct line *l = plan.setup; l; l = l->next) {
			console_write(host, l->text, strlen(l->text));
			console_write(host, "\n", 1);
			if (await_prompt(host, uptime_ns() + plan.deadline) != PROMPT)
				die("host %s: set-up line failed: %s", host->name, l->text);
			finish_command(host, false);
		}
	}
}
