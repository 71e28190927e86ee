/*
 * The one way out of the lab: a line of its machine, as place_line() opens it. Of User Mode Linux it is a pipe, read by the starter. In
 * virtual time the kernel's writes to it wait for the pipe's room, which takes none of the lab's time (arch/um/drivers/chan_kern.c, line.c).
 * A frame is kind, index and length of what follows; guest/starter/evidence.c and src/lab/substrate/qemu/machine-line.ts read them.
 */
#include "agent.h"
#include <errno.h>
#include <string.h>
#include <unistd.h>

static int line = -1;

void channel_open(void) { line = place_line(); }

void channel_close(void)
{
	if (line >= 0)
		close(line);
	line = -1;
}

bool channel_ready(void) { return line >= 0; }

static bool send_bytes(const uint8_t *at, size_t length)
{
	while (length) {
		ssize_t n = write(line, at, length);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		at += n;
		length -= (size_t)n;
	}
	return true;
}

/* A short frame is one write: each costs as much as a system call of the lab, and marks are known by it (guest/cost.c). */
enum { SHORT = 8 };

bool channel_send(enum channel_kind kind, int index, const void *bytes, size_t length)
{
	struct { uint16_t kind, index; uint32_t length; } head = { (uint16_t)kind, (uint16_t)index, (uint32_t)length };
	uint8_t whole[sizeof head + SHORT];
	if (length > SHORT)
		return line >= 0 && send_bytes((const uint8_t *)&head, sizeof head) && send_bytes(bytes, length);
	memcpy(whole, &head, sizeof head);
	memcpy(whole + sizeof head, bytes, length);
	return line >= 0 && send_bytes(whole, sizeof head + length);
}
