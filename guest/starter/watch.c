/*
 * What a process behind the walls asks for before it may do it (SECCOMP_RET_USER_NOTIF), where the walls themselves cannot say: to signal another one, where
 * there is no PID namespace, and to make a process or a thread, where that has no bound of its own (processes.c).
 */
#include "starter.h"
#include <errno.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/*
 * It may signal what descends from the keeper; the starter does it, through a handle, so that a number that is given out anew meanwhile
 * hits nobody.
 */
static int signal_it(const struct seccomp_notif *asked, pid_t keeper)
{
	pid_t target = (pid_t)asked->data.args[0];
	int number = (int)asked->data.args[1];
	/* Groups: a kernel signals its guests' processes by their own numbers too. */
	if (target <= 0)
		return -EPERM;
	int handle = (int)syscall(SYS_pidfd_open, target, 0);
	if (handle < 0)
		return -ESRCH;
	int result = is_below(target, keeper) ? 0 : -EPERM;
	if (result == 0 && syscall(SYS_pidfd_send_signal, handle, number, NULL, 0))
		result = -errno;
	close(handle);
	return result;
}

void watch_answer(int listener, pid_t keeper)
{
	enum { GO_ON = 1 }; /* SECCOMP_USER_NOTIF_FLAG_CONTINUE: its arguments do not matter, so it may change them meanwhile */
	struct seccomp_notif asked = { 0 };
	if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &asked))
		return;
	struct seccomp_notif_resp said = { .id = asked.id };
	if (asked.data.nr == SYS_kill)
		said.error = signal_it(&asked, keeper);
	else if (processes_have_room(keeper))
		said.flags = GO_ON;
	else
		said.error = -EAGAIN;
	ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &said);
}
