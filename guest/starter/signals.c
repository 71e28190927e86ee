/*
 * Without a PID namespace: a process behind the walls asks to signal another one (SECCOMP_RET_USER_NOTIF). It may signal what
 * descends from the keeper; the starter does it, through a handle, so that a number that is given out anew meanwhile hits nobody.
 */
#include "starter.h"
#include <errno.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

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

void signals_answer(int listener, pid_t keeper)
{
	struct seccomp_notif asked = { 0 };
	if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &asked))
		return;
	struct seccomp_notif_resp said = { .id = asked.id, .error = signal_it(&asked, keeper) };
	ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &said);
}
