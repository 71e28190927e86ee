/* Requests to the kernel's routing netlink. Sockets speak for the network namespace in which they were opened. */
#pragma once
#include <linux/rtnetlink.h>
#include <stddef.h>

struct request {
	struct nlmsghdr head;
	char body[1024];
};

int netlink_open(void);
/* `head`: what such a message begins with, of n bytes. */
void netlink_begin(struct request *r, int type, int flags, const void *head, size_t n);
/* Appends an attribute. One without data can be a nest: what is appended until netlink_close() lies in it. */
struct rtattr *netlink_add(struct request *r, int type, const void *data, size_t n);
void netlink_close(struct request *r, struct rtattr *nest);
/* Sends a request; one that the kernel refuses ends the lab, with what it was for. */
void netlink_must(int fd, struct request *r, const char *what, const char *which);

extern int root_socket, root_netns; /* of the agent's namespace */
extern int first_netns;		    /* the machine's first namespace, where a host has it */
