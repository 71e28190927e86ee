/*
 * Says farewell as the agent of a machine of QEMU's does, for test/unit/guest/farewell.test.ts: standard input is what its driver sends,
 * standard output what it hears. The argument is its patience in ms. Ends with 0 when the driver has taken all, with 3 when it did not answer.
 */
#include "../agent/agent.h"
#include "../agent/qemu/machine.h"
#include <stdlib.h>
#include <unistd.h>

int place_line(void) { return STDOUT_FILENO; }

int main(int argc, char **argv)
{
	static const uint8_t last[] = "the last word";
	channel_open();
	if (argc != 2 || !channel_send(SEND_RECORDS, 0, last, sizeof last - 1))
		return 9;
	return farewell(STDIN_FILENO, (uint32_t)atoi(argv[1])) ? 0 : 3;
}
