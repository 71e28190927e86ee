/* Asks the kernel to flush all SAs, by netlink and with no library: the same program for both sizes of a word. Its status is the kernel's error. */
#include <linux/netlink.h>
#include <linux/xfrm.h>

#ifdef __i386__
enum { SYS_EXIT = 1, SYS_READ = 3, SYS_WRITE = 4, SYS_SOCKET = 359 };
#else
enum { SYS_READ = 0, SYS_WRITE = 1, SYS_SOCKET = 41, SYS_EXIT = 60 };
#endif
enum { NO_ANSWER = 126 };

static long call(long number, long a, long b, long c)
{
	long result;
#ifdef __i386__
	__asm__ volatile("int $0x80" : "=a"(result) : "a"(number), "b"(a), "c"(b), "d"(c) : "memory");
#else
	__asm__ volatile("syscall" : "=a"(result) : "a"(number), "D"(a), "S"(b), "d"(c) : "rcx", "r11", "memory");
#endif
	return result;
}

void _start(void)
{
	struct {
		struct nlmsghdr head;
		struct xfrm_usersa_flush flush;
	} request = {
		.head = { .nlmsg_len = sizeof request, .nlmsg_type = XFRM_MSG_FLUSHSA, .nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK },
		.flush = { .proto = 50 }, /* ESP */
	};
	struct {
		struct nlmsghdr head;
		struct nlmsgerr error;
		char rest[256];
	} answer;
	long line = call(SYS_SOCKET, 16 /* AF_NETLINK */, 3 /* SOCK_RAW */, NETLINK_XFRM);
	long status = NO_ANSWER;
	if (line >= 0 && call(SYS_WRITE, line, (long)&request, sizeof request) == sizeof request &&
	    call(SYS_READ, line, (long)&answer, sizeof answer) > 0 && answer.head.nlmsg_type == NLMSG_ERROR)
		status = -answer.error.error;
	call(SYS_EXIT, status, 0, 0);
	__builtin_unreachable();
}
