/* Orders come by the driver's line, while the machine goes on: what it does meanwhile is recorded when it happens. */
#include "../agent.h"
#include "machine.h"
#include <errno.h>
#include <poll.h>
#include <string.h>

static const uint64_t look_ns = 10000000000;

void orders_prepare(void) {}

FILE *order_await(uint32_t *number)
{
	struct pollfd line = { .fd = wake_fd, .events = POLLIN };
	size_t length;
	while (poll(&line, 1, 0) <= 0)
		wait_some(uptime_ns() + look_ns);
	void *bytes = message_read(number, &length);
	FILE *file = length ? fmemopen(bytes, length, "r") : NULL;
	if (!file)
		die("an order without a line");
	return file;
}
