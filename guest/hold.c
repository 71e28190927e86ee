/*
 * Preloaded into the kernel process, beside cost.c: stops it where a step of the test begins, so that a debugger can attach there
 * (`espalier gdb --at`). The agent marks each step; at the mark the command is recorded and not typed yet.
 */
#define _GNU_SOURCE
#include "shim.h"
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>

void hold_at(uint32_t step)
{
	const char *text = getenv("ESPALIER_HOLD_AT");
	static int held;
	if (held || !text || strtoul(text, NULL, 10) != step)
		return;
	held = 1;
	/* Where a process may be traced by its ancestors only (Yama), a debugger is none: it is started later, outside of the walls. */
	prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY, 0, 0, 0);
	raise(SIGSTOP);
}
