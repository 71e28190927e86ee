/* The end of a machine: what a virtio port holds when the power goes off is lost. */
#include "../agent.h"
#include "machine.h"
#include <errno.h>
#include <poll.h>
#include <time.h>
#include <unistd.h>

/* `number` of the driver's answer: no order has it. src/lab/substrate/qemu/machine-line.ts sends it. */
enum { TAKEN = ~0u };

static uint64_t monotonic_ms(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

/* false: nothing came until then, or nothing will. */
static bool read_until(int port, void *to, size_t length, uint64_t end)
{
	struct pollfd line = { .fd = port, .events = POLLIN };
	for (uint8_t *at = to; length;) {
		uint64_t now = monotonic_ms();
		ssize_t n = now < end && poll(&line, 1, (int)(end - now)) > 0 ? read(port, at, length) : 0;
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		at += n;
		length -= (size_t)n;
	}
	return true;
}

static bool skip_until(int port, uint32_t length, uint64_t end)
{
	uint8_t part[512];
	for (uint32_t n; length; length -= n) {
		n = length < sizeof part ? length : sizeof part;
		if (!read_until(port, part, n, end))
			return false;
	}
	return true;
}

/* Orders that came before the answer are of no use any longer. */
bool farewell(int port, uint32_t patience_ms)
{
	uint64_t end = monotonic_ms() + patience_ms;
	uint32_t head[2];
	if (!channel_send(SEND_FAREWELL, 0, "", 0))
		return false;
	while (read_until(port, head, sizeof head, end)) {
		if (head[0] == TAKEN)
			return true;
		if (!skip_until(port, head[1], end))
			return false;
	}
	return false;
}
