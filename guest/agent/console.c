/* Typing at consoles: a command ends when the prompt is back, the shell owns its terminal, and nothing else can run. */
#include "agent.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static void sleep_until(uint64_t uptime)
{
	struct timespec t = { .tv_sec = (time_t)(uptime / 1000000000u), .tv_nsec = (long)(uptime % 1000000000u) };
	while (clock_nanosleep(CLOCK_BOOTTIME, TIMER_ABSTIME, &t, NULL) == EINTR)
		;
}

static int index_of(struct host *host) { return (int)(host - plan.hosts); }

enum outcome { PROMPT, TIMEOUT, FLOOD, GONE };

static enum outcome await_prompt(struct host *host, uint64_t deadline)
{
	for (;;) {
		if (at_prompt(host))
			settle();
		if (flooding())
			return FLOOD;
		if (at_prompt(host))
			return PROMPT;
		if (!has_shell(host)) {
			settle(); /* its last words */
			return GONE;
		}
		if (uptime_ns() >= deadline)
			return TIMEOUT;
		wait_some(deadline);
	}
}

/*
 * All tables as of one moment, none of which shows what an event behind it in the records tells: after a
 * round that records nothing the clock is not read, so nothing can happen until all are dumped.
 */
static void take_tables(void)
{
	bool any;
	do {
		any = false;
		for (int i = 0; i < plan.host_count; i++)
			any |= xfrm_drain(&plan.hosts[i]);
	} while (any);
	for (int i = 0; i < plan.host_count; i++)
		xfrm_dump(&plan.hosts[i]);
}

void show_tables(void)
{
	deaths_drain();
	take_tables();
	for (int i = 0; i < plan.host_count; i++)
		xfrm_record(&plan.hosts[i]);
}

/* The end of a command, directly followed by the tables that changed. */
static void boundary(struct host *host, const void *payload, size_t length)
{
	cost_evidence(true);
	capture_complete();
	deaths_drain();
	take_tables();
	record(REC_COMMAND_END, index_of(host), payload, length);
	for (int i = 0; i < plan.host_count; i++)
		xfrm_record(&plan.hosts[i]);
	capture_flush();
	cost_evidence(false);
}

/* The prompt says the exit status and the working directory. */
static void finish_command(struct host *host, bool recorded)
{
	char text[4096], *directory;
	uint8_t payload[4 + sizeof text];
	take_prompt(host, text, sizeof text);
	int32_t status = (int32_t)strtol(text, &directory, 10);
	size_t length = *directory == ':' ? strlen(++directory) : 0;
	memcpy(payload, &status, 4);
	memcpy(payload + 4, directory, length);
	console_emit(host, false); /* words that came while the lab settled belong to this command */
	if (recorded)
		boundary(host, payload, 4 + length);
}

static bool give_up(struct host *host, enum outcome outcome, const char *line)
{
	static const char *const words[] = { "", "timeout", "flood", "shell-exit" };
	if (outcome == FLOOD)
		host = flooding(); /* perhaps a job in the background elsewhere */
	console_emit(host, true);
	trouble(index_of(host), words[outcome], "%s", line);
	return false;
}

/* Types a line and waits for its end, then lets the plan's gap pass. False: the lab cannot go on. */
bool run_command(struct host *host, uint32_t step, const char *line)
{
	uint8_t payload[4 + 4096];
	size_t n = strlen(line) < 4096 ? strlen(line) : 4096;
	memcpy(payload, &step, 4);
	memcpy(payload + 4, line, n);
	deaths_drain(); /* who ended before was not ended by this command */
	record(REC_COMMAND_BEGIN, index_of(host), payload, 4 + n);
	record_flush(); /* a command that kills the kernel must be known by name */
	cost_of(step);
	host->console.command_bytes = 0;
	console_write(host, line, strlen(line));
	console_write(host, "\n", 1);
	enum outcome outcome = await_prompt(host, uptime_ns() + plan.deadline);
	if (outcome != PROMPT)
		return give_up(host, outcome, line);
	finish_command(host, true);
	advance(plan.gap);
	return true;
}

bool run_steps(struct line *steps)
{
	for (struct line *l = steps; l; l = l->next)
		if (!run_command(&plan.hosts[l->host], l->step, l->text))
			return false;
	return true;
}

void run_post_mortem(const char *line)
{
	uint8_t on = 1, off = 0;
	for (int i = 0; i < plan.host_count; i++) {
		record(REC_POST_MORTEM, i, &on, 1);
		run_command(&plan.hosts[i], ~0u, line);
		record(REC_POST_MORTEM, i, &off, 1);
	}
}

static void run_setup_line(struct host *host, const char *line)
{
	console_write(host, line, strlen(line));
	console_write(host, "\n", 1);
	if (await_prompt(host, uptime_ns() + plan.deadline) != PROMPT)
		die("host %s: set-up line failed: %s", host->name, line);
	finish_command(host, false);
}

/* Starts all shells, passes the warm-up, and leaves every console at a fresh prompt. */
void consoles_start(void)
{
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
		for (struct line *l = plan.setup; l; l = l->next)
			run_setup_line(host, l->text);
	}
}
