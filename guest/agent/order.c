/* Orders from outside while the lab waits. Where they come from is a matter of the lab's machine (await.c, qemu/await.c). */
#include "agent.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>

static struct host *host_named(const char *name)
{
	for (int i = 0; i < plan.host_count; i++)
		if (!strcmp(plan.hosts[i].name, name))
			return &plan.hosts[i];
	die("order: unknown host %s", name);
}

/* `input HOST HEX` */
static void order_input(char *rest)
{
	struct host *host = host_named(strsep(&rest, " "));
	size_t length = rest ? strlen(rest) / 2 : 0;
	host->console.typed = true;
	for (size_t i = 0; i < length; i++) {
		unsigned byte = 0;
		sscanf(rest + 2 * i, "%2x", &byte);
		rest[i] = (char)byte;
	}
	console_write(host, rest, length);
}

/* `command HOST STEP LINE`: as a step of the plan. */
static void order_command(char *rest)
{
	struct host *host = host_named(strsep(&rest, " "));
	char *at = next_word(&rest, "");
	uint32_t step = (uint32_t)strtoul(at, &at, 10);
	host->console.typed = false; /* its prompts end commands again */
	run_command(host, step, *at ? at + 1 : at);
}

/* `advance NANOSECONDS`; whoever ordered it learns what time it is then. */
static void order_advance(char *rest)
{
	advance(strtoull(rest, NULL, 10));
	record_time();
}

/* `jump NANOSECONDS`, negative for back. */
static void order_jump(char *rest)
{
	settle();
	jump_clock(strtoll(rest, NULL, 10));
	record_time();
}

/* `resize HOST ROWS COLUMNS` */
static void order_resize(char *rest)
{
	struct host *host = host_named(strsep(&rest, " "));
	struct winsize size = { 0 };
	char *at = next_word(&rest, "");
	size.ws_row = (unsigned short)strtoul(at, &at, 10);
	size.ws_col = (unsigned short)strtoul(at, NULL, 10);
	ioctl(host->console.master, TIOCSWINSZ, &size);
}

/* `carrier HOST NIC 0|1` */
static void order_carrier(char *rest)
{
	struct host *host = host_named(strsep(&rest, " "));
	char *name = next_word(&rest, " ");
	bool on = *next_word(&rest, "") == '1';
	for (int i = 0; i < host->nic_count; i++)
		if (!strcmp(host->nics[i].name, name))
			net_carrier(&host->nics[i], on);
}

/* A person types at a console that echoes and edits; a suite's does neither. */
static void order_interactive(char *rest)
{
	struct termios t;
	struct host *host = host_named(rest);
	host->console.typed = true;
	if (tcgetattr(host->console.master, &t))
		return;
	t.c_lflag |= ECHO | ECHOE | ECHOK;
	t.c_oflag |= ONLCR;
	tcsetattr(host->console.master, TCSANOW, &t);
}

/* Prompts of consoles that orders type at are output like any other. Says it once when a shell is gone. */
static void show_typed(void)
{
	settle();
	for (int i = 0; i < plan.host_count; i++) {
		struct console *console = &plan.hosts[i].console;
		if (!console->typed)
			continue;
		console_emit(&plan.hosts[i], true);
		if (!has_shell(&plan.hosts[i])) {
			trouble(i, "shell-exit", "while orders typed");
			console->typed = false;
		}
	}
}

/* What changes nothing that a person at a console could see. */
static bool is_quiet(const char *word)
{
	static const char *const quiet[] = { "command", "postmortem", "settle", "tables", "deadline", "end" };
	for (size_t i = 0; i < sizeof quiet / sizeof *quiet; i++)
		if (!strcmp(word, quiet[i]))
			return true;
	return false;
}

/* Works off the lines of one file; false when it says `end`. */
static bool obey(FILE *file)
{
	char *line = NULL;
	size_t size = 0;
	bool more = true, typed = false;
	for (int i = 0; i < plan.host_count; i++)
		plan.hosts[i].console.command_bytes = 0;
	for (ssize_t n; more && (n = getline(&line, &size, file)) > 0;) {
		line[n - 1] = 0;
		char *rest = line, *word = strsep(&rest, " ");
		typed |= !is_quiet(word);
		if (!strcmp(word, "end"))
			more = false;
		else if (!rest)
			die("order: '%s' is cut short", word);
		else if (!strcmp(word, "input"))
			order_input(rest);
		else if (!strcmp(word, "command"))
			order_command(rest);
		else if (!strcmp(word, "advance"))
			order_advance(rest);
		else if (!strcmp(word, "jump"))
			order_jump(rest);
		else if (!strcmp(word, "resize"))
			order_resize(rest);
		else if (!strcmp(word, "carrier"))
			order_carrier(rest);
		else if (is_fault_order(word))
			fault_order(word, rest);
		else if (!strcmp(word, "interactive"))
			order_interactive(rest);
		else if (!strcmp(word, "settle"))
			settle();
		else if (!strcmp(word, "tables"))
			show_tables();
		else if (!strcmp(word, "deadline"))
			plan.deadline = strtoull(rest, NULL, 10);
		else if (!strcmp(word, "postmortem"))
			run_post_mortem(rest);
		else
			die("order: unknown word %s", word);
	}
	free(line);
	fclose(file);
	if (typed)
		show_typed();
	return more;
}

void orders_follow(void)
{
	for (uint32_t number = 0, more = 1; more;) {
		deaths_drain();
		record(REC_STEP_END, LAB, &number, sizeof number);
		capture_flush();
		record_flush();
		cost_of(COST_WAITING);
		FILE *file = order_await(&number);
		cost_of(COST_ORDERS);
		more = obey(file);
	}
}
