/*
 * Walls where the machine refuses namespaces: Landlock (landlock(7)), by numbers, since headers of older systems lack them.
 * Only the files that the kernel is made of, its inputs and its images can be opened, /dev/null alone for writing.
 */
#include "starter.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { CREATE_RULESET = 444, ADD_RULE = 445, RESTRICT_SELF = 446, ASK_VERSION = 1, PATH_BENEATH = 1 };

enum { EXECUTE = 1 << 0, WRITE_FILE = 1 << 1, READ_FILE = 1 << 2, READ_DIR = 1 << 3 };

/* What each version of the kernel's interface can refuse besides what the one before it could. */
static const struct { uint64_t files, network, scopes; } versions[] = {
	{ 0, 0, 0 },
	{ (1 << 13) - 1, 0, 0 },
	{ 1 << 13, 0, 0 }, /* move and link between folders */
	{ 1 << 14, 0, 0 }, /* truncate */
	{ 0, 3, 0 },	   /* bind and connect of TCP */
	{ 1 << 15, 0, 0 }, /* ioctl of devices */
	{ 0, 0, 3 },	   /* abstract sockets, signals */
};

struct ruleset {
	uint64_t files, network, scopes;
};

int landlock_version(void)
{
	long version = syscall(CREATE_RULESET, NULL, 0, ASK_VERSION);
	return version > 0 ? (int)version : 0;
}

static void allow(int rules, const char *path, uint64_t access)
{
	struct {
		uint64_t access;
		int32_t parent;
	} __attribute__((packed)) rule = { access, open(path, O_PATH | O_CLOEXEC) };
	if (rule.parent < 0 || syscall(ADD_RULE, rules, PATH_BENEATH, &rule, 0)) {
		int why = errno;
		dprintf(2, "espalier: no access to %s: %s\n", path, strerror(why));
		errno = why;
		return;
	}
	close(rule.parent);
}

void landlock_confine(int reports)
{
	struct ruleset refused = { 0, 0, 0 };
	int version = landlock_version();
	size_t known = sizeof versions / sizeof *versions - 1;
	for (size_t i = 1; i <= known && i <= (size_t)version; i++) {
		refused.files |= versions[i].files;
		refused.network |= versions[i].network;
		refused.scopes |= versions[i].scopes;
	}
	size_t size = version >= 6 ? sizeof refused : version >= 4 ? 16 : 8;
	int rules = version ? (int)syscall(CREATE_RULESET, &refused, size, 0) : -1;
	if (rules < 0)
		report_failure(reports, "Landlock");
	for (int i = 0; i < options.seen_count; i++)
		allow(rules, options.seen[i], READ_FILE | EXECUTE);
	allow(rules, options.inputs, READ_FILE | READ_DIR);
	for (int i = 0; i < options.image_count; i++)
		allow(rules, options.images[i].path, READ_FILE);
	allow(rules, "/proc/cpuinfo", READ_FILE);
	allow(rules, "/dev/null", READ_FILE | WRITE_FILE);
	if (syscall(RESTRICT_SELF, rules, 0))
		report_failure(reports, "Landlock");
	close(rules);
}
