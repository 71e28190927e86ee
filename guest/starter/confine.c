/* What the kernel process gives up before it starts. */
#include "starter.h"
#include <errno.h>
#include <linux/capability.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

static void limit(int resource, rlim_t most)
{
	struct rlimit value = { most, most };
	setrlimit(resource, &value);
}

static void drop_capabilities(int reports)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct none[2] = { 0 };
	prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
	for (int capability = 0; prctl(PR_CAPBSET_READ, capability, 0, 0, 0) >= 0; capability++)
		prctl(PR_CAPBSET_DROP, capability, 0, 0, 0); /* refused to whoever has none: then exec gives none either */
	if (syscall(SYS_capset, &head, none))
		report_failure(reports, "drop capabilities");
}

/* Says that the kernel starts now; the receiver sees this process's number and, if there is one, gets the descriptor. */
static void say_started(int reports, int listener)
{
	struct report report = { .kind = STARTED };
	union {
		char bytes[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} control;
	struct iovec part = { &report, sizeof report };
	struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1 };
	if (listener >= 0) {
		message.msg_control = control.bytes;
		message.msg_controllen = sizeof control.bytes;
		struct cmsghdr *head = CMSG_FIRSTHDR(&message);
		*head = (struct cmsghdr){ .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS, .cmsg_len = CMSG_LEN(sizeof(int)) };
		memcpy(CMSG_DATA(head), &listener, sizeof listener);
	}
	if (sendmsg(reports, &message, MSG_NOSIGNAL) < 0)
		_exit(1);
	if (listener >= 0)
		close(listener);
}

void confine(int reports, bool bound)
{
	/* Else the kernel would do it and execute itself anew, by a name under /proc. */
	personality(PER_LINUX | ADDR_NO_RANDOMIZE);
	limit(RLIMIT_CORE, 0);
	limit(RLIMIT_FSIZE, options.memory_bytes);
	if (options.walls != WALLS_NAMESPACES && chdir(options.inputs))
		report_failure(reports, options.inputs);
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		report_failure(reports, "no_new_privs");
	drop_capabilities(reports);
	if (options.walls == WALLS_LANDLOCK)
		landlock_confine(reports);
	struct watched watched = { .signals = options.walls == WALLS_LANDLOCK, .processes = !bound };
	int listener = options.walls == WALLS_NONE ? -1 : filter_install(reports, watched);
	say_started(reports, listener);
}
