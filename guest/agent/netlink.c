/* Requests to the kernel's routing netlink (rtnetlink(7)): one at a time, each answered before the next. */
#include "agent.h"
#include "netlink.h"
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

static uint32_t sequence;

int netlink_open(void)
{
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	if (fd < 0)
		die("netlink socket: %s", strerror(errno));
	return fd;
}

void netlink_begin(struct request *r, int type, int flags, const void *head, size_t n)
{
	memset(r, 0, sizeof *r);
	r->head.nlmsg_type = (uint16_t)type;
	r->head.nlmsg_flags = (uint16_t)(NLM_F_REQUEST | NLM_F_ACK | flags);
	r->head.nlmsg_len = (uint32_t)NLMSG_LENGTH(n);
	memcpy(NLMSG_DATA(&r->head), head, n);
}

struct rtattr *netlink_add(struct request *r, int type, const void *data, size_t n)
{
	struct rtattr *a = (struct rtattr *)((char *)r + NLMSG_ALIGN(r->head.nlmsg_len));
	a->rta_type = (unsigned short)type;
	a->rta_len = (unsigned short)RTA_LENGTH(n);
	if (n)
		memcpy(RTA_DATA(a), data, n);
	r->head.nlmsg_len = (uint32_t)(NLMSG_ALIGN(r->head.nlmsg_len) + RTA_ALIGN(a->rta_len));
	return a;
}

void netlink_close(struct request *r, struct rtattr *a)
{
	a->rta_len = (unsigned short)((char *)r + NLMSG_ALIGN(r->head.nlmsg_len) - (char *)a);
}

static int talk(int fd, struct request *r)
{
	char answer[4096];
	r->head.nlmsg_seq = ++sequence;
	if (send(fd, r, r->head.nlmsg_len, 0) < 0)
		return errno;
	ssize_t n = recv(fd, answer, sizeof answer, 0);
	struct nlmsghdr *h = (struct nlmsghdr *)answer;
	if (n < (ssize_t)sizeof *h || h->nlmsg_type != NLMSG_ERROR)
		return EPROTO;
	return -((struct nlmsgerr *)NLMSG_DATA(h))->error;
}

void netlink_must(int fd, struct request *r, const char *what, const char *which)
{
	int error = talk(fd, r);
	if (error)
		die("%s %s: %s", what, which, strerror(error));
}
