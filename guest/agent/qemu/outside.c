/* What is done outside of a machine of QEMU's: its links' frames are captured, and changed, by the driver's switch. */
#include "../agent.h"
#include <stdlib.h>
#include <string.h>

void capture_open(void) {}
bool capture_drain(void) { return false; }
void capture_complete(void) {}
void capture_flush(void) {}
void clock_watch(void) {}
bool faults_run(void) { return false; }
uint64_t faults_due(void) { return UINT64_MAX; }
void faults_of_plan(void) {}
bool is_fault_order(const char *word)
{
	(void)word;
	return false;
}
void fault_order(const char *word, char *rest)
{
	(void)rest;
	die("order: %s is not the agent's", word);
}

/* Frames that an interface of the host sent; false: it is gone, and its count with it. */
static bool sent_by(const struct host *host, const char *nic, unsigned long long *frames)
{
	char path[64], wanted[24], *line = NULL;
	size_t size = 0;
	bool found = false;
	snprintf(path, sizeof path, "/proc/%d/net/dev", host->init);
	snprintf(wanted, sizeof wanted, "%s:", nic);
	FILE *file = fopen(path, "re");
	while (file && !found && getline(&line, &size, file) > 0) {
		char *at = line + strspn(line, " ");
		found = !strncmp(at, wanted, strlen(wanted)) &&
			sscanf(at + strlen(wanted), "%*u %*u %*u %*u %*u %*u %*u %*u %*u %llu", frames) == 1;
	}
	free(line);
	if (file)
		fclose(file);
	return found;
}

/* `sent LINK COUNT`, for the switch's own count to be held against. */
void books_close(void)
{
	char text[MAX_NICS * 64];
	size_t n = 0;
	const struct host *host = &plan.hosts[0];
	for (int i = 0; i < host->nic_count; i++) {
		unsigned long long frames;
		if (sent_by(host, host->nics[i].name, &frames))
			n += (size_t)snprintf(text + n, sizeof text - n, "sent %s %llu\n", plan.links[host->nics[i].link].name, frames);
	}
	record(REC_BOOKS, LAB, text, n);
}
